/*
 * body.h: for this room only: response bodies in the form of the protocols.
 */
#ifndef OFS_BROWSER_BODY_H
#define OFS_BROWSER_BODY_H

#include <stdbool.h>

/* A copy, decoded from base64 (RFC 4648, 4) if necessary. The caller frees it; NULL when memory is
 * out. */
char *ofs_body_text(const char *text, bool base64);

#endif
