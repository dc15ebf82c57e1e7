/*
 * trace.h: every protocol message of a run in a file, one JSON object a line, secrets redacted:
 * {"ms": since the start, "dir": ">" sent or "<" received, "message": {…}}.
 */
#ifndef OFS_BROWSER_TRACE_H
#define OFS_BROWSER_TRACE_H

#include <cJSON.h>

#include "base/error.h"

struct ofs_trace;

/* Make the file (0600), or fail with OFS_ERR_SYSTEM. */
struct ofs_trace *ofs_trace_open(const char *path, struct ofs_error *err);
void ofs_trace_close(struct ofs_trace *trace);

/* Write one message; `trace` may be NULL. A full disk ends the trace, not the run. */
void ofs_trace_message(struct ofs_trace *trace, char direction, const cJSON *message);

/* A copy of `message` without secrets: header values, cookies, tokens, request bodies, the query
 * parts of addresses and the other open tabs are replaced by a word. The caller owns it. */
cJSON *ofs_trace_redacted(const cJSON *message);

#endif
