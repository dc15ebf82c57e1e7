/*
 * journal.h: what survives a killed run: the tabs it opened, and the browser that was used last.
 * Small files in the state directory.
 *
 * A tab is recorded before it is opened. Its first address contains a mark of 128 random bits; once
 * the browser has given the tab an id (equally random), the id is added. A later run identifies an
 * orphaned tab only by one of the two, so it never guesses. While its run is alive, the entry is
 * locked (flock), and no other run touches the tab; the lock ends with the process in every case.
 */
#ifndef OFS_BROWSER_JOURNAL_H
#define OFS_BROWSER_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* The user data directory that was attached to last, or NULL. The caller frees it. */
char *ofs_last_browser(const char *state);

/* Best effort: if it fails, the person is asked again. */
void ofs_last_browser_set(const char *state, const char *dir);

struct ofs_journal_entry {
    char *path;
    int fd;           /* holds the lock */
    char mark[80];    /* "about:blank#offswitch-…" */
    char target[64];  /* the browser's id for the tab, or "" */
    char browser[64]; /* the browser instance */
    char site[256];   /* the origin it was opened for */
    long long age_s;
};

/* Call before a tab is opened: `browser` identifies the browser instance, `site` is the origin that
 * the tab is for. NULL if it cannot be written. */
struct ofs_journal_entry *ofs_journal_begin(const char *state, const char *browser,
                                            const char *site);

/* Add the browser's id for the tab. */
void ofs_journal_name(struct ofs_journal_entry *note, const char *target);

/* Release the entry: `done` deletes it, because the tab is closed or no longer ours; otherwise a
 * later run looks for the tab. NULL is allowed. */
void ofs_journal_end(struct ofs_journal_entry *note, bool done);

/* The entries of runs that have ended, locked by us. Returns their number; the caller releases each
 * and frees the array. */
size_t ofs_journal_orphans(const char *state, struct ofs_journal_entry ***ret_notes);

#endif
