#include "watch/document.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/json.h"
#include "base/text.h"
#include "watch/compare.h"
#include "watch/extract.h"
#include "watch/internal.h"
#include "watch/normal.h"

enum {
    HOUR = 3600,
    DAY = 24 * HOUR,
    SETTLED = 14 * DAY, /* a text that was there that long did not only flicker */
    OLDEST_DATE = 31,   /* days: an older date announces nothing any more */
};

/* ---- keeping -------------------------------------------------------------------------------- */

static cJSON *facts_of(const struct ofs_document *d)
{
    cJSON *facts = cJSON_CreateObject();
    cJSON *topics = cJSON_AddArrayToObject(facts, "speaks_of");
    cJSON *dates = cJSON_AddArrayToObject(facts, "dates");
    for (enum ofs_topic t = 0; t < OFS_TOPICS; t++)
        if (d->topics & 1u << t)
            cJSON_AddItemToArray(topics, cJSON_CreateString(ofs_topic_word(t)));
    for (size_t i = 0; i < d->dates.n; i++) {
        char day[16];
        ofs_day_print(d->dates.list[i].day, day);
        cJSON_AddItemToArray(dates, cJSON_CreateString(day));
    }
    cJSON_AddNumberToObject(facts, "added", (double)d->added);
    cJSON_AddNumberToObject(facts, "removed", (double)d->removed);
    return facts;
}

/* The raw document is kept only for the current revision. */
static int keep_raw(struct ofs_look *l, const struct ofs_copy *c)
{
    OFS_AUTO_STR raw = ofs_store_pack(ofs_buf_str(&c->raw), c->raw.len, l->err);
    if (!raw || ofs_db_do(l->o->db, l->err, "UPDATE revisions SET raw = NULL WHERE" OFS_OF_DOCUMENT,
                          "sss", OFS_WHICH_DOCUMENT(l)))
        return -1;
    return ofs_db_do(l->o->db, l->err,
                     "UPDATE revisions SET raw = ?, type = ?, extraction = ? WHERE n ="
                     " (SELECT current FROM policies WHERE" OFS_OF_DOCUMENT ")",
                     "ssssss", raw, c->answer.type, l->extraction, OFS_WHICH_DOCUMENT(l));
}

static int keep_revision(struct ofs_look *l, const struct ofs_copy *c, const char *kind)
{
    char seen[OFS_DATE_SIZE];
    OFS_AUTO_STR text = ofs_store_pack(ofs_buf_str(&c->words.text), c->words.text.len, l->err);
    OFS_AUTO_JSON facts = facts_of(l->d);
    OFS_AUTO_STR words = cJSON_PrintUnformatted(facts);
    ofs_date_print(l->o->now, seen);
    if (!text || ofs_db_do(l->o->db, l->err,
                           "INSERT INTO revisions (scenario, origin, policy, seen, sha256, text,"
                           " facts, title, kind, since) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                           "sssssssssi", OFS_WHICH_DOCUMENT(l), seen, c->sha256, text, words,
                           c->words.title, kind, l->o->now))
        return -1;
    if (ofs_db_do(l->o->db, l->err, "UPDATE policies SET current = ? WHERE" OFS_OF_DOCUMENT, "isss",
                  ofs_db_last(l->o->db), OFS_WHICH_DOCUMENT(l)))
        return -1;
    return keep_raw(l, c);
}

/* The same words in another print, or another extraction of them, replace those kept. */
static int replace_text(struct ofs_look *l, const struct ofs_extract *words, const char *sha256)
{
    OFS_AUTO_STR text = ofs_store_pack(ofs_buf_str(&words->text), words->text.len, l->err);
    return text ? ofs_db_do(l->o->db, l->err,
                            "UPDATE revisions SET text = ?, sha256 = ?, title = ?, extraction = ?"
                            " WHERE n = ?",
                            "ssssi", text, sha256, words->title, l->extraction,
                            (int64_t)ofs_json_num(l->row, "revision", 0))
                : -1;
}

