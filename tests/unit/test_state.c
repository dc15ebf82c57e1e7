/*
 * The state directory: where it is, that it is private, that it can be written, what it stores.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/text.h"
#include "record/state.h"
#include "record/wordings.h"
#include "support/scratch.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

static void set_or_unset(const char *name, const char *value)
{
    if (value)
        setenv(name, value, 1);
    else
        unsetenv(name);
}

static void test_path(void **state)
{
    (void)state;
    static const struct {
        const char *given, *xdg, *home, *path; /* path NULL: an error */
    } rows[] = {
        {"/given", "/xdg", "/home/a", "/given"},
        {"rel/given", "/xdg", "/home/a", "rel/given"},
        {NULL, "/xdg", "/home/a", "/xdg/offswitch"},
        {NULL, "/xdg", NULL, "/xdg/offswitch"},
        {NULL, "relative", "/home/a", "/home/a/.local/state/offswitch"},
        {NULL, "", "/home/a", "/home/a/.local/state/offswitch"},
        {NULL, NULL, "/home/a", "/home/a/.local/state/offswitch"},
        {NULL, NULL, "", NULL},
        {NULL, NULL, NULL, NULL},
        {NULL, "relative", NULL, NULL},
    };
    OFS_AUTO_STR old_xdg = getenv("XDG_STATE_HOME") ? strdup(getenv("XDG_STATE_HOME")) : NULL;
    OFS_AUTO_STR old_home = getenv("HOME") ? strdup(getenv("HOME")) : NULL;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ofs_error err = {0};
        set_or_unset("XDG_STATE_HOME", rows[i].xdg);
        set_or_unset("HOME", rows[i].home);
        OFS_AUTO_STR path = ofs_state_path(rows[i].given, &err);
        if (rows[i].path) {
            assert_non_null(path);
            assert_string_equal(path, rows[i].path);
            assert_int_equal(err.code, OFS_ERR_NONE);
        } else {
            assert_null(path);
            assert_int_equal(err.code, OFS_ERR_STATE);
            assert_non_null(strstr(err.text, "$HOME"));
            assert_true(*ofs_error_hint(&err));
        }
    }
    set_or_unset("XDG_STATE_HOME", old_xdg);
    set_or_unset("HOME", old_home);
}

static mode_t mode_of(const char *path)
{
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    return st.st_mode & 0777;
}

static void test_created_private(void **state)
{
    struct ofs_error err = {0};
    mode_t old = umask(0);
    OFS_AUTO_STR deep = ofs_text_printf("%s/a/b/c", (char *)*state);
    OFS_AUTO_STR between = ofs_text_printf("%s/a", (char *)*state);
    assert_int_equal(ofs_state_prepare(deep, &err), 0);
    assert_int_equal(mode_of(deep), 0700);
    assert_int_equal(mode_of(between), 0700);
    assert_int_equal(ofs_state_prepare(deep, &err), 0); /* again: it already exists */
    assert_int_equal(rmdir(deep), 0);                   /* and nothing was left in it */
    OFS_AUTO_STR slash = ofs_text_printf("%s/d/", (char *)*state);
    assert_int_equal(ofs_state_prepare(slash, &err), 0);
    umask(old);
    assert_int_equal(err.code, OFS_ERR_NONE);
}

static void assert_no_state(const char *path, const char *words)
{
    struct ofs_error err = {0};
    assert_int_equal(ofs_state_prepare(path, &err), -1);
    assert_int_equal(err.code, OFS_ERR_STATE);
    assert_int_equal(ofs_error_status(err.code), 1);
    if (!strstr(err.text, path) || !strstr(err.text, words))
        fail_msg("'%s' does not name '%s' and '%s'", err.text, path, words);
    assert_true(*ofs_error_hint(&err));
}

static void test_not_a_directory(void **state)
{
    OFS_AUTO_STR file = ofs_text_printf("%s/file", (char *)*state);
    OFS_AUTO_STR under = ofs_text_printf("%s/file/state", (char *)*state);
    int fd = open(file, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "kept", 4), 4);
    close(fd);
    assert_no_state(file, "Not a directory");
    assert_no_state(under, "Not a directory");
    assert_no_state("/proc/offswitch", "");
    assert_no_state("/proc/a/b", "");
    struct stat st;
    assert_int_equal(stat(file, &st), 0);
    assert_int_equal(st.st_size, 4);
}

