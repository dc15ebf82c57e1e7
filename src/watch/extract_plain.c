/* Markdown and plain text: the words of each line without their decoration. */
#include <string.h>

#include "watch/internal.h"
#include "watch/normal.h"

/* The text of one paragraph's line: "[words](address)" is its words, emphasis and escapes go. */
static int add_inline(struct ofs_buf *line, const char *p, size_t n, struct ofs_error *err)
{
    const char *end = p + n;
    while (p < end) {
        if (*p == '\\' && p + 1 < end && strchr("\\`*_{}[]()#+-.!|~", p[1])) {
            if (ofs_normal_add(line, p + 1, 1, err))
                return -1;
            p += 2;
            continue;
        }
        if (*p == ']' && p + 1 < end && p[1] == '(') {
            const char *close = memchr(p, ')', (size_t)(end - p));
            p = close ? close + 1 : p + 1;
            continue;
        }
        if (strchr("*_`[]", *p) || (*p == '!' && p + 1 < end && p[1] == '[')) {
            /* inside a word an underscore is a letter */
            bool word = *p == '_' && p > end - n && p + 1 < end && (p[1] | 0x20) >= 'a' &&
                        (p[1] | 0x20) <= 'z' && (p[-1] | 0x20) >= 'a' && (p[-1] | 0x20) <= 'z';
            if (!word) {
                p++;
                continue;
            }
        }
        size_t run = 1;
        while (p + run < end && !strchr("\\*_`[]!", p[run]))
            run++;
        if (ofs_normal_add(line, p, run, err))
            return -1;
        p += run;
    }
    return 0;
}

static bool is_rule(const char *p, size_t n)
{
    size_t same = strspn(p, "=-*_ \t");
    return n && same >= n;
}

/* Indentation, quotation, headings' marks and bullets at the start of a line. */
static size_t marks_at(const char *p, size_t n, bool *ret_heading, bool *ret_item)
{
    size_t i = 0;
    while (i < n && strchr(" \t>", p[i]))
        i++;
    size_t hashes = strspn(p + i, "#");
    *ret_heading = hashes > 0 && hashes <= 6 && i + hashes < n && p[i + hashes] == ' ';
    *ret_item = i + 1 < n && strchr("*-+", p[i]) && (p[i + 1] == ' ' || p[i + 1] == '\t');
    if (*ret_heading)
        i += hashes;
    else if (*ret_item)
        i++;
    while (i < n && (p[i] == ' ' || p[i] == '\t'))
        i++;
    return i;
}

static bool is_underline(const char *p)
{
    size_t n = strspn(p, "=");
    if (!n)
        n = strspn(p, "-");
    return n >= 2 && (p[n] == '\n' || p[n] == '\0' || p[n] == '\r');
}

int ofs_extract_plain(const char *data, size_t len, struct ofs_extract *ret, struct ofs_error *err)
{
    OFS_AUTO_BUF line = OFS_BUF(OFS_EXTRACT_MOST);
    const char *end = data + len;
    for (const char *p = data, *next; p < end; p = next) {
        const char *newline = memchr(p, '\n', (size_t)(end - p));
        size_t n = (size_t)((newline ? newline : end) - p);
        next = p + n + 1;
        bool heading = false, item = false, blank = strspn(p, " \t\r") >= n;
        size_t skip = marks_at(p, n, &heading, &item);
        bool underlined = newline && next < end && !blank && is_underline(next);
        if (blank || heading || item || is_rule(p, n) || underlined)
            if (ofs_normal_end(&line, &ret->text, err))
                return -1;
        if (blank || is_rule(p, n))
            continue;
        if (add_inline(&line, p + skip, n - skip, err) || ofs_normal_add(&line, " ", 1, err))
            return -1;
        if ((heading || underlined) && line.len) {
            ofs_extract_title(ret, ofs_buf_str(&line));
            if (ofs_normal_end(&line, &ret->text, err))
                return -1;
        }
    }
    return ofs_normal_end(&line, &ret->text, err);
}
