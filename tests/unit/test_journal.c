/*
 * What remains of a run that was killed: notes of its tabs, and which browser was used last.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/text.h"
#include "browser/journal.h"
#include "support/scratch.h"

static void test_last_browser(void **state)
{
    assert_null(ofs_last_browser(*state));
    ofs_last_browser_set(*state, "/home/a/.config/chromium");
    ofs_last_browser_set(*state, "/home/a/x y");
    char *last = ofs_last_browser(*state);
    assert_string_equal(last, "/home/a/x y");
    free(last);
    assert_null(ofs_last_browser("/nowhere"));
    ofs_last_browser_set("/nowhere", "/home/a");
}

static size_t count(const char *state)
{
    struct ofs_journal_entry **notes = NULL;
    size_t n = ofs_journal_orphans(state, &notes);
    for (size_t i = 0; i < n; i++)
        ofs_journal_end(notes[i], false);
    free(notes);
    return n;
}

/* A tab that was closed leaves no note; the note of an open one stays until a later run has handled
 * it. */
static void test_note(void **state)
{
    struct ofs_journal_entry *note = ofs_journal_begin(*state, "B", "https://x.example");
    assert_non_null(note);
    assert_memory_equal(note->mark, "about:blank#offswitch-", 22);
    assert_int_equal(strlen(note->mark), 22 + 32);
    struct stat st;
    assert_int_equal(stat(note->path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    ofs_journal_name(note, "TARGET");
    assert_int_equal(count(*state), 0); /* its run is alive, and is this one */
    ofs_journal_end(note, true);
    assert_int_equal(count(*state), 0);

    note = ofs_journal_begin(*state, "B", "https://x.example");
    struct ofs_journal_entry *other = ofs_journal_begin(*state, "B", "https://x.example");
    assert_string_not_equal(note->mark, other->mark);
    ofs_journal_end(note, false);
    assert_int_equal(count(*state), 1);
    assert_int_equal(count(*state), 1);
    ofs_journal_end(other, false);
    assert_int_equal(count(*state), 2);
    ofs_journal_end(NULL, true);
    ofs_journal_name(NULL, "TARGET");
    assert_null(ofs_journal_begin("/nowhere", "B", "https://x.example"));
    assert_int_equal(count("/nowhere"), 0);
}

/* Wherever the run is killed, the note has all that was known by then. */
static void die_with_open_tab(const char *state, bool named)
{
    int ready[2];
    char byte = 0;
    assert_int_equal(pipe(ready), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct ofs_journal_entry *note = ofs_journal_begin(state, "BROWSER", "https://x.example");
        if (named)
            ofs_journal_name(note, "TARGET");
        if (write(ready[1], &byte, 1) != 1)
            _exit(1);
        pause();
        _exit(0);
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_int_equal(count(state), 0); /* it is alive, and holds its note */
    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    close(ready[0]);
    close(ready[1]);
}

static void test_killed(void **state)
{
    for (int named = 0; named < 2; named++) {
        struct ofs_journal_entry **notes = NULL;
        die_with_open_tab(*state, named);
        assert_int_equal(ofs_journal_orphans(*state, &notes), 1);
        assert_memory_equal(notes[0]->mark, "about:blank#offswitch-", 22);
        assert_string_equal(notes[0]->browser, "BROWSER");
        assert_string_equal(notes[0]->site, "https://x.example");
        assert_string_equal(notes[0]->target, named ? "TARGET" : "");
        assert_int_equal(count(*state), 0); /* one run at a time handles it */
        ofs_journal_end(notes[0], true);
        free(notes);
        assert_int_equal(count(*state), 0);
    }
}

/* A truncated line, and files that are not ours. */
static void test_broken(void **state)
{
    static const char *const texts[] = {"", "{", "not JSON\n", "{\"target\":\"T\"}\n", "[]\n"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        OFS_AUTO_STR path = ofs_text_printf("%s/tab-%zu", (char *)*state, i);
        int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        assert_int_equal(write(fd, texts[i], strlen(texts[i])), strlen(texts[i]));
        close(fd);
    }
    OFS_AUTO_STR dir = ofs_text_printf("%s/tab-dir", (char *)*state);
    mkdir(dir, 0700);
    assert_int_equal(count(*state), 0);
    OFS_AUTO_STR cut = ofs_text_printf("%s/tab-cut", (char *)*state);
    int fd = open(cut, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(dprintf(fd, "{\"mark\":\"M\",\"browser\":\"B\",\"site\":\"S\"}\n{\"tar") > 0);
    close(fd);
    struct ofs_journal_entry **notes = NULL;
    assert_int_equal(ofs_journal_orphans(*state, &notes), 1);
    assert_string_equal(notes[0]->mark, "M");
    assert_string_equal(notes[0]->target, "");
    ofs_journal_end(notes[0], true);
    free(notes);
}

#define IN_SCRATCH(test) cmocka_unit_test_setup_teardown(test, scratch_set_up, scratch_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SCRATCH(test_last_browser),
        IN_SCRATCH(test_note),
        IN_SCRATCH(test_killed),
        IN_SCRATCH(test_broken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
