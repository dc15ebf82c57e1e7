#include "watch/normal.h"

#include <openssl/evp.h>
#include <string.h>

#include "watch/internal.h"

/* ---- characters ----------------------------------------------------------------------------- */

/* The plain form in which a character is printed: itself for most, these for some. */
static const struct {
    const char *from, *to;
} plain[] = {
    {"\xc2\xa0", " "},       {"\xc2\xad", ""},       {"\xc2\xab", "\""},     {"\xc2\xbb", "\""},
    {"\xe1\x9a\x80", " "},   {"\xe2\x80\x80", " "},  {"\xe2\x80\x81", " "},  {"\xe2\x80\x82", " "},
    {"\xe2\x80\x83", " "},   {"\xe2\x80\x84", " "},  {"\xe2\x80\x85", " "},  {"\xe2\x80\x86", " "},
    {"\xe2\x80\x87", " "},   {"\xe2\x80\x88", " "},  {"\xe2\x80\x89", " "},  {"\xe2\x80\x8a", " "},
    {"\xe2\x80\x8b", ""},    {"\xe2\x80\x8c", ""},   {"\xe2\x80\x8d", ""},   {"\xe2\x80\x8e", ""},
    {"\xe2\x80\x8f", ""},    {"\xe2\x80\x90", "-"},  {"\xe2\x80\x91", "-"},  {"\xe2\x80\x92", "-"},
    {"\xe2\x80\x93", "-"},   {"\xe2\x80\x94", "-"},  {"\xe2\x80\x98", "'"},  {"\xe2\x80\x99", "'"},
    {"\xe2\x80\x9a", "'"},   {"\xe2\x80\x9c", "\""}, {"\xe2\x80\x9d", "\""}, {"\xe2\x80\x9e", "\""},
    {"\xe2\x80\xa6", "..."}, {"\xe2\x80\xa8", " "},  {"\xe2\x80\xa9", " "},  {"\xe2\x80\xaf", " "},
    {"\xe2\x81\x9f", " "},   {"\xe2\x81\xa0", ""},   {"\xe3\x80\x80", " "},  {"\xef\xbb\xbf", ""},
    {"\xef\xac\x80", "ff"},  {"\xef\xac\x81", "fi"}, {"\xef\xac\x82", "fl"}, {"\xe2\x88\x92", "-"},
    {"\xc2\xb7", " "},       {"\xe2\x80\xa2", " "},  {"\xe2\x80\xa3", " "},  {"\xe2\x81\x83", " "},
    {"\xc2\xae", ""},        {"\xe2\x84\xa2", ""},   {"\xe2\x84\xa0", ""},   {"\xc2\xb6", ""},
    {"\xef\xb8\x8f", ""},
};

/* Letters with a combining mark, as canonically composed (Unicode, UAX 15): pairs of the plain and
 * the composed letter. A mark that composes nothing is dropped. */
static const struct {
    unsigned char mark; /* U+0300 + mark */
    const char *pairs;
} marks[] = {
    {0x00, "A\u00c0E\u00c8I\u00ccO\u00d2U\u00d9a\u00e0e\u00e8i\u00eco\u00f2u\u00f9"},
    {0x01, "A\u00c1E\u00c9I\u00cdO\u00d3U\u00daY\u00dda\u00e1e\u00e9i\u00edo\u00f3u\u00fay\u00fd"
           "C\u0106c\u0107N\u0143n\u0144S\u015as\u015bZ\u0179z\u017a"},
    {0x02, "A\u00c2E\u00caI\u00ceO\u00d4U\u00dba\u00e2e\u00eai\u00eeo\u00f4u\u00fb"},
    {0x03, "A\u00c3N\u00d1O\u00d5a\u00e3n\u00f1o\u00f5"},
    {0x07, "Z\u017bz\u017c"},
    {0x08, "A\u00c4E\u00cbI\u00cfO\u00d6U\u00dca\u00e4e\u00ebi\u00efo\u00f6u\u00fcy\u00ff"},
    {0x0a, "A\u00c5a\u00e5"},
    {0x0c, "C\u010cc\u010dE\u011ae\u011bR\u0158r\u0159S\u0160s\u0161Z\u017dz\u017e"},
    {0x27, "C\u00c7c\u00e7"},
    {0x28, "A\u0104a\u0105E\u0118e\u0119"},
};

static size_t length_at(const char *p, size_t left)
{
    unsigned char c = (unsigned char)*p;
    size_t n = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
    return n < left ? n : left;
}

static bool is_mark(const char *p, size_t n)
{
    return n == 2 && ((unsigned char)p[0] == 0xcc ||
                      ((unsigned char)p[0] == 0xcd && (unsigned char)p[1] < 0xb0));
}

/* Put the mark on the letter before it. */
static int compose(struct ofs_buf *line, const char *mark, struct ofs_error *err)
{
    unsigned code =
        (((unsigned char)mark[0] & 0x1fu) << 6 | ((unsigned char)mark[1] & 0x3fu)) - 0x300;
    for (size_t i = 0; line->len && i < sizeof marks / sizeof *marks; i++)
        for (const char *p = marks[i].mark == code ? marks[i].pairs : ""; *p; p += 3)
            if (*p == line->data[line->len - 1]) {
                line->data[--line->len] = '\0';
                return ofs_buf_add(line, p + 1, 2, err);
            }
    return 0;
}

