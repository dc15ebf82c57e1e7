#include "watch/extract.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "watch/internal.h"

static const struct {
    const char *type;
    bool html;
} kinds[] = {
    {"text/html", true},   {"application/xhtml+xml", true}, {"application/xml", true},
    {"text/xml", true},    {"text/markdown", false},        {"text/x-markdown", false},
    {"text/plain", false},
};

/* Some servers send HTML as plain text, or give no type. */
static bool looks_like_html(const char *data, size_t len)
{
    static const char *const starts[] = {"<!doctype html", "<html", "<head", "<body",
                                         "<main",          "<!--",  "<?xml", "<div",
                                         "<article",       "<p>",   "<h1"};
    size_t i = 0;
    while (i < len && (data[i] == ' ' || data[i] == '\n' || data[i] == '\r' || data[i] == '\t' ||
                       (unsigned char)data[i] >= 0xbb))
        i++;
    for (size_t k = 0; k < sizeof starts / sizeof *starts; k++)
        if (len - i >= strlen(starts[k]) && !strncasecmp(data + i, starts[k], strlen(starts[k])))
            return true;
    return false;
}

static void find_charset(const char *content_type, char ret[40])
{
    const char *at = strcasestr(content_type, "charset=");
    ret[0] = '\0';
    if (at)
        snprintf(ret, 40, "%.*s", (int)strcspn(at + 8 + (at[8] == '"'), "\"; \r\n"),
                 at + 8 + (at[8] == '"'));
}

void ofs_extract_title(struct ofs_extract *ret, const char *line)
{
    if (ret->title[0])
        return;
    snprintf(ret->title, sizeof ret->title, "%s", line);
    ofs_text_tame(ret->title);
    size_t n = strlen(ret->title);
    while (n && (ret->title[n - 1] == ' ' || ret->title[n - 1] == '\n'))
        ret->title[--n] = '\0';
}

int ofs_extract_document(const char *data, size_t len, const char *content_type,
                         const cJSON *select, const cJSON *remove, struct ofs_extract *ret,
                         struct ofs_error *err)
{
    char charset[40];
    size_t type_len = strcspn(content_type, "; ");
    bool html = looks_like_html(data, len), known = !type_len;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds && !known; i++)
        if (strlen(kinds[i].type) == type_len &&
            !strncasecmp(kinds[i].type, content_type, type_len)) {
            known = true;
            html = html || kinds[i].html;
        }
    *ret = (struct ofs_extract){.text = OFS_BUF(OFS_EXTRACT_MOST)};
    if (!known)
        return ofs_fail(err, OFS_ERR_PROTOCOL, "the document is %.*s, not a text", (int)type_len,
                        content_type);
    if (memchr(data, '\0', len) || (len >= 5 && !memcmp(data, "%PDF-", 5)))
        return ofs_fail(err, OFS_ERR_PROTOCOL, "the document is binary, not a text");
    find_charset(content_type, charset);
    int rc = html ? ofs_extract_html(data, len, charset, select, remove, ret, err)
                  : ofs_extract_plain(data, len, ret, err);
    if (!rc && !ret->text.len)
        rc = ofs_fail(err, OFS_ERR_PROTOCOL, "the document has no words in it");
    if (rc)
        ofs_extract_free(ret);
    return rc;
}

void ofs_extract_free(struct ofs_extract *extract)
{
    ofs_buf_free(&extract->text);
}
