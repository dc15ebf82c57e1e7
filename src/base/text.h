/*
 * text.h: small functions on words: spelling suggestions, loopback names, printable text.
 */
#ifndef OFS_BASE_TEXT_H
#define OFS_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* The entry of `words` (ended by NULL) closest to `word`, for "did you mean"; NULL if none is near.
 * Distance is optimal string alignment; borrowed from `words`. */
const char *ofs_text_closest(const char *word, const char *const *words);

/* True for "localhost" and for an address of the loopback network in its usual spelling, nothing
 * else: a host, without a port. */
bool ofs_text_is_loopback_host(const char *host);

/* Bytes of the well-formed UTF-8 character (RFC 3629) at `text`, 0 if it is none or the end. */
size_t ofs_text_char(const char *text);

/* Make a peer's text safe for a terminal and for JSON, in place: control characters become spaces,
 * bytes that are not UTF-8 become '?', and a truncated character at the end is removed. */
void ofs_text_tame(char *text);

/* An id from any text: ASCII letters made small, digits, and single dashes for the rest;
 * `otherwise` if nothing is left. */
void ofs_text_slug(char *ret, size_t size, const char *text, const char *otherwise);

/* A copy of the format's result, or NULL when memory is out. The caller frees it. */
char *ofs_text_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