/* ---- comparing ------------------------------------------------------------------------------ */

/* Topics and dates of what changed; of the whole text if it is the first. */
static int read_changes(struct ofs_look *l, const char *before, const char *after)
{
    struct ofs_sentences old = {0}, new = {0}, added = {0}, removed = {0};
    struct ofs_announcements all, fresh;
    int rc = ofs_sentences_cut(before, &old, l->err);
    if (!rc)
        rc = ofs_sentences_cut(after, &new, l->err);
    if (!rc)
        rc = ofs_sentences_without(&new, &old, &added, l->err);
    if (!rc)
        rc = ofs_sentences_without(&old, &new, &removed, l->err);
    if (!rc) {
        struct ofs_document *d = l->d;
        const struct ofs_sentence *quote = NULL;
        d->added = added.n;
        d->removed = removed.n;
        d->topics = ofs_topics_of(&added) | ofs_topics_of(&removed);
        for (enum ofs_topic t = 0; t < OFS_TOPICS && !quote; t++)
            quote = ofs_topic_quote(&added, t, sizeof d->quote - 1);
        if (quote)
            snprintf(d->quote, sizeof d->quote, "%.*s", (int)quote->len, quote->text);
        ofs_text_tame(d->quote);
        ofs_dates_find(&new, l->o->today, &all);
        ofs_dates_find(&added, l->o->today, &fresh);
        d->dates.n = 0;
        for (size_t i = 0; i < all.n; i++) {
            bool keep = all.list[i].day > l->o->today;
            for (size_t k = 0; k < fresh.n; k++)
                keep = keep || (fresh.list[k].day == all.list[i].day &&
                                fresh.list[k].day > l->o->today - OLDEST_DATE);
            if (keep)
                d->dates.list[d->dates.n++] = all.list[i];
        }
    }
    struct ofs_sentences *lists[] = {&old, &new, &added, &removed};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        ofs_sentences_free(lists[i]);
    return rc;
}

static int likeness_of(struct ofs_look *l, const struct ofs_copy *c, enum ofs_likeness *ret)
{
    const struct ofs_text before = {ofs_json_str(l->row, "heading", ""), ofs_buf_str(&l->kept)},
                          after = {c->words.title, ofs_buf_str(&c->words.text)};
    if (!strcmp(ofs_json_str(l->row, "sha256", ""), c->sha256)) {
        *ret = OFS_TEXT_SAME;
        return 0;
    }
    return ofs_text_compare(&before, &after, ret, l->err);
}

/* How the text is extracted has changed: the kept raw document is read again, so that this alone is
 * not a change. */
static int catch_up(struct ofs_look *l)
{
    OFS_AUTO_BUF raw = OFS_BUF(OFS_DOCUMENT_MOST);
    struct ofs_extract words;
    struct ofs_error ignored;
    char sha256[65];
    const char *packed = ofs_look_kept(l, "raw");
    if (!ofs_look_kept(l, "text") ||
        !strcmp(ofs_json_str(l->row, "extraction", ""), l->extraction) || !packed ||
        ofs_store_unpack(packed, &raw, &ignored))
        return 0;
    if (ofs_extract_document(ofs_buf_str(&raw), raw.len, ofs_json_str(l->row, "type", ""),
                             ofs_json_get(l->policy, "select"), ofs_json_get(l->policy, "remove"),
                             &words, &ignored))
        return 0; /* what is fetched now will show it */
    int rc = ofs_normal_digest(ofs_buf_str(&words.text), sha256, l->err);
    if (!rc)
        rc = replace_text(l, &words, sha256);
    if (!rc && strcmp(sha256, ofs_json_str(l->row, "sha256", "")))
        snprintf(l->d->note, sizeof l->d->note, "the text is now extracted in another way");
    ofs_extract_free(&words);
    if (!rc) {
        cJSON_Delete(l->row);
        l->row = ofs_store_document(l->o->db, OFS_WHICH_DOCUMENT(l), l->err);
        rc = l->row ? 0 : -1;
    }
    return rc;
}

