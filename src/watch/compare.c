#include "watch/compare.h"

#include <stdlib.h>
#include <string.h>

#include "watch/sentences.h"

enum { RUN = 3 };
static const double other_document = 0.15;

/* ---- how much is shared --------------------------------------------------------------------- */

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

/* Hashes of every run of three words, sorted; the caller frees them. */
static uint64_t *runs_of(const char *text, size_t *ret_n)
{
    uint64_t *runs = calloc(strlen(text) / 2 + 2, sizeof *runs), last[RUN] = {0};
    size_t n = 0;
    for (const char *p = text; runs && *p;) {
        size_t len = strcspn(p, " \n");
        uint64_t hash = ofs_words_hash(p, len);
        if (hash) {
            memmove(last, last + 1, sizeof last - sizeof *last);
            last[RUN - 1] = hash;
            runs[n++] = (last[0] * 31 + last[1]) * 31 + last[2];
        }
        p += len;
        p += strspn(p, " \n");
    }
    if (runs && n)
        qsort(runs, n, sizeof *runs, by_value);
    *ret_n = n;
    return runs;
}

double ofs_text_shared(const char *a, const char *b)
{
    size_t n = 0, m = 0, both = 0;
    uint64_t *x = runs_of(a, &n), *y = runs_of(b, &m);
    for (size_t i = 0, k = 0; x && y && i < n && k < m;) {
        if (x[i] == y[k])
            both++, i++, k++;
        else if (x[i] < y[k])
            i++;
        else
            k++;
    }
    free(x);
    free(y);
    return n + m ? 2.0 * (double)both / (double)(n + m) : 1;
}

/* ---- same, changed, another ----------------------------------------------------------------- */

static int by_hash(const void *a, const void *b)
{
    uint64_t x = ((const struct ofs_sentence *)a)->hash, y = ((const struct ofs_sentence *)b)->hash;
    return x < y ? -1 : x > y;
}

/* Sorted by their hash, each once. */
static size_t without_repeats(struct ofs_sentences *s)
{
    size_t n = 0;
    if (s->n)
        qsort(s->list, s->n, sizeof *s->list, by_hash);
    for (size_t i = 0; i < s->n; i++)
        if (!n || s->list[i].hash != s->list[n - 1].hash)
            s->list[n++] = s->list[i];
    return n;
}

/* Which sentences occur in both; how often and in which order is layout. */
static bool same_sentences(struct ofs_sentences *a, struct ofs_sentences *b)
{
    size_t n = without_repeats(a), m = without_repeats(b);
    if (n != m)
        return false;
    for (size_t i = 0; i < n; i++)
        if (a->list[i].hash != b->list[i].hash)
            return false;
    return true;
}

int ofs_text_compare(const struct ofs_text *before, const struct ofs_text *after,
                     enum ofs_likeness *ret, struct ofs_error *err)
{
    struct ofs_sentences a, b;
    if (ofs_sentences_cut(before->text, &a, err))
        return -1;
    if (ofs_sentences_cut(after->text, &b, err)) {
        ofs_sentences_free(&a);
        return -1;
    }
    bool same = ofs_words_hash(before->text, strlen(before->text)) ==
                    ofs_words_hash(after->text, strlen(after->text)) ||
                same_sentences(&a, &b);
    ofs_sentences_free(&a);
    ofs_sentences_free(&b);
    bool titled = before->title[0] && after->title[0];
    bool same_title = titled && ofs_words_hash(before->title, strlen(before->title)) ==
                                    ofs_words_hash(after->title, strlen(after->title));
    double least = titled ? other_document : other_document / 3;
    if (same)
        *ret = OFS_TEXT_SAME;
    else if (!same_title && ofs_text_shared(before->text, after->text) < least)
        *ret = OFS_TEXT_OTHER;
    else
        *ret = OFS_TEXT_CHANGED;
    return 0;
}

/* ---- unsteady documents --------------------------------------------------------------------- */

int ofs_text_is_unsteady(const char *known, const char *first, const char *second, bool *ret,
                         struct ofs_error *err)
{
    struct ofs_sentences k = {0}, f = {0}, s = {0}, moving = {0}, fresh = {0}, steady = {0},
                         gone = {0};
    int rc = ofs_sentences_cut(known, &k, err);
    if (!rc)
        rc = ofs_sentences_cut(first, &f, err);
    if (!rc)
        rc = ofs_sentences_cut(second, &s, err);
    if (!rc)
        rc = ofs_sentences_without(&f, &s, &moving, err);
    if (!rc)
        rc = ofs_sentences_without(&f, &k, &fresh, err);
    if (!rc)
        rc = ofs_sentences_without(&fresh, &moving, &steady, err);
    if (!rc)
        rc = ofs_sentences_without(&k, &f, &gone, err);
    if (!rc)
        *ret = moving.n > 0 && steady.n == 0 && gone.n <= moving.n;
    struct ofs_sentences *all[] = {&k, &f, &s, &moving, &fresh, &steady, &gone};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        ofs_sentences_free(all[i]);
    return rc;
}
