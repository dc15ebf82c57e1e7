#include "watch/normal.h"

#include <openssl/evp.h>
#include <string.h>
#include <strings.h>

/* ---- characters ----------------------------------------------------------------------------- */

/* What a character is printed as: most as themselves, these in a plain form. */
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
    {"\xcc\x81", ""},
};

static size_t length_at(const char *p, size_t left)
{
    unsigned char c = (unsigned char)*p;
    size_t n = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
    return n < left ? n : left;
}

static const char *plain_form(const char *p, size_t n)
{
    if (n == 1)
        return (unsigned char)*p <= 0x20 || *p == 0x7f ? " " : NULL;
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        if (strlen(plain[i].from) == n && !memcmp(plain[i].from, p, n))
            return plain[i].to;
    return NULL;
}

int ofs_normal_add(struct ofs_buf *line, const char *text, size_t len, struct ofs_error *err)
{
    for (size_t i = 0, n; i < len; i += n) {
        n = length_at(text + i, len - i);
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

/* ---- addresses ------------------------------------------------------------------------------ */

static bool is_tracking(const char *name, size_t n)
{
    static const char *const names[] = {
        "fbclid", "gclid",     "dclid", "msclkid", "mc_cid",     "mc_eid",    "igshid", "trk",
        "lipi",   "licu",      "ref",   "ref_src", "trackingid", "source",    "_hsenc", "_hsmi",
        "yclid",  "sessionid", "sid",   "cid",     "twclid",     "li_fat_id", "gbraid", "wbraid"};
    if (n >= 4 && !strncasecmp(name, "utm_", 4))
        return true;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strlen(names[i]) == n && !strncasecmp(names[i], name, n))
            return true;
    return false;
}

static bool ends_address(char c)
{
    return !c || strchr(" \"'<>()[]", c) != NULL;
}

/* Cut the tracking parameters out of every address of the line, in place. */
static void strip_tracking(char *line)
{
    for (char *p = strstr(line, "://"); p; p = strstr(p + 3, "://")) {
        char *q = p + 3;
        while (!ends_address(*q) && *q != '?')
            q++;
        if (*q != '?')
            continue;
        char *out = q, *in = q + 1, joint = '?';
        while (!ends_address(*in) && *in != '#') {
            size_t n = 0, name = 0;
            while (!ends_address(in[n]) && in[n] != '&' && in[n] != '#')
                n++;
            while (name < n && in[name] != '=')
                name++;
            char *from = in;
            in += n + (in[n] == '&');
            if (is_tracking(from, name))
                continue;
            *out++ = joint;
            memmove(out, from, n);
            out += n;
            joint = '&';
        }
        memmove(out, in, strlen(in) + 1);
        p = out >= p + 3 ? out - 3 : p;
    }
}

/* ---- counters ------------------------------------------------------------------------------- */

static const char *const counted[] = {"views",
                                      "view",
                                      "visits",
                                      "visitors",
                                      "readers",
                                      "reads",
                                      "likes",
                                      "shares",
                                      "online",
                                      "downloads",
                                      "votes",
                                      "followers",
                                      "members online",
                                      "people found this helpful",
                                      "found this helpful",
                                      "people are viewing",
                                      "min read",
                                      "minute read",
                                      "aufrufe",
                                      "vues",
                                      "visualizzazioni",
                                      "weergaven",
                                      "visualiza",
                                      "wy\xc5\x9bwietle",
                                      "visitas",
                                      "seconds ago",
                                      "minutes ago",
                                      "hours ago",
                                      "days ago",
                                      "weeks ago",
                                      "second ago",
                                      "minute ago",
                                      "hour ago",
                                      "day ago",
                                      "week ago",
                                      NULL};
static const char *const counters[] = {"views:",         "visits:",      "visitors:",
                                       "visitor number", "viewed",       "visited",
                                       "request id:",    "request id",   "page generated",
                                       "generated at",   "generated in", "rendered in",
                                       "rendered at",    "served in",    "build",
                                       "session id:",    "online:",      "page views:",
                                       "counter:",       "readers:",     NULL};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool starts_with_any(const char *text, const char *const *words)
{
    for (; *words; words++) {
        size_t n = strlen(*words);
        if (!strncasecmp(text, *words, n) && !(text[n] >= 'a' && text[n] <= 'z' && n < 7))
            return true;
    }
    return false;
}

/* The number at `p` with its inner separators and a unit letter; 0 where there is none. */
static size_t number_at(const char *p)
{
    size_t n = 0;
    while (is_digit(p[n]) || (n && strchr(".,'", p[n]) && p[n] && is_digit(p[n + 1])))
        n++;
    if (n && p[n] && strchr("kKmM", p[n]) && (p[n + 1] == ' ' || !p[n + 1]))
        n++;
    return n;
}

static void mask(char *at, size_t n)
{
    *at = '#';
    memmove(at + 1, at + n, strlen(at + n) + 1);
}

/* A token of digits, hexadecimal digits and their separators that has a digit in it. */
static size_t token_at(const char *p)
{
    size_t n = strspn(p, "0123456789abcdefABCDEF-:.TZ+,");
    size_t digits = 0;
    for (size_t i = 0; i < n; i++)
        digits += (size_t)is_digit(p[i]);
    return digits ? n : 0;
}

/* "viewed 1,234 times", "Request ID: 4f2a…": on a short line of its own. */
static void mask_after(char *line)
{
    char *p = line;
    for (; *p; p++)
        if ((p == line || p[-1] == ' ') && starts_with_any(p, counters))
            break;
    while (*p) {
        size_t n = p[-(p > line)] == ' ' || p == line ? token_at(p) : 0;
        if (n)
            mask(p, n);
        p++;
    }
}

enum { SHORT_LINE = 100 };

static void mask_counters(char *line)
{
    for (char *p = line; *p; p++) {
        if (p > line && p[-1] != ' ' && p[-1] != '(')
            continue;
        size_t n = number_at(p);
        if (n && p[n] == ' ' && starts_with_any(p + n + 1, counted))
            mask(p, n);
    }
    if (strlen(line) <= SHORT_LINE)
        mask_after(line);
}

/* ---- lines ---------------------------------------------------------------------------------- */

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
        strip_tracking(line->data);
        mask_counters(line->data);
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
