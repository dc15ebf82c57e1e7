#include "watch/diff.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_CELLS = 24 << 20, CONTEXT = 160 };

struct token {
    const char *at;
    size_t len;
};

struct tokens {
    struct token *list;
    size_t n;
};

enum op { KEEP, REMOVE, ADD };

struct edit {
    enum op op;
    struct token token;
};

struct script {
    struct edit *list;
    size_t n;
};

static bool same(const struct token *a, const struct token *b)
{
    return a->len == b->len && !memcmp(a->at, b->at, a->len);
}

/* Cut at any of `marks`; with `lines` each mark ends a token, else a newline is a token of its own.
 */
static int cut(const char *text, size_t len, bool lines, struct tokens *ret, struct ofs_error *err)
{
    ret->list = calloc(len + 1, sizeof *ret->list);
    ret->n = 0;
    if (!ret->list)
        return ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
    for (const char *p = text, *end = text + len; p < end;) {
        size_t n = 0;
        if (!lines && *p == '\n')
            n = 1;
        else
            while (p + n < end && p[n] != '\n' && (lines || p[n] != ' '))
                n++;
        if (n)
            ret->list[ret->n++] = (struct token){p, n};
        p += n ? n : 1;
    }
    return 0;
}

static int push(struct script *s, enum op op, const struct tokens *t, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        s->list[s->n++] = (struct edit){op, t->list[i]};
    return 0;
}

/* Longest common subsequence by the table of lengths, between the common start and the common end.
 */
static int compare(const struct tokens *a, const struct tokens *b, struct script *ret,
                   struct ofs_error *err)
{
    size_t head = 0, x = a->n, y = b->n;
    while (head < x && head < y && same(&a->list[head], &b->list[head]))
        head++;
    while (x > head && y > head && same(&a->list[x - 1], &b->list[y - 1]))
        x--, y--;
    size_t n = x - head, m = y - head, width = m + 1;
    ret->n = 0;
    ret->list = calloc(a->n + b->n + 1, sizeof *ret->list);
    bool fits = n < 60000 && m < 60000 && (n + 1) * width <= MOST_CELLS;
    uint16_t *best = fits ? calloc((n + 1) * width, sizeof *best) : NULL;
    if (!ret->list || (fits && !best)) {
        free(best);
        return ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
    }
    push(ret, KEEP, a, 0, head);
    for (size_t i = n; best && i-- > 0;)
        for (size_t k = m; k-- > 0;) {
            uint16_t down = best[(i + 1) * width + k], right = best[i * width + k + 1];
            best[i * width + k] = same(&a->list[head + i], &b->list[head + k])
                                      ? (uint16_t)(best[(i + 1) * width + k + 1] + 1)
                                  : down > right ? down
                                                 : right;
        }
    size_t i = 0, k = 0;
    while (best && i < n && k < m) {
        if (same(&a->list[head + i], &b->list[head + k])) {
            push(ret, KEEP, a, head + i, head + i + 1);
            i++, k++;
        } else if (best[(i + 1) * width + k] >= best[i * width + k + 1]) {
            push(ret, REMOVE, a, head + i, head + i + 1);
            i++;
        } else {
            push(ret, ADD, b, head + k, head + k + 1);
            k++;
        }
    }
    push(ret, REMOVE, a, head + i, x);
    push(ret, ADD, b, head + k, y);
    push(ret, KEEP, a, x, a->n);
    free(best);
    return 0;
}

static const struct {
    const char *plain[2], *colour[2];
} marks[] = {
    [KEEP] = {{"", ""}, {"", ""}},
    [REMOVE] = {{"[-", "-]"}, {"\033[31;9m", "\033[0m"}},
    [ADD] = {{"{+", "+}"}, {"\033[32m", "\033[0m"}},
};

static int mark(struct ofs_buf *ret, enum op op, int side, bool colour, struct ofs_error *err)
{
    return ofs_buf_puts(ret, colour ? marks[op].colour[side] : marks[op].plain[side], err);
}

