/*
 * internal.h: what the files of this room share and nobody else needs.
 */
#ifndef OFS_WATCH_INTERNAL_H
#define OFS_WATCH_INTERNAL_H

#include "watch/extract.h"

/* extract.c: Markdown or plain text; HTML. */
int ofs_extract_plain(const char *data, size_t len, struct ofs_extract *ret, struct ofs_error *err);
int ofs_extract_html(const char *data, size_t len, const char *charset, const cJSON *select,
                     const cJSON *remove, struct ofs_extract *ret, struct ofs_error *err);

/* Remember the first heading as the title. */
void ofs_extract_title(struct ofs_extract *ret, const char *line);

#endif
