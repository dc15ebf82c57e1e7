#include "watch/sentences.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "watch/normal.h"

/* FNV-1a over letters and digits alone. */
uint64_t ofs_words_hash(const char *text, size_t len)
{
    uint64_t h = 14695981039346656037u;
    bool any = false;
    while (len) {
        char small[256];
        size_t n = len < 200 ? len : 200;
        while (n < len && n > 1 && ((unsigned char)text[n] & 0xc0) == 0x80)
            n--;
        size_t used = ofs_normal_lower(text, n, small, sizeof small);
        for (size_t i = 0; i < used; i++) {
            unsigned char c = (unsigned char)small[i];
            if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c >= 0x80) {
                h = (h ^ c) * 1099511628211u;
                any = true;
            }
        }
        text += n;
        len -= n;
    }
    return any ? h ? h : 1 : 0;
}

/* Whether the full stop at `p` belongs to a number or an abbreviation. */
static bool is_inner_stop(const char *start, const char *p)
{
    static const char *const abbreviations[] = {
        "jan", "feb", "mar", "apr", "jun",  "jul", "aug", "sep", "sept", "oct", "nov", "dec", "e.g",
        "i.e", "no",  "nos", "inc", "corp", "ltd", "mr",  "ms",  "dr",   "z.b", "u.a", "art", "abs",
        "nr",  "bzw", "ca",  "vs",  "u.s",  "etc", "st",  "sec", "co",   "d.h", "n",   "ust"};
    const char *word = p;
    while (word > start && word[-1] != ' ' && word[-1] != '(' && word[-1] != '"')
        word--;
    size_t n = (size_t)(p - word);
    if (n && n <= 2 && word[0] >= '0' && word[0] <= '9' && word[n - 1] >= '0' && word[n - 1] <= '9')
        return true; /* "3. November", "2. Obligations" */
    for (size_t i = 0; i < sizeof abbreviations / sizeof *abbreviations; i++)
        if (strlen(abbreviations[i]) == n && !strncasecmp(word, abbreviations[i], n))
            return true;
    return false;
}

/* The end of the sentence that begins at `start`, in a line that ends at `end`. */
static const char *sentence_end(const char *start, const char *end)
{
    for (const char *p = start; p < end; p++) {
        if (!strchr(".!?", *p))
            continue;
        const char *q = p + 1;
        while (q < end && strchr("\"')", *q))
            q++;
        bool last = q == end, gap = !last && *q == ' ';
        bool small = gap && q + 1 < end && q[1] >= 'a' && q[1] <= 'z';
        if ((last || gap) && !small && !(*p == '.' && is_inner_stop(start, p)))
            return q;
    }
    return end;
}

static int add(struct ofs_sentences *s, struct ofs_sentence one, struct ofs_error *err)
{
    if ((s->n & (s->n - 1)) == 0) { /* grows at powers of two */
        void *more = reallocarray(s->list, s->n ? s->n * 2 : 1, sizeof *s->list);
        if (!more)
            return ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
        s->list = more;
    }
    s->list[s->n++] = one;
    return 0;
}

int ofs_sentences_cut(const char *text, struct ofs_sentences *ret, struct ofs_error *err)
{
    *ret = (struct ofs_sentences){0};
    for (const char *line = text; *line;) {
        const char *end = line + strcspn(line, "\n");
        for (const char *p = line; p < end;) {
            const char *stop = sentence_end(p, end);
            uint64_t hash = ofs_words_hash(p, (size_t)(stop - p));
            struct ofs_sentence one = {p, (size_t)(stop - p), hash};
            if (hash && add(ret, one, err)) {
                ofs_sentences_free(ret);
                return -1;
            }
            p = stop;
            while (p < end && *p == ' ')
                p++;
        }
        line = *end ? end + 1 : end;
    }
    return 0;
}

void ofs_sentences_free(struct ofs_sentences *sentences)
{
    free(sentences->list);
    *sentences = (struct ofs_sentences){0};
}

static int by_hash(const void *a, const void *b)
{
    uint64_t x = ((const struct ofs_sentence *)a)->hash, y = ((const struct ofs_sentence *)b)->hash;
    return x < y ? -1 : x > y;
}

static int by_place(const void *a, const void *b)
{
    const char *x = ((const struct ofs_sentence *)a)->text,
               *y = ((const struct ofs_sentence *)b)->text;
    return x < y ? -1 : x > y;
}

int ofs_sentences_without(const struct ofs_sentences *all, const struct ofs_sentences *known,
                          struct ofs_sentences *ret, struct ofs_error *err)
{
    *ret = (struct ofs_sentences){0};
    struct ofs_sentence *mine = calloc(all->n + 1, sizeof *mine);
    struct ofs_sentence *theirs = calloc(known->n + 1, sizeof *theirs);
    int rc = mine && theirs ? 0 : ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
    if (!rc) {
        if (all->n)
            memcpy(mine, all->list, all->n * sizeof *mine);
        if (known->n)
            memcpy(theirs, known->list, known->n * sizeof *theirs);
        qsort(mine, all->n, sizeof *mine, by_hash);
        qsort(theirs, known->n, sizeof *theirs, by_hash);
    }
    for (size_t i = 0, k = 0; !rc && i < all->n;) {
        if (k < known->n && theirs[k].hash < mine[i].hash)
            k++;
        else if (k < known->n && theirs[k].hash == mine[i].hash)
            k++, i++;
        else
            rc = add(ret, mine[i++], err);
    }
    free(mine);
    free(theirs);
    if (rc)
        ofs_sentences_free(ret);
    else if (ret->n)
        qsort(ret->list, ret->n, sizeof *ret->list, by_place);
    return rc;
}