/* Allocated with this size, so that a sanitizer detects one byte too far. */
static void test_empty_path(void **state)
{
    (void)state;
    OFS_AUTO_STR empty = strdup("");
    assert_non_null(empty);
    assert_no_state(empty, "");
}

/* The superuser may write anywhere, so a child without privileges runs the test. */
static void test_unwritable(void **state)
{
    OFS_AUTO_STR locked = ofs_text_printf("%s/locked", (char *)*state);
    OFS_AUTO_STR in_it = ofs_text_printf("%s/locked/state", (char *)*state);
    assert_int_equal(mkdir(locked, 0755), 0);
    assert_int_equal(chmod(*state, 0755), 0);
    assert_int_equal(chmod(locked, 0555), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        if (geteuid() == 0 && setuid(65534))
            _exit(2);
        struct ofs_error err = {0};
        bool right = ofs_state_prepare(locked, &err) == -1 && err.code == OFS_ERR_STATE &&
                     strstr(err.text, "cannot be written: Permission denied") &&
                     ofs_state_prepare(in_it, &err) == -1 && err.code == OFS_ERR_STATE &&
                     strstr(err.text, "Permission denied");
        _exit(!right);
    }
    int status = -1;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static void test_acknowledgement(void **state)
{
    struct ofs_error err = {0};
    const char *dir = *state;
    OFS_AUTO_STR file = ofs_text_printf("%s/acknowledged-site", dir);
    assert_false(ofs_state_is_acknowledged(dir, "site"));
    assert_int_equal(ofs_state_acknowledge(dir, "site", &err), 0);
    assert_true(ofs_state_is_acknowledged(dir, "site"));
    assert_false(ofs_state_is_acknowledged(dir, "other")); /* of one site only */
    assert_false(ofs_state_is_acknowledged("/nowhere", "site"));
    assert_int_equal(mode_of(file), 0600);
    OFS_AUTO_BUF text = OFS_BUF(100);
    assert_int_equal(ofs_buf_read_file(&text, file, &err), 0);
    assert_int_equal(text.len, 21); /* when: a date and a newline */
    assert_int_equal(err.code, OFS_ERR_NONE);
    assert_int_equal(ofs_state_acknowledge("/proc/offswitch", "site", &err), -1);
    assert_int_equal(err.code, OFS_ERR_STATE);
}

/* Its contents decide what is asked: no other user may write it. */
static void test_foreign(void **state)
{
    static const mode_t modes[] = {0770, 0702, 0777, 01777};
    struct ofs_error err = {0};
    OFS_AUTO_STR dir = ofs_text_printf("%s/shared", (char *)*state);
    assert_int_equal(mkdir(dir, 0700), 0);
    for (size_t i = 0; i < COUNT(modes); i++) {
        assert_int_equal(chmod(dir, modes[i]), 0);
        assert_no_state(dir, "others can write to");
    }
    assert_int_equal(chmod(dir, 0755), 0);
    assert_int_equal(ofs_state_prepare(dir, &err), 0);
    if (geteuid())
        return; /* only the superuser can change the owner of a directory */
    assert_int_equal(chown(dir, 65534, (gid_t)-1), 0);
    assert_no_state(dir, "belongs to another user");
}

static void assert_file(const char *path, const char *text)
{
    struct ofs_error err = {0};
    OFS_AUTO_BUF got = OFS_BUF(1000);
    assert_int_equal(ofs_buf_read_file(&got, path, &err), 0);
    assert_string_equal(ofs_buf_str(&got), text);
}

static int count_files(const char *dir)
{
    int n = 0;
    DIR *d = opendir(dir);
    assert_non_null(d);
    for (struct dirent *e; (e = readdir(d));)
        n += strcmp(e->d_name, ".") && strcmp(e->d_name, "..");
    closedir(d);
    return n;
}

/* Old or new, never a part; and never through a link in its place. */
static void test_write(void **state)
{
    struct ofs_error err = {0};
    const char *dir = *state;
    OFS_AUTO_STR file = ofs_text_printf("%s/name", dir);
    OFS_AUTO_STR other = ofs_text_printf("%s/other", dir);
    assert_int_equal(ofs_state_write(dir, "other", "kept", &err), 0);
    assert_int_equal(ofs_state_write(dir, "name", "old", &err), 0);
    assert_file(file, "old");
    assert_int_equal(mode_of(file), 0600);
    assert_int_equal(ofs_state_write(dir, "name", "new and longer", &err), 0);
    assert_file(file, "new and longer");
    assert_int_equal(unlink(file), 0);
    assert_int_equal(symlink(other, file), 0);
    assert_int_equal(ofs_state_write(dir, "name", "mine", &err), 0);
    assert_file(file, "mine");
    assert_file(other, "kept");
    assert_int_equal(count_files(dir), 2); /* no other file is left beside them */
    assert_int_equal(err.code, OFS_ERR_NONE);
    assert_int_equal(ofs_state_write("/nowhere", "name", "x", &err), -1);
    assert_int_equal(err.code, OFS_ERR_STATE);
    assert_non_null(strstr(err.text, "/nowhere/name"));
}

/* Exactly these words, for this scenario, setting and language. */
#define REAL "https://www.example.com"
#define REPLICA "http://127.0.0.1:8080"

/* A yes to the words of a replica does not apply to the real site, nor the other way round. */
static void test_wordings_of_a_replica(void **state)
{
    struct ofs_error err;
    const char *dir = *state;
    assert_int_equal(ofs_wordings_add(dir, "site", REPLICA, "train", "en", "Tricked", &err), 0);
    OFS_AUTO_JSON real = ofs_wordings_load(dir, "site", REAL, &err);
    OFS_AUTO_JSON replica = ofs_wordings_load(dir, "site", REPLICA, &err);
    OFS_AUTO_JSON other = ofs_wordings_load(dir, "site", REPLICA "1", &err);
    assert_int_equal(cJSON_GetArraySize(real), 0);
    assert_int_equal(cJSON_GetArraySize(replica), 1);
    assert_int_equal(cJSON_GetArraySize(other), 0);
}

static void test_wordings(void **state)
{
    struct ofs_error err = {0};
    const char *dir = *state;
    OFS_AUTO_JSON none = ofs_wordings_load(dir, "site", REAL, &err);
    assert_int_equal(cJSON_GetArraySize(none), 0);
    assert_int_equal(ofs_wordings_add(dir, "site", REAL, "train", "ja", "学習に\"使用\"", &err), 0);
    assert_int_equal(ofs_wordings_add(dir, "site", REAL, "train", "ja", "学習に\"使用\"", &err), 0);
    assert_int_equal(ofs_wordings_add(dir, "site", REAL, "train", "de", "Daten", &err), 0);
    assert_int_equal(ofs_wordings_add(dir, "other", REAL, "train", "de", "Andere", &err), 0);
    OFS_AUTO_JSON two = ofs_wordings_load(dir, "site", REAL, &err);
    assert_int_equal(cJSON_GetArraySize(two), 2);
    const cJSON *first = cJSON_GetArrayItem(two, 0);
    assert_string_equal(ofs_json_str(first, "setting", ""), "train");
    assert_string_equal(ofs_json_str(first, "language", ""), "ja");
    assert_string_equal(ofs_json_str(first, "words", ""), "学習に\"使用\"");
    assert_string_equal(ofs_json_str(cJSON_GetArrayItem(two, 1), "words", ""), "Daten");
    assert_int_equal(err.code, OFS_ERR_NONE);
}

/* A damaged file is an error and is left as it is. */
static void test_damaged_wordings(void **state)
{
    static const char *const texts[] = {"", "{", "{}", "7", "[1"};
    const char *dir = *state;
    OFS_AUTO_STR file = ofs_text_printf("%s/wordings.json", dir);
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct ofs_error err = {0};
        assert_int_equal(ofs_state_write(dir, "wordings.json", texts[i], &err), 0);
        assert_null(ofs_wordings_load(dir, "site", REAL, &err));
        assert_int_equal(err.code, OFS_ERR_STATE);
        assert_non_null(strstr(err.text, file));
        assert_non_null(strstr(ofs_error_hint(&err), "remove that file"));
        assert_int_equal(ofs_wordings_add(dir, "site", REAL, "s", "en", "W", &err), -1);
        assert_file(file, texts[i]);
    }
}

#define IN_SCRATCH(test) cmocka_unit_test_setup_teardown(test, scratch_set_up, scratch_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_path),
        IN_SCRATCH(test_created_private),
        IN_SCRATCH(test_not_a_directory),
        cmocka_unit_test(test_empty_path),
        IN_SCRATCH(test_unwritable),
        IN_SCRATCH(test_acknowledgement),
        IN_SCRATCH(test_foreign),
        IN_SCRATCH(test_write),
        IN_SCRATCH(test_wordings_of_a_replica),
        IN_SCRATCH(test_damaged_wordings),
        IN_SCRATCH(test_wordings),
        IN_SCRATCH(test_damaged_wordings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
