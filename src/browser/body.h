/*
 * body.h: for this room only: what a site answered, as the protocols write it.
 */
#ifndef OFS_BROWSER_BODY_H
#define OFS_BROWSER_BODY_H

#include <stdbool.h>

/* A copy, out of base64 (RFC 4648, 4) where it is in that. The caller's; NULL when memory is out.
 */
char *ofs_body_text(const char *text, bool base64);

#endif