/* A run of tokens of one kind, marked once; a long one that was kept is shortened. */
static int print_run(const struct edit *e, size_t n, bool colour, struct ofs_buf *ret,
                     struct ofs_error *err)
{
    if (mark(ret, e->op, 0, colour, err))
        return -1;
    for (size_t i = 0; i < n; i++) {
        bool newline = *e[i].token.at == '\n';
        bool gap = i && !newline && *e[i - 1].token.at != '\n';
        if ((gap && ofs_buf_puts(ret, " ", err)) ||
            ofs_buf_add(ret, e[i].token.at, e[i].token.len, err))
            return -1;
    }
    return mark(ret, e->op, 1, colour, err);
}

static int print_words(const struct script *s, bool colour, struct ofs_buf *ret,
                       struct ofs_error *err)
{
    for (size_t i = 0, n; i < s->n; i += n) {
        for (n = 1; i + n < s->n && s->list[i + n].op == s->list[i].op;)
            n++;
        bool starts = !ret->len || ret->data[ret->len - 1] == '\n';
        if ((!starts && *s->list[i].token.at != '\n' && ofs_buf_puts(ret, " ", err)) ||
            print_run(&s->list[i], n, colour, ret, err))
            return -1;
    }
    return ofs_buf_puts(ret, "\n", err);
}

static int join(const struct edit *e, size_t n, enum op op, struct ofs_buf *ret,
                struct ofs_error *err)
{
    for (size_t i = 0; i < n; i++)
        if (e[i].op == op &&
            (ofs_buf_add(ret, e[i].token.at, e[i].token.len, err) || ofs_buf_puts(ret, "\n", err)))
            return -1;
    if (ret->len)
        ret->data[--ret->len] = '\0';
    return 0;
}

/* Lines that differ, compared by words. */
static int print_hunk(const struct edit *e, size_t n, bool colour, struct ofs_buf *ret,
                      struct ofs_error *err)
{
    OFS_AUTO_BUF before = OFS_BUF(ret->limit);
    OFS_AUTO_BUF after = OFS_BUF(ret->limit);
    struct tokens a = {0}, b = {0};
    struct script s = {0};
    int rc = join(e, n, REMOVE, &before, err);
    if (!rc)
        rc = join(e, n, ADD, &after, err);
    if (!rc)
        rc = cut(ofs_buf_str(&before), before.len, false, &a, err);
    if (!rc)
        rc = cut(ofs_buf_str(&after), after.len, false, &b, err);
    if (!rc)
        rc = compare(&a, &b, &s, err);
    if (!rc)
        rc = print_words(&s, colour, ret, err);
    free(a.list);
    free(b.list);
    free(s.list);
    return rc;
}

/* A line around a change, truncated if it is long. */
static int print_context(const struct token *line, struct ofs_buf *ret, struct ofs_error *err)
{
    size_t n = line->len;
    if (n > CONTEXT)
        for (n = CONTEXT; n && ((unsigned char)line->at[n] & 0xc0) == 0x80;)
            n--;
    if (ofs_buf_add(ret, line->at, n, err))
        return -1;
    return ofs_buf_puts(ret, n < line->len ? " ...\n" : "\n", err);
}

static int print_lines(const struct script *s, bool colour, struct ofs_buf *ret,
                       struct ofs_error *err)
{
    bool shown = false;
    for (size_t i = 0, n; i < s->n; i += n) {
        n = 1;
        if (s->list[i].op == KEEP)
            continue;
        while (i + n < s->n && s->list[i + n].op != KEEP)
            n++;
        if ((shown && ofs_buf_puts(ret, "---\n", err)) ||
            (i && print_context(&s->list[i - 1].token, ret, err)) ||
            print_hunk(&s->list[i], n, colour, ret, err) ||
            (i + n < s->n && print_context(&s->list[i + n].token, ret, err)))
            return -1;
        shown = true;
    }
    return 0;
}

int ofs_diff_words(const char *before, const char *after, bool colour, struct ofs_buf *ret,
                   struct ofs_error *err)
{
    struct tokens a = {0}, b = {0};
    struct script s = {0};
    int rc = cut(before, strlen(before), true, &a, err);
    if (!rc)
        rc = cut(after, strlen(after), true, &b, err);
    if (!rc)
        rc = compare(&a, &b, &s, err);
    if (!rc)
        rc = print_lines(&s, colour, ret, err);
    free(a.list);
    free(b.list);
    free(s.list);
    return rc;
}
