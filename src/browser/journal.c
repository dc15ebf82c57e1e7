#include "browser/journal.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/system.h"
#include "base/text.h"

enum { SMALL_FILE = 1 << 16, NONCE_BYTES = 16, MOST_NOTES = 256 };

char *ofs_last_browser(const char *state)
{
    struct ofs_error ignored;
    OFS_AUTO_BUF text = OFS_BUF(SMALL_FILE);
    OFS_AUTO_STR path = ofs_text_printf("%s/last-browser", state);
    if (!path || ofs_buf_read_file(&text, path, &ignored) || !text.len)
        return NULL;
    return strndup(text.data, strcspn(text.data, "\n"));
}

void ofs_last_browser_set(const char *state, const char *dir)
{
    OFS_AUTO_STR path = ofs_text_printf("%s/last-browser", state);
    OFS_AUTO_STR line = ofs_text_printf("%s\n", dir);
    int fd = path ? open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600) : -1;
    if (fd < 0)
        return;
    if (line && write(fd, line, strlen(line)) < 0)
        unlink(path);
    close(fd);
}

static void note_clear(struct ofs_journal_entry *note)
{
    if (note->fd >= 0)
        close(note->fd);
    free(note->path);
    free(note);
}

/* One JSON object a line: first what is known before the tab is opened, then the browser's id for
 * it. */
static bool write_line(const struct ofs_journal_entry *note, cJSON *value)
{
    OFS_AUTO_STR json = cJSON_PrintUnformatted(value);
    OFS_AUTO_STR line = json ? ofs_text_printf("%s\n", json) : NULL;
    cJSON_Delete(value);
    return line && write(note->fd, line, strlen(line)) == (ssize_t)strlen(line);
}

struct ofs_journal_entry *ofs_journal_begin(const char *state, const char *browser,
                                            const char *site)
{
    unsigned char random[NONCE_BYTES];
    char nonce[NONCE_BYTES * 2 + 1];
    struct ofs_journal_entry *note = calloc(1, sizeof *note);
    if (!note || !ofs_system_random(random, sizeof random)) {
        free(note);
        return NULL;
    }
    for (size_t i = 0; i < sizeof random; i++)
        snprintf(nonce + 2 * i, 3, "%02x", random[i]);
    snprintf(note->mark, sizeof note->mark, "about:blank#offswitch-%s", nonce);
    note->path = ofs_text_printf("%s/tab-%s", state, nonce);
    note->fd =
        note->path ? open(note->path, O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600) : -1;
    cJSON *line = cJSON_CreateObject();
    cJSON_AddStringToObject(line, "mark", note->mark);
    cJSON_AddStringToObject(line, "browser", browser);
    cJSON_AddStringToObject(line, "site", site);
    if (note->fd >= 0 && !flock(note->fd, LOCK_EX | LOCK_NB) && write_line(note, line))
        return note;
    if (note->fd < 0)
        cJSON_Delete(line);
    else
        unlink(note->path);
    note_clear(note);
    return NULL;
}

void ofs_journal_name(struct ofs_journal_entry *note, const char *target)
{
    if (!note)
        return;
    cJSON *line = cJSON_CreateObject();
    cJSON_AddStringToObject(line, "target", target);
    write_line(note, line);
}

void ofs_journal_end(struct ofs_journal_entry *note, bool done)
{
    if (!note)
        return;
    if (done)
        unlink(note->path);
    note_clear(note);
}

static void take(char *to, size_t size, const cJSON *line, const char *key)
{
    const char *value = ofs_json_str(line, key, NULL);
    if (value)
        snprintf(to, size, "%s", value);
}

static bool read_note(struct ofs_journal_entry *note)
{
    struct ofs_error ignored;
    struct stat st;
    OFS_AUTO_BUF text = OFS_BUF(SMALL_FILE);
    if (fstat(note->fd, &st) || ofs_buf_read_file(&text, note->path, &ignored))
        return false;
    note->age_s = (long long)time(NULL) - (long long)st.st_mtime;
    for (const char *at = ofs_buf_str(&text); *at;) {
        size_t n = strcspn(at, "\n");
        OFS_AUTO_JSON line = ofs_json_parse(at, n, &ignored);
        take(note->mark, sizeof note->mark, line, "mark");
        take(note->browser, sizeof note->browser, line, "browser");
        take(note->site, sizeof note->site, line, "site");
        take(note->target, sizeof note->target, line, "target");
        at += n + (at[n] == '\n');
    }
    return note->mark[0] != '\0';
}

/* The entry of a run that has ended, locked by us; NULL for any other file. */
static struct ofs_journal_entry *pick_up(const char *state, const char *name)
{
    struct ofs_journal_entry *note = strncmp(name, "tab-", 4) ? NULL : calloc(1, sizeof *note);
    if (!note)
        return NULL;
    note->path = ofs_text_printf("%s/%s", state, name);
    note->fd = note->path ? open(note->path, O_RDWR | O_APPEND | O_CLOEXEC) : -1;
    if (note->fd >= 0 && !flock(note->fd, LOCK_EX | LOCK_NB) && read_note(note))
        return note;
    note_clear(note);
    return NULL;
}

size_t ofs_journal_orphans(const char *state, struct ofs_journal_entry ***ret_notes)
{
    DIR *dir = opendir(state);
    const struct dirent *entry;
    struct ofs_journal_entry **notes = calloc(MOST_NOTES, sizeof(struct ofs_journal_entry *));
    size_t n = 0;
    while (dir && notes && n < MOST_NOTES && (entry = readdir(dir))) {
        notes[n] = pick_up(state, entry->d_name);
        n += notes[n] != NULL;
    }
    if (dir)
        closedir(dir);
    *ret_notes = notes;
    return n;
}
