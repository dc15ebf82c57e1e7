/*
 * pass_internal.h: what pass.c, conclude.c and tell.c share. For these files only.
 */
#ifndef OFS_WATCH_PASS_INTERNAL_H
#define OFS_WATCH_PASS_INTERNAL_H

#include "watch/pass.h"

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
    cJSON *policy_rows;  /* owns the strings of `changed` */
    int64_t silent_days; /* of the silence that this pass ends; 0: none */
    cJSON *moved;
    cJSON *notified;
    struct ofs_buf subject, body, summary;
    int told_things;
};

/* tell.c: put one thing to tell into subject and body. */
int ofs_pass_tell(struct ofs_pass *pass, struct ofs_error *err, const char *fmt, ...)
    OFS_PRINTF(3, 4);

/* conditions.c: something is the case at present: `key` names it, `words` say it. Told once, after
 * it was so in `after` passes in a row. */
int ofs_condition_holds(struct ofs_pass *pass, const char *key, int after, const char *words,
                        struct ofs_error *err);
/* It no longer is: `words` (NULL: nothing) is told where the beginning was told. With '%' at the
 * end of `key` all that begin so. */
int ofs_condition_ends(struct ofs_pass *pass, const char *key, const char *words,
                       struct ofs_error *err);

#endif
