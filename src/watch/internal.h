/*
 * internal.h: what only the files of this room share.
 */
#ifndef OFS_WATCH_INTERNAL_H
#define OFS_WATCH_INTERNAL_H

#include "watch/extract.h"
#include "watch/notify.h"
#include "watch/pass.h"
#include "wire/fetch.h"

/* extract.c: Markdown or plain text; HTML. */
int ofs_extract_plain(const char *data, size_t len, struct ofs_extract *ret, struct ofs_error *err);
int ofs_extract_html(const char *data, size_t len, const char *charset, const cJSON *select,
                     const cJSON *remove, struct ofs_extract *ret, struct ofs_error *err);

/* Remember the first heading as the title. */
void ofs_extract_title(struct ofs_extract *ret, const char *line);

/* noise.c: take out of a line, in place, what is printed differently every time. */
void ofs_noise_mask(char *line);
/* Is the line nothing but a button or a hint of the page ("Back to top")? */
bool ofs_noise_is_interface(const char *line);

/* dates_words.c: lists ended by NULL. They announce the date if they are near it; if they are
 * directly before it and the sentence is about one of the subjects; they say when a text was
 * written; they only mention it. */
extern const char *const ofs_dates_announcing[],
    *const ofs_dates_leading[], *const ofs_dates_subjects[], *const ofs_dates_revising[],
                                                                 *const ofs_dates_mentioning[];

/* ---- one look at a document ---- */

/* One fetch, its raw document and its words. */
struct ofs_copy {
    struct ofs_fetch_answer answer;
    struct ofs_buf raw;
    struct ofs_extract words;
    char sha256[65];
};

struct ofs_look {
    const struct ofs_document_options *o;
    const cJSON *policy;
    struct ofs_document *d;
    cJSON *row;          /* what was kept, or JSON null */
    struct ofs_buf kept; /* the text of the current revision */
    char
        extraction[80]; /* how texts are extracted now: our version, and the scenario's selectors */
    struct ofs_error *err;
};

/* Which rows are this document's, and what goes in for the question marks. */
#define OFS_OF_DOCUMENT " scenario = ? AND origin = ? AND policy = ?"
#define OFS_WHICH_DOCUMENT(l) (l)->o->scenario->id, (l)->o->place, (l)->d->id

/* document_fetch.c. A column of what was kept, NULL if there is none. */
const char *ofs_look_kept(const struct ofs_look *l, const char *column);

/* Why the document could not be loaded. */
void ofs_look_fault(struct ofs_look *l, const char *fmt, ...) OFS_PRINTF(2, 3);

/* A pause in real time, whatever the simulated clock says; up to half as long again. */
int ofs_look_pause(const struct ofs_look *l, int ms);

/* 0: `c` has an answer, and words unless it is 304. 1: `d->error` says why not. -1: `err`. */
int ofs_look_fetch(struct ofs_look *l, bool conditional, struct ofs_copy *c);
void ofs_copy_free(struct ofs_copy *c);

/* ---- a pass ---- */

struct ofs_pass {
    struct ofs_pass_options o;
    struct ofs_db *db;
    const char *place; /* "origin" of the ledger's rows: the real site, or "replica" */
    int64_t now;
    ofs_day today;
    struct ofs_document *documents;
    size_t n_documents;
    struct ofs_due_facts facts;
    struct ofs_due due;
    struct ofs_due_date *dates;
    const char **changed;
    cJSON *policy_rows;            /* owns the strings of `changed` */
    int64_t silent_days;           /* of the silence that this pass ends; 0: none */
    struct ofs_channels *channels; /* NULL: `channels_error` says why not */
    struct ofs_error channels_error;
    cJSON *moved;
    cJSON *notified;
    struct ofs_buf subject, body, summary;
    int told_things;
};

/* tell.c: put one item into subject and body. */
int ofs_pass_tell(struct ofs_pass *pass, struct ofs_error *err, const char *fmt, ...)
    OFS_PRINTF(3, 4);

/* conclude.c: a condition holds now: `key` names it, `words` describe it. Reported once, after it
 * held in `after` passes in a row. */
int ofs_condition_holds(struct ofs_pass *pass, const char *key, int after, const char *words,
                        struct ofs_error *err);
/* It no longer holds: `words` (NULL: nothing) is reported if its beginning was reported. With '%'
 * at the end of `key`, every key with that prefix. */
int ofs_condition_ends(struct ofs_pass *pass, const char *key, const char *words,
                       struct ofs_error *err);

#endif
