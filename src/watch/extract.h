/*
 * extract.h: the words of a policy document, from HTML, Markdown or plain text.
 *
 * The result is one line for each block (paragraph, heading, list item, cell), normalised as
 * normal.h says. OFS_EXTRACT_VERSION is recorded with each revision: when it rises, the kept raw
 * document is extracted again, so that a change in the extraction is not taken for a change of the
 * document. Raise it with every change of this file, normal.c, noise.c or selector.c that changes a
 * text.
 */
#ifndef OFS_WATCH_EXTRACT_H
#define OFS_WATCH_EXTRACT_H

#include <cJSON.h>
#include <stddef.h>

#include "base/buf.h"

enum { OFS_EXTRACT_VERSION = 2, OFS_EXTRACT_MOST = 16 << 20 };

struct ofs_extract {
    struct ofs_buf text; /* lines; never empty after a success */
    char title[200];     /* the first heading, else the page's title, else "" */
};

/* `content_type` is the response's own header, or "". `select` and `remove` are lists of selectors,
 * or NULL: everything except navigation, footer and consent banners. The text is owned by the
 * caller (ofs_extract_free). Errors: OFS_ERR_SCENARIO (a selector that is not understood),
 * OFS_ERR_PROTOCOL (not a text, nothing selected, no words in it). Blocks on nothing. */
int ofs_extract_document(const char *data, size_t len, const char *content_type,
                         const cJSON *select, const cJSON *remove, struct ofs_extract *ret,
                         struct ofs_error *err);
void ofs_extract_free(struct ofs_extract *extract);

#endif