/* An earlier revision has the same words: the document went back. Reported if the text in between
 * was there for a while, and this was not reported before; else it flickers. */
static int take_known(struct ofs_look *l, const struct ofs_copy *c, int64_t earlier,
                      bool *ret_flickers)
{
    int64_t since = (int64_t)ofs_json_num(l->row, "since", 0);
    bool was_told = !strcmp(ofs_json_str(l->row, "kind", ""), "returned");
    *ret_flickers = l->o->now - since < SETTLED || was_told;
    if (!*ret_flickers)
        return 0;
    snprintf(l->d->note, sizeof l->d->note, "it went back to an earlier text; reported once");
    if (ofs_db_do(l->o->db, l->err, "UPDATE policies SET current = ? WHERE" OFS_OF_DOCUMENT, "isss",
                  earlier, OFS_WHICH_DOCUMENT(l)) ||
        ofs_db_do(l->o->db, l->err, "UPDATE revisions SET since = ? WHERE n = ?", "ii", l->o->now,
                  earlier))
        return -1;
    return keep_raw(l, c);
}

/* The newest of the earlier revisions that has the same words, 0 if none has. */
static int find_earlier(struct ofs_look *l, const struct ofs_copy *c, int64_t *ret)
{
    enum { LOOK_BACK = 8 };
    const struct ofs_text now = {c->words.title, ofs_buf_str(&c->words.text)};
    const cJSON *row;
    OFS_AUTO_JSON rows =
        ofs_db_rows(l->o->db, l->err,
                    "SELECT n, title, text FROM revisions WHERE" OFS_OF_DOCUMENT
                    " AND n <> ? ORDER BY n DESC LIMIT ?",
                    "sssii", OFS_WHICH_DOCUMENT(l), (int64_t)ofs_json_num(l->row, "revision", 0),
                    (int64_t)LOOK_BACK);
    *ret = 0;
    cJSON_ArrayForEach(row, rows)
    {
        OFS_AUTO_BUF text = OFS_BUF(OFS_EXTRACT_MOST);
        enum ofs_likeness likeness;
        if (ofs_store_unpack(ofs_json_str(row, "text", ""), &text, l->err))
            return -1;
        const struct ofs_text then = {ofs_json_str(row, "title", ""), ofs_buf_str(&text)};
        if (ofs_text_compare(&then, &now, &likeness, l->err))
            return -1;
        if (likeness == OFS_TEXT_SAME) {
            *ret = (int64_t)ofs_json_num(row, "n", 0);
            return 0;
        }
    }
    return rows ? 0 : -1;
}

/* Other words, fetched twice: keep them, and read what changed. */
static int believe(struct ofs_look *l, const struct ofs_copy *c, enum ofs_likeness likeness)
{
    struct ofs_document *d = l->d;
    bool flickers = false;
    int64_t earlier;
    if (find_earlier(l, c, &earlier))
        return -1;
    if (earlier && take_known(l, c, earlier, &flickers))
        return -1;
    memcpy(d->revision, c->sha256, sizeof d->revision);
    if (flickers)
        return 0;
    if (likeness == OFS_TEXT_OTHER) {
        d->another = true;
        ofs_look_fault(l, "another document is at this address now: \"%s\" in place of \"%s\"",
                       c->words.title, ofs_json_str(l->row, "heading", ""));
        if (read_changes(l, "", ofs_buf_str(&c->words.text)))
            return -1;
    } else {
        d->changed = true;
        if (read_changes(l, ofs_buf_str(&l->kept), ofs_buf_str(&c->words.text)))
            return -1;
    }
    if (keep_revision(l, c,
                      d->another ? "another"
                      : earlier  ? "returned"
                                 : "changed") ||
        ofs_store_dates(l->o->db, OFS_WHICH_DOCUMENT(l), &d->dates, l->o->today, l->err))
        return -1;
    return d->changed ? ofs_db_do(l->o->db, l->err,
                                  "UPDATE policies SET changed_at = ? WHERE" OFS_OF_DOCUMENT,
                                  "isss", l->o->now, OFS_WHICH_DOCUMENT(l))
                      : 0;
}

