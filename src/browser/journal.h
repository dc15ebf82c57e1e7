/*
 * journal.h: what has to outlive a run that was killed: which tabs it opened, and which browser
 * was used last. Small files in the state directory.
 *
 * A tab is written down before it is opened. Its first address carries a mark, 128 random bits that
 * are in no other address; once the browser has named the tab, that name (as random) is added. A
 * later run closes a tab only by one of the two, so it never guesses. While its run lives, the note
 * is locked (flock), and nobody else touches the tab; the lock ends with the process, however it
 * ends.
 */
#ifndef OFS_BROWSER_JOURNAL_H
#define OFS_BROWSER_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* The user data directory that was attached to last, or NULL. The caller frees it. */
char *ofs_last_browser(const char *state);

/* Best effort: not knowing costs a question. */
void ofs_last_browser_set(const char *state, const char *dir);

struct ofs_journal_entry {
    char *path;
    int fd;           /* holds the lock */
    char mark[80];    /* "about:blank#offswitch-…" */
    char target[64];  /* the browser's name for the tab, or "" */
    char browser[64]; /* which start of which browser */
    char site[256];   /* the origin it was opened for */
    long long age_s;
};

/* Before a tab is opened: `browser` names this start of this browser, `site` the origin that the
 * tab is for. NULL where it cannot be written. */
struct ofs_journal_entry *ofs_journal_begin(const char *state, const char *browser,
                                            const char *site);

/* The browser has named the tab. */
void ofs_journal_name(struct ofs_journal_entry *note, const char *target);

/* Give the note back: `done` forgets the tab, which is closed or no longer ours; otherwise a later
 * run looks for it. NULL is taken. */
void ofs_journal_end(struct ofs_journal_entry *note, bool done);

/* The notes whose runs are over, locked for us. Returns how many; the caller gives each back and
 * frees the array. */
size_t ofs_journal_orphans(const char *state, struct ofs_journal_entry ***ret_notes);

#endif
