#include "watch/selector.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { MOST_PARTS = 64, MOST_TESTS = 8, MOST_WORD = 128 };

enum test_kind { TAG, ID, CLASS, ATTRIBUTE };

struct test {
    enum test_kind kind;
    char relation; /* of an attribute: 0 (is there), '=', '~', '^', '$', '*', '|' */
    char name[MOST_WORD], value[MOST_WORD];
};

/* One compound such as "div.body[lang]". `before` is its combinator with the compound to its left:
 * ' ' descendant, '>' child, ',' none: a new alternative begins here. */
struct part {
    char before;
    size_t n_tests;
    struct test tests[MOST_TESTS];
};

struct ofs_selector {
    size_t n_parts;
    struct part parts[];
};

struct reader {
    const char *text, *p;
    struct ofs_error *err;
};

static int unsupported(const struct reader *r)
{
    ofs_fail(r->err, OFS_ERR_SCENARIO, "the selector \"%s\" is not understood from \"%.20s\" on",
             r->text, r->p);
    return ofs_hint(r->err, "use tags, #id, .class, [attribute=\"value\"], blanks, '>' and commas");
}

static bool is_word(char c)
{
    return c && (c == '-' || c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                 (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80);
}

static int read_word(struct reader *r, char ret[MOST_WORD])
{
    size_t n = 0;
    while (is_word(r->p[n]))
        n++;
    if (!n || n >= MOST_WORD)
        return unsupported(r);
    memcpy(ret, r->p, n);
    ret[n] = '\0';
    r->p += n;
    return 0;
}

static int read_value(struct reader *r, char ret[MOST_WORD])
{
    if (*r->p != '"' && *r->p != '\'')
        return read_word(r, ret);
    const char *end = strchr(r->p + 1, *r->p);
    size_t n = end ? (size_t)(end - r->p - 1) : MOST_WORD;
    if (n >= MOST_WORD)
        return unsupported(r);
    memcpy(ret, r->p + 1, n);
    ret[n] = '\0';
    r->p = end + 1;
    return 0;
}

static int read_attribute(struct reader *r, struct test *t)
{
    r->p++;
    if (read_word(r, t->name))
        return -1;
    if (*r->p && strchr("~^$*|", *r->p) && r->p[1] == '=') {
        t->relation = *r->p;
        r->p += 2;
    } else if (*r->p == '=') {
        t->relation = '=';
        r->p++;
    }
    if (t->relation && read_value(r, t->value))
        return -1;
    if (*r->p != ']')
        return unsupported(r);
    r->p++;
    return 0;
}

static int read_test(struct reader *r, struct test *t)
{
    switch (*r->p) {
    case '#':
    case '.':
        t->kind = *r->p == '#' ? ID : CLASS;
        r->p++;
        return read_word(r, t->name);
    case '[':
        t->kind = ATTRIBUTE;
        return read_attribute(r, t);
    case '*':
        t->kind = TAG;
        t->name[0] = '*';
        r->p++;
        return 0;
    default:
        t->kind = TAG;
        return read_word(r, t->name);
    }
}

static int read_part(struct reader *r, struct part *part)
{
    do {
        if (part->n_tests == MOST_TESTS || read_test(r, &part->tests[part->n_tests++]))
            return unsupported(r);
    } while (*r->p && strchr("#.[", *r->p));
    return 0;
}

/* The combinator between two compounds; 0 at the end. */
static char read_joint(struct reader *r)
{
    char joint = 0;
    for (; *r->p == ' ' || *r->p == '>' || *r->p == ','; r->p++)
        if (*r->p != ' ' && (joint == 0 || joint == ' '))
            joint = *r->p;
        else if (*r->p == ' ' && !joint)
            joint = ' ';
        else if (*r->p != ' ')
            return '!';
    return *r->p ? joint : joint == ' ' ? 0 : joint;
}

struct ofs_selector *ofs_selector_parse(const char *text, struct ofs_error *err)
{
    struct reader r = {.text = text, .p = text + strspn(text, " "), .err = err};
    struct ofs_selector *s = calloc(1, sizeof *s + MOST_PARTS * sizeof *s->parts);
    if (!s) {
        ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
        return NULL;
    }
    char joint = ',';
    do {
        struct part *part = &s->parts[s->n_parts];
        if (joint == '!' || s->n_parts == MOST_PARTS || read_part(&r, part)) {
            unsupported(&r);
            free(s);
            return NULL;
        }
        part->before = joint;
        s->n_parts++;
        joint = read_joint(&r);
    } while (joint);
    if (!*r.p)
        return s;
    unsupported(&r);
    free(s);
    return NULL;
}

void ofs_selector_free(struct ofs_selector *selector)
{
    free(selector);
}

/* ---- matching ------------------------------------------------------------------------------- */

/* The text of an attribute as the parser keeps it; NULL if it is absent. */
static const char *attribute_of(const xmlNode *e, const char *name)
{
    for (const xmlAttr *a = e->properties; a; a = a->next)
        if (!strcasecmp((const char *)a->name, name))
            return a->children && a->children->content ? (const char *)a->children->content : "";
    return NULL;
}

static bool has_token(const char *list, const char *word)
{
    size_t n = strlen(word);
    for (const char *p = list; n && p && *p;) {
        size_t len = strcspn(p, " \t\r\n\f");
        if (len == n && !strncmp(p, word, n))
            return true;
        p += len;
        p += strspn(p, " \t\r\n\f");
    }
    return false;
}

static bool attribute_matches(const struct test *t, const char *value)
{
    size_t n = strlen(t->value), len = value ? strlen(value) : 0;
    if (!value)
        return false;
    switch (t->relation) {
    case '=':
        return !strcmp(value, t->value);
    case '~':
        return has_token(value, t->value);
    case '^':
        return n && !strncmp(value, t->value, n);
    case '$':
        return n && len >= n && !strcmp(value + len - n, t->value);
    case '*':
        return n && strstr(value, t->value);
    case '|':
        return !strncmp(value, t->value, n) && (value[n] == '\0' || value[n] == '-');
    default:
        return true;
    }
}

static bool test_matches(const struct test *t, const xmlNode *e)
{
    const char *value;
    switch (t->kind) {
    case TAG:
        return t->name[0] == '*' || !strcasecmp((const char *)e->name, t->name);
    case ID:
        value = attribute_of(e, "id");
        return value && !strcmp(value, t->name);
    case CLASS:
        return has_token(attribute_of(e, "class"), t->name);
    case ATTRIBUTE:
        return attribute_matches(t, attribute_of(e, t->name));
    }
    return false;
}

static bool part_matches(const struct part *part, const xmlNode *e)
{
    for (size_t i = 0; i < part->n_tests; i++)
        if (!test_matches(&part->tests[i], e))
            return false;
    return true;
}

static const xmlNode *above(const xmlNode *e)
{
    return e->parent && e->parent->type == XML_ELEMENT_NODE ? e->parent : NULL;
}

/* Whether the parts up to `last` match with `e` as the last one. A child combinator may require
 * another ancestor further right, so all of them are tried; a selector has few parts. */
static bool chain_matches(const struct part *last, const xmlNode *e)
{
    if (!part_matches(last, e))
        return false;
    if (last->before == ',')
        return true;
    for (const xmlNode *up = above(e); up; up = above(up)) {
        if (chain_matches(last - 1, up))
            return true;
        if (last->before == '>')
            return false;
    }
    return false;
}

bool ofs_selector_matches(const struct ofs_selector *s, const xmlNode *element)
{
    for (size_t i = 0; i < s->n_parts; i++)
        if ((i + 1 == s->n_parts || s->parts[i + 1].before == ',') &&
            chain_matches(&s->parts[i], element))
            return true;
    return false;
}