/* The words differ. Fetch again before accepting them. 1: not accepted, nothing is kept. */
static int confirm(struct ofs_look *l, const struct ofs_copy *first)
{
    struct ofs_copy again;
    enum ofs_likeness likeness = OFS_TEXT_SAME;
    bool unsteady = false;
    int rc = ofs_look_pause(l, l->o->pause_ms);
    if (rc)
        return -1;
    rc = ofs_look_fetch(l, false, &again);
    if (!rc)
        rc = likeness_of(l, &again, &likeness);
    if (!rc && likeness != OFS_TEXT_SAME && strcmp(first->sha256, again.sha256))
        rc = ofs_text_is_unsteady(ofs_buf_str(&l->kept), ofs_buf_str(&first->words.text),
                                  ofs_buf_str(&again.words.text), &unsteady, l->err);
    if (rc > 0) {
        snprintf(l->d->note, sizeof l->d->note, "a change could not be confirmed: %.100s",
                 l->d->error);
        l->d->error[0] = '\0';
    } else if (!rc && (likeness == OFS_TEXT_SAME || unsteady)) {
        snprintf(l->d->note, sizeof l->d->note, "its text changes from one moment to the next");
        rc = 1;
    } else if (!rc) {
        rc = believe(l, &again, likeness);
    }
    ofs_copy_free(&again);
    return rc;
}

/* What is kept of the answer: for the next conditional request. */
static int keep_answer(struct ofs_look *l, const struct ofs_copy *c)
{
    return ofs_db_do(l->o->db, l->err,
                     "UPDATE policies SET etag = ?, last_modified = ?, failures = 0,"
                     " not_before = 0 WHERE" OFS_OF_DOCUMENT,
                     "sssss", c->answer.etag, c->answer.last_modified, OFS_WHICH_DOCUMENT(l));
}

static int take(struct ofs_look *l, const struct ofs_copy *c)
{
    enum ofs_likeness likeness;
    if (c->answer.status == 304)
        return ofs_db_do(l->o->db, l->err,
                         "UPDATE policies SET failures = 0, not_before = 0 WHERE" OFS_OF_DOCUMENT,
                         "sss", OFS_WHICH_DOCUMENT(l));
    if (!ofs_look_kept(l, "text")) {
        l->d->first = true;
        memcpy(l->d->revision, c->sha256, sizeof l->d->revision);
        if (read_changes(l, "", ofs_buf_str(&c->words.text)) || keep_revision(l, c, "first") ||
            ofs_store_dates(l->o->db, OFS_WHICH_DOCUMENT(l), &l->d->dates, l->o->today, l->err))
            return -1;
        return keep_answer(l, c);
    }
    if (likeness_of(l, c, &likeness))
        return -1;
    if (likeness == OFS_TEXT_SAME) {
        /* another print of the same words is the same revision */
        bool known =
            !strcmp(ofs_json_str(l->row, "sha256", ""), c->sha256) && ofs_look_kept(l, "raw");
        return !known && keep_raw(l, c) ? -1 : keep_answer(l, c);
    }
    int rc = confirm(l, c);
    return rc ? rc < 0 ? -1 : 0 : keep_answer(l, c);
}

/* ---- the whole look ------------------------------------------------------------------------- */

