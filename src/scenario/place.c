/*
 * place.c: the places of a JSON text that cJSON does not report: where a text violates RFC 8259,
 * and where a value of the tree is in it.
 */
#include <ctype.h>
#include <string.h>

#include "base/text.h"
#include "scenario/walk.h"

static const char blanks[] = " \t\r\n";

/* ---- syntax: what cJSON is too lenient about ---- */

static const char *escape_fault(const char *escape, size_t *ret_len)
{
    *ret_len = escape[1] == 'u' ? 6 : 2;
    if (escape[1] != 'u')
        return escape[1] && strchr("\"\\/bfnrt", escape[1]) ? NULL
                                                            : "an unknown escape in a string";
    if (strspn(escape + 2, "0123456789abcdefABCDEF") < 4)
        return "\\u needs four hexadecimal digits";
    return strncmp(escape + 2, "0000", 4) ? NULL : "a NUL character in a string";
}

/* The first syntax fault, or NULL; cJSON checks the structure. */
static const char *letter_fault(const char *text, size_t len, size_t *ret_at)
{
    const char *why = NULL;
    size_t string = len, n; /* start of the open string; len: none is open */
    for (size_t i = 0; i < len && !why; i += n) {
        unsigned char c = (unsigned char)text[i];
        *ret_at = i;
        n = ofs_text_char(text + i);
        if (!n) {
            why = "a byte that is not UTF-8";
        } else if (c == '"') {
            string = string == len ? i : len;
        } else if (string < len && (c == '\n' || c == '\r')) {
            *ret_at = string;
            why = "a string that does not end on its line";
        } else if (c < 0x20 && (string < len || !strchr(blanks, c))) {
            why = "a control character in a string";
        } else if (string < len && c == '\\') {
            why = escape_fault(text + i, &n);
        } else if (string == len && c == '0' && isdigit((unsigned char)text[i + 1])) {
            why = "a number that begins with 0";
        } else if (string == len && (isdigit(c) || c == '-')) {
            n = strspn(text + i, "0123456789.eE+-");
            *ret_at = i + n;
            why = isdigit((unsigned char)text[i + n - 1]) ? NULL : "a digit is missing";
        }
    }
    if (!why && string < len) {
        *ret_at = string;
        why = "a string that never ends";
    }
    return why;
}

/* The likely mistake at the place where cJSON stopped. */
static const char *mistake_at(const char *text, size_t at)
{
    static const struct {
        char c;
        const char *why;
    } slips[] = {
        {'\0', "the text ends too early"},
        {'\'', "strings need double quotes"},
        {'/', "comments are not part of JSON"},
        {'*', "comments are not part of JSON"},
        {'#', "comments are not part of JSON"},
        {'"', "a comma or a colon is missing before this string"},
        {',', "a value is missing before this comma"},
        {':', "keys need double quotes"},
        {'+', "a number cannot begin with +"},
        {'.', "a number needs a digit before the point"},
        {'\\', "half of a surrogate pair in a string"},
        {'}', "a value is missing here"},
        {']', "a value is missing here"},
    };
    const char *before = text + at;
    while (before > text && strchr(blanks, before[-1]))
        before--;
    if (strchr("}]", text[at]) && text[at] && before > text && before[-1] == ',')
        return "a comma with nothing behind it";
    for (size_t i = 0; i < sizeof slips / sizeof *slips; i++)
        if (text[at] == slips[i].c)
            return slips[i].why;
    return "this is not expected here";
}

static const char *syntax_fault(const char *text, size_t len, cJSON **ret_tree, size_t *ret_at)
{
    const char *end = NULL, *why = letter_fault(text, len, ret_at);
    if (!strncmp(text, "\xef\xbb\xbf", 3) || strspn(text, blanks) == len) {
        *ret_at = 0;
        return *text == '\xef' ? "it begins with a byte order mark" : "there is nothing in it";
    }
    if (why)
        return why;
    *ret_tree = cJSON_ParseWithLengthOpts(text, len, &end, false);
    *ret_at = end ? (size_t)(end - text) : 0;
    if (*ret_tree) {
        *ret_at += strspn(text + *ret_at, blanks);
        return *ret_at < len ? "there is more text behind the end" : NULL;
    }
    /* at the end of the text it names the last byte */
    if (*ret_at + 1 == len && strchr("0123456789\",:[{el", text[*ret_at]))
        *ret_at = len;
    return mistake_at(text, *ret_at);
}

cJSON *ofs_lint_parse(struct ofs_lint *l, const char *text, size_t len)
{
    cJSON *tree = NULL;
    size_t at;
    const char *why = syntax_fault(text, len, &tree, &at);
    if (!why)
        return tree;
    ofs_lint_text_fault(l, at, "not JSON: %s", why);
    cJSON_Delete(tree);
    return NULL;
}

/* ---- values ---- */

struct walk {
    struct ofs_lint *lint;
    const char *text;
};

static const char *skip_blank(const char *p)
{
    return p + strspn(p, blanks);
}

static const char *skip_string(const char *p)
{
    for (p++; *p != '"'; p++)
        p += *p == '\\';
    return p + 1;
}

static void note(const struct walk *w, const cJSON *value, const char *key, const char *at)
{
    for (size_t i = 0; i < w->lint->n_found; i++) {
        struct ofs_lint_found *found = &w->lint->found[i];
        if (found->value == value)
            found->at = (size_t)((found->is_key ? key : at) - w->text);
    }
}

/* The text is valid, and the tree keeps its order, repeated keys included: walk both side by side.
 * Returns what follows the value. */
static const char *pass(const struct walk *w, const cJSON *value, const char *key, const char *at)
{
    const char *p = at + 1;
    note(w, value, key, at);
    if (*at == '"')
        return skip_string(at);
    if (*at != '{' && *at != '[')
        return at + strcspn(at, ",]} \t\r\n");
    OFS_EACH (child, value) {
        const char *first = skip_blank(p), *own = first;
        if (*at == '{')
            own = skip_blank(skip_blank(skip_string(first)) + 1); /* after the colon */
        p = skip_blank(pass(w, child, first, own)) + 1;           /* after the comma or the end */
    }
    return value->child ? p : skip_blank(p) + 1;
}

void ofs_lint_place(struct ofs_lint *l, const char *text, const cJSON *tree)
{
    const struct walk w = {l, text};
    const char *at = skip_blank(text);
    if (l->n_found)
        pass(&w, tree, at, at);
}
