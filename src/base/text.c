#include "base/text.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { LONGEST = 63 };

static size_t least(size_t a, size_t b, size_t c)
{
    size_t m = a < b ? a : b;
    return m < c ? m : c;
}

/* Optimal string alignment distance: insertions, deletions, substitutions, swapped neighbours. */
static size_t distance(const char *a, const char *b)
{
    size_t la = strlen(a), lb = strlen(b);
    if (la > LONGEST || lb > LONGEST)
        return LONGEST;
    size_t row[3][LONGEST + 1];
    for (size_t j = 0; j <= lb; j++)
        row[0][j] = j;
    for (size_t i = 1; i <= la; i++) {
        size_t *now = row[i % 3], *up = row[(i - 1) % 3], *up2 = row[(i + 1) % 3];
        now[0] = i;
        for (size_t j = 1; j <= lb; j++) {
            size_t cost = a[i - 1] != b[j - 1];
            now[j] = least(up[j] + 1, now[j - 1] + 1, up[j - 1] + cost);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                up2[j - 2] + 1 < now[j])
                now[j] = up2[j - 2] + 1;
        }
    }
    return row[la % 3][lb];
}

const char *ofs_text_closest(const char *word, const char *const *words)
{
    const char *best = NULL;
    size_t best_distance = strlen(word) < 6 ? 1 : (strlen(word) + 2) / 4;
    for (; *words; words++) {
        size_t d = distance(word, *words);
        size_t n = strlen(word);
        if (n >= 3 && !strncmp(word, *words, n))
            d = 1; /* an unfinished word counts as one wrong letter */
        if (d <= best_distance && d < n && (!best || d < best_distance)) {
            best = *words;
            best_distance = d;
        }
    }
    return best;
}

bool ofs_text_is_loopback_host(const char *host)
{
    struct in_addr v4;
    if (!strcasecmp(host, "localhost") || !strcmp(host, "::1") || !strcmp(host, "[::1]"))
        return true;
    return inet_pton(AF_INET, host, &v4) == 1 && (ntohl(v4.s_addr) >> 24) == 127;
}

size_t ofs_text_char(const char *text)
{
    const unsigned char *p = (const unsigned char *)text;
    static const struct {
        unsigned char first, last, least, most; /* of the lead; of the byte after it */
        size_t len;
    } forms[] = {
        {0x01, 0x7f, 0x00, 0x00, 1}, {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
        {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
        {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
    };
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (*p < forms[i].first || *p > forms[i].last)
            continue;
        if (forms[i].len > 1 && (p[1] < forms[i].least || p[1] > forms[i].most))
            return 0;
        for (size_t k = 2; k < forms[i].len; k++)
            if ((p[k] & 0xc0) != 0x80)
                return 0;
        return forms[i].len;
    }
    return 0;
}

void ofs_text_tame(char *text)
{
    unsigned char *p = (unsigned char *)text;
    while (*p) {
        size_t n = ofs_text_char((const char *)p);
        if (n == 1 && (*p < 0x20 || *p == 0x7f)) {
            *p = ' ';
        } else if (n == 2 && *p == 0xc2 && p[1] < 0xa0) {
            p[0] = p[1] = ' ';
        } else if (n == 0) {
            size_t rest = 1;
            while ((p[rest] & 0xc0) == 0x80)
                rest++;
            if (*p >= 0xc2 && rest < 4 && !p[rest]) { /* cut off in the middle */
                *p = '\0';
                return;
            }
            *p = '?';
            n = 1;
        }
        p += n;
    }
}

char *ofs_text_printf(const char *fmt, ...)
{
    char *text = NULL;
    va_list ap;
    va_start(ap, fmt);
    if (vasprintf(&text, fmt, ap) < 0)
        text = NULL;
    va_end(ap);
    return text;
}

void ofs_text_slug(char *ret, size_t size, const char *text, const char *otherwise)
{
    size_t n = 0;
    for (const char *p = text; *p && n + 1 < size; p++) {
        unsigned char c = (unsigned char)*p;
        if (c < 0x80 && isalnum(c))
            ret[n++] = (char)tolower(c);
        else if (n && ret[n - 1] != '-')
            ret[n++] = '-';
    }
    while (n && ret[n - 1] == '-')
        n--;
    ret[n] = '\0';
    if (!n)
        snprintf(ret, size, "%s", otherwise);
}