static int begin(struct ofs_look *l)
{
    const char *url = ofs_json_str(l->policy, "url", "");
    struct ofs_document *d = l->d;
    *d = (struct ofs_document){.id = ofs_json_str(l->policy, "id", ""),
                               .title = ofs_json_str(l->policy, "title", "")};
    snprintf(d->url, sizeof d->url, "%s%s", *url == '/' ? l->o->origin : "", url);
    OFS_AUTO_STR select = cJSON_PrintUnformatted(ofs_json_get(l->policy, "select"));
    OFS_AUTO_STR remove = cJSON_PrintUnformatted(ofs_json_get(l->policy, "remove"));
    OFS_AUTO_STR both = ofs_text_printf("%s %s", select ? select : "", remove ? remove : "");
    char sha256[OFS_SHA256_SIZE];
    ofs_sha256(both ? both : "", both ? strlen(both) : 0, sha256);
    snprintf(l->extraction, sizeof l->extraction, "%d/%.16s", OFS_EXTRACT_VERSION, sha256);
    if (ofs_db_do(l->o->db, l->err,
                  "INSERT INTO policies (scenario, origin, policy, title, url)"
                  " VALUES (?, ?, ?, ?, ?)"
                  " ON CONFLICT DO UPDATE SET title = excluded.title,"
                  " etag = CASE WHEN url = excluded.url THEN etag END,"
                  " last_modified = CASE WHEN url = excluded.url THEN last_modified END,"
                  " not_before = CASE WHEN url = excluded.url THEN not_before ELSE 0 END,"
                  " url = excluded.url",
                  "sssss", OFS_WHICH_DOCUMENT(l), d->title, d->url))
        return -1;
    l->row = ofs_store_document(l->o->db, OFS_WHICH_DOCUMENT(l), l->err);
    return l->row ? 0 : -1;
}

/* Dates in the future that the kept text announces. */
static void remind(struct ofs_look *l)
{
    struct ofs_error ignored;
    struct ofs_sentences s;
    if (l->d->dates.n || !l->kept.len || ofs_sentences_cut(l->kept.data, &s, &ignored))
        return;
    struct ofs_announcements all;
    ofs_dates_find(&s, l->o->today, &all);
    for (size_t i = 0; i < all.n; i++)
        if (all.list[i].day >= l->o->today)
            l->d->dates.list[l->d->dates.n++] = all.list[i];
    ofs_sentences_free(&s);
}

static int finish(struct ofs_look *l)
{
    char now[OFS_DATE_SIZE];
    bool failed = *l->d->error && !l->d->another;
    ofs_date_print(l->o->now, now);
    return ofs_db_do(l->o->db, l->err,
                     "UPDATE policies SET checked = ?, error = ?, failures = CASE WHEN ? THEN"
                     " failures + 1 ELSE 0 END WHERE" OFS_OF_DOCUMENT,
                     "ssisss", now, failed ? l->d->error : NULL, (int64_t)failed,
                     OFS_WHICH_DOCUMENT(l));
}

static int look(struct ofs_look *l)
{
    struct ofs_copy c = {0};
    if (begin(l) || catch_up(l))
        return -1;
    const char *packed = ofs_look_kept(l, "text");
    if (packed && ofs_store_unpack(packed, &l->kept, l->err))
        return -1;
    snprintf(l->d->revision, sizeof l->d->revision, "%s", ofs_json_str(l->row, "sha256", ""));
    int64_t until = (int64_t)ofs_json_num(l->row, "not_before", 0);
    /* a clock that was set back does not make the wait longer than it could have been */
    if (until > l->o->now && until - l->o->now < 31 * DAY) {
        char when[OFS_DATE_SIZE];
        ofs_date_print(until, when);
        ofs_look_fault(l, "the site asked for fewer requests: not asked before %s", when);
        remind(l);
        return 0;
    }
    int rc = ofs_look_fetch(l, true, &c);
    if (!rc)
        rc = take(l, &c);
    ofs_copy_free(&c);
    if (rc < 0)
        return -1;
    remind(l);
    return finish(l);
}

int ofs_document_look(const struct ofs_document_options *options, const cJSON *policy,
                      struct ofs_document *ret, struct ofs_error *err)
{
    struct ofs_look l = {
        .o = options, .policy = policy, .d = ret, .kept = OFS_BUF(OFS_EXTRACT_MOST), .err = err};
    int rc = look(&l);
    cJSON_Delete(l.row);
    ofs_buf_free(&l.kept);
    return rc;
}
