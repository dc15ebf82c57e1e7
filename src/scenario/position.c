#include "scenario/position.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct scan {
    const char *text;
    size_t len, at;
    int depth;
    bool no_memory;
    struct ofs_positions *out;
};

static bool scan_value(struct scan *s, size_t key);

static bool fault(struct scan *s, size_t at, const char *why)
{
    s->out->fault = why;
    s->out->fault_at = at < s->len ? at : s->len;
    return false;
}

/* The byte at the cursor; NUL at the end, which is no JSON byte outside a string either. */
static char peek(const struct scan *s)
{
    return s->at < s->len ? s->text[s->at] : '\0';
}

static void skip_space(struct scan *s)
{
    while (s->at < s->len && memchr(" \t\r\n", s->text[s->at], 4))
        s->at++;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

size_t ofs_utf8_length(const char *text, size_t len)
{
    static const struct {
        unsigned char first, last; /* of the first byte */
        unsigned char low, high;   /* of the second */
        size_t length;
    } forms[] = {
        {0x00, 0x7f, 0x00, 0x00, 1}, {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
        {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
        {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
    };
    const unsigned char *u = (const unsigned char *)text;
    for (size_t f = 0; len && f < sizeof forms / sizeof *forms; f++) {
        if (u[0] < forms[f].first || u[0] > forms[f].last)
            continue;
        if (forms[f].length > len)
            return 0;
        if (forms[f].length > 1 && (u[1] < forms[f].low || u[1] > forms[f].high))
            return 0;
        for (size_t i = 2; i < forms[f].length; i++)
            if ((u[i] & 0xc0) != 0x80)
                return 0;
        return forms[f].length;
    }
    return 0;
}

/* The four digits behind "\u"; -1 where they are not there. */
static int hex4(const struct scan *s, size_t at)
{
    int value = 0;
    for (size_t i = at; i < at + 4; i++) {
        const char *digits = "0123456789abcdef";
        const char *d = i < s->len && s->text[i] ? strchr(digits, s->text[i] | 0x20) : NULL;
        if (!d || (s->text[i] < 'A' && !is_digit(s->text[i])))
            return -1;
        value = value * 16 + (int)(d - digits);
    }
    return value;
}

static bool scan_escape(struct scan *s)
{
    size_t start = s->at++;
    char c = peek(s);
    if (c != 'u') {
        if (!c || !strchr("\"\\/bfnrt", c))
            return fault(s, start, "an unknown escape in a string");
        s->at++;
        return true;
    }
    int unit = hex4(s, s->at + 1);
    if (unit < 0)
        return fault(s, start, "\\u needs four hexadecimal digits");
    if (unit == 0)
        return fault(s, start, "a NUL character in a string");
    s->at += 5;
    if (unit < 0xd800 || unit > 0xdfff)
        return true;
    int low = peek(s) == '\\' && s->at + 1 < s->len && s->text[s->at + 1] == 'u'
                  ? hex4(s, s->at + 2)
                  : -1;
    if (unit > 0xdbff || low < 0xdc00 || low > 0xdfff)
        return fault(s, start, "half of a surrogate pair in a string");
    s->at += 6;
    return true;
}

static bool scan_string(struct scan *s)
{
    size_t start = s->at++;
    for (;;) {
        if (s->at >= s->len)
            return fault(s, start, "a string that never ends");
        unsigned char c = (unsigned char)s->text[s->at];
        if (c == '"')
            break;
        if (c == '\n' || c == '\r')
            return fault(s, start, "a string that does not end on its line");
        if (c < 0x20)
            return fault(s, s->at, "a control character in a string");
        if (c == '\\') {
            if (!scan_escape(s))
                return false;
            continue;
        }
        size_t n = ofs_utf8_length(s->text + s->at, s->len - s->at);
        if (!n)
            return fault(s, s->at, "a byte that is not UTF-8");
        s->at += n;
    }
    s->at++;
    return true;
}

static bool scan_digits(struct scan *s)
{
    if (!is_digit(peek(s)))
        return fault(s, s->at, "a digit is missing");
    while (is_digit(peek(s)))
        s->at++;
    return true;
}

static bool scan_number(struct scan *s)
{
    size_t start = s->at;
    s->at += peek(s) == '-';
    size_t digits = s->at;
    if (!scan_digits(s))
        return false;
    if (s->text[digits] == '0' && s->at - digits > 1)
        return fault(s, start, "a number that begins with 0");
    if (peek(s) == '.') {
        s->at++;
        if (!scan_digits(s))
            return false;
    }
    if (peek(s) == 'e' || peek(s) == 'E') {
        s->at++;
        s->at += peek(s) == '+' || peek(s) == '-';
        return scan_digits(s);
    }
    return true;
}

static bool scan_word(struct scan *s)
{
    static const char *const words[] = {"true", "false", "null"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t n = strlen(words[i]);
        if (s->len - s->at >= n && !memcmp(s->text + s->at, words[i], n)) {
            s->at += n;
            return true;
        }
    }
    static const struct {
        char first;
        const char *why;
    } slips[] = {
        {'\'', "strings need double quotes"},   {'/', "comments are not part of JSON"},
        {'#', "comments are not part of JSON"}, {',', "a value is missing before this comma"},
        {'}', "a value is missing here"},       {']', "a comma with nothing behind it"},
        {'+', "a number cannot begin with +"},  {'.', "a number needs a digit before the point"},
    };
    if (s->at >= s->len)
        return fault(s, s->at, "the text ends where a value should be");
    for (size_t i = 0; i < sizeof slips / sizeof *slips; i++)
        if (peek(s) == slips[i].first)
            return fault(s, s->at, slips[i].why);
    return fault(s, s->at, "no JSON value begins like this");
}

static bool scan_key(struct scan *s)
{
    if (peek(s) == '"')
        return scan_string(s);
    if (s->at >= s->len)
        return fault(s, s->at, "the text ends inside an object");
    if (peek(s) == '}')
        return fault(s, s->at, "a comma with nothing behind it");
    if (peek(s) == '/' || peek(s) == '#')
        return fault(s, s->at, "comments are not part of JSON");
    return fault(s, s->at, "a key in double quotes is missing here");
}

/* An object or a list: they differ in the closing byte and in the keys. */
static bool scan_container(struct scan *s, char close)
{
    bool object = close == '}';
    if (++s->depth > OFS_JSON_DEPTH)
        return fault(s, s->at, "nested deeper than 32");
    s->at++;
    skip_space(s);
    for (bool first = true; peek(s) != close || !first; first = false) {
        size_t key = SIZE_MAX;
        if (object) {
            key = s->at;
            if (!scan_key(s))
                return false;
            skip_space(s);
            if (peek(s) != ':')
                return fault(s, s->at, "a colon is missing between key and value");
            s->at++;
            skip_space(s);
        }
        if (!scan_value(s, key))
            return false;
        skip_space(s);
        if (peek(s) == close)
            break;
        if (s->at >= s->len)
            return fault(s, s->at,
                         object ? "the text ends inside an object" : "the text ends inside a list");
        if (peek(s) != ',')
            return fault(s, s->at,
                         object ? "a comma or '}' is missing here"
                                : "a comma or ']' is missing here");
        s->at++;
        skip_space(s);
    }
    s->at++;
    s->depth--;
    return true;
}

static bool add_entry(struct scan *s, size_t key)
{
    struct ofs_positions *p = s->out;
    if (p->n == p->size) {
        size_t size = p->size ? p->size * 2 : 256;
        struct ofs_position *list = reallocarray(p->list, size, sizeof *list);
        if (!list) {
            s->no_memory = true;
            return false;
        }
        p->list = list;
        p->size = size;
    }
    p->list[p->n++] = (struct ofs_position){.at = (uint32_t)s->at,
                                            .key = (uint32_t)(key == SIZE_MAX ? s->at : key)};
    return true;
}

static bool scan_value(struct scan *s, size_t key)
{
    size_t entry = s->out->n;
    if (!add_entry(s, key))
        return false;
    char c = peek(s);
    bool good = c == '{'                  ? scan_container(s, '}')
                : c == '['                ? scan_container(s, ']')
                : c == '"'                ? scan_string(s)
                : c == '-' || is_digit(c) ? scan_number(s)
                                          : scan_word(s);
    if (good)
        s->out->list[entry].span = (uint32_t)(s->out->n - entry);
    return good;
}

int ofs_positions_scan(struct ofs_positions *p, const char *text, size_t len)
{
    *p = (struct ofs_positions){0};
    struct scan s = {.text = text, .len = len, .out = p};
    if (len >= 3 && !memcmp(text, "\xef\xbb\xbf", 3)) {
        fault(&s, 0, "it begins with a byte order mark");
        return 1;
    }
    skip_space(&s);
    if (s.at == s.len) {
        fault(&s, 0, "there is nothing in it");
        return 1;
    }
    if (!scan_value(&s, SIZE_MAX))
        return s.no_memory ? -1 : 1;
    skip_space(&s);
    if (s.at < s.len) {
        fault(&s, s.at, "there is more text behind the end");
        return 1;
    }
    return 0;
}

void ofs_positions_free(struct ofs_positions *p)
{
    free(p->list);
    *p = (struct ofs_positions){0};
}