/* Arrows, boxes, pictures and the private characters of icon fonts have no meaning. */
static bool is_picture(const char *p, size_t n)
{
    if (n == 4)
        return !memcmp(p, "\xf0\x9f", 2);
    unsigned code = n == 3 ? ((unsigned char)p[0] & 0x0fu) << 12 |
                                 ((unsigned char)p[1] & 0x3fu) << 6 | ((unsigned char)p[2] & 0x3fu)
                           : 0;
    return (code >= 0x2190 && code <= 0x21ff) || (code >= 0x2300 && code <= 0x23ff) ||
           (code >= 0x2500 && code <= 0x27bf) || (code >= 0xe000 && code <= 0xf8ff);
}

static const char *plain_form(const char *p, size_t n)
{
    if (n == 1)
        return (unsigned char)*p <= 0x20 || *p == 0x7f ? " " : NULL;
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        if (strlen(plain[i].from) == n && !memcmp(plain[i].from, p, n))
            return plain[i].to;
    return is_picture(p, n) ? "" : NULL;
}

int ofs_normal_add(struct ofs_buf *line, const char *text, size_t len, struct ofs_error *err)
{
    for (size_t i = 0, n; i < len; i += n) {
        n = length_at(text + i, len - i);
        if (is_mark(text + i, n)) {
            if (compose(line, text + i, err))
                return -1;
            continue;
        }
        const char *to = plain_form(text + i, n);
        bool blank = to && !strcmp(to, " ");
        if (blank && (!line->len || line->data[line->len - 1] == ' '))
            continue;
        if (to ? ofs_buf_puts(line, to, err) : ofs_buf_add(line, text + i, n, err))
            return -1;
    }
    return 0;
}

size_t ofs_normal_lower(const char *text, size_t len, char *ret, size_t size)
{
    size_t used = 0;
    for (size_t i = 0, n; i < len; i += n) {
        n = length_at(text + i, len - i);
        if (used + n + 1 > size)
            break;
        memcpy(ret + used, text + i, n);
        unsigned char *c = (unsigned char *)ret + used;
        if (n == 1 && *c >= 'A' && *c <= 'Z')
            *c |= 0x20;
        else if (n == 2 && c[0] == 0xc3 && c[1] >= 0x80 && c[1] <= 0x9e && c[1] != 0x97)
            c[1] |= 0x20;
        else if (n == 2 && (c[0] == 0xc4 || c[0] == 0xc5)) {
            /* Latin Extended-A: capitals are even, but odd from U+0139 to U+0148 and from U+0179 */
            unsigned code = (c[0] & 0x1fu) << 6 | (c[1] & 0x3fu);
            bool odd = (code >= 0x139 && code <= 0x148) || (code >= 0x179 && code <= 0x17e);
            if ((code & 1) == odd && code != 0x138 && code != 0x149 && code != 0x178 &&
                code != 0x17f) {
                code++;
                c[0] = (unsigned char)(0xc0 | code >> 6);
                c[1] = (unsigned char)(0x80 | (code & 0x3f));
            }
        }
        used += n;
    }
    ret[used] = '\0';
    return used;
}

/* ---- lines ---------------------------------------------------------------------------------- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool has_word(const char *line)
{
    for (; *line; line++)
        if (is_digit(*line) || (*line | 0x20) >= 'a')
            if ((*line | 0x20) <= 'z' || (unsigned char)*line >= 0x80 || is_digit(*line))
                return true;
    return false;
}

int ofs_normal_end(struct ofs_buf *line, struct ofs_buf *ret_text, struct ofs_error *err)
{
    int rc = 0;
    if (line->len && line->data[line->len - 1] == ' ')
        line->data[--line->len] = '\0';
    if (line->len && has_word(line->data)) {
        ofs_noise_mask(line->data);
        if (has_word(line->data) && !ofs_noise_is_interface(line->data))
            rc = ofs_buf_printf(ret_text, err, "%s\n", line->data);
    }
    ofs_buf_clear(line);
    return rc;
}

static int update(EVP_MD_CTX *ctx, const char *text)
{
    int ok = EVP_DigestInit_ex(ctx, EVP_sha256(), NULL);
    while (ok && *text) {
        size_t n = strcspn(text, "\n");
        ok = EVP_DigestUpdate(ctx, text, n);
        text += n;
        text += strspn(text, "\n");
        if (ok && *text)
            ok = EVP_DigestUpdate(ctx, " ", 1);
    }
    return ok;
}

int ofs_normal_digest(const char *text, char ret_hex[65], struct ofs_error *err)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char sum[EVP_MAX_MD_SIZE];
    unsigned int n = 0;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool ok = ctx && update(ctx, text) && EVP_DigestFinal_ex(ctx, sum, &n) && n == 32;
    EVP_MD_CTX_free(ctx);
    if (!ok)
        return ofs_fail(err, OFS_ERR_SYSTEM, "SHA-256 is not available");
    for (size_t i = 0; i < n; i++) {
        ret_hex[2 * i] = digits[sum[i] >> 4];
        ret_hex[2 * i + 1] = digits[sum[i] & 15];
    }
    ret_hex[64] = '\0';
    return 0;
}
