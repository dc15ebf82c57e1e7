/*
 * buf.h: a growing byte buffer with a size limit that is set when it is made.
 *
 * Life cycle: `struct ofs_buf b = OFS_BUF(limit);` … `ofs_buf_free(&b)`, or let OFS_AUTO_BUF free
 * it at the end of the scope. The contents are always followed by a NUL that is not counted, so
 * `data` is a C string once something was added; before that it is NULL and `ofs_buf_str` gives "".
 * A buffer that would pass its limit keeps what it had and the call fails with OFS_ERR_TOO_BIG.
 */
#ifndef OFS_BASE_BUF_H
#define OFS_BASE_BUF_H

#include <stddef.h>

#include "base/error.h"

struct ofs_buf {
    char *data;
    size_t len;
    size_t size;  /* bytes allocated */
    size_t limit; /* most bytes of contents */
};

#define OFS_BUF(most)   \
    {                   \
        .limit = (most) \
    }
#define OFS_AUTO_BUF __attribute__((cleanup(ofs_buf_free))) struct ofs_buf

void ofs_buf_free(struct ofs_buf *b);
void ofs_buf_clear(struct ofs_buf *b);
int ofs_buf_add(struct ofs_buf *b, const void *data, size_t len, struct ofs_error *err);
int ofs_buf_puts(struct ofs_buf *b, const char *text, struct ofs_error *err);
int ofs_buf_printf(struct ofs_buf *b, struct ofs_error *err, const char *fmt, ...) OFS_PRINTF(3, 4);

/* The contents as a string; borrowed, valid until the next change. */
const char *ofs_buf_str(const struct ofs_buf *b);

/* Read a whole file. Fails with OFS_ERR_SYSTEM (with errno's words) or OFS_ERR_TOO_BIG. */
int ofs_buf_read_file(struct ofs_buf *b, const char *path, struct ofs_error *err);

/* free() through a pointer to a pointer, for the cleanup attribute. */
void ofs_free_ptr(void *ptr);
#define OFS_AUTO_STR __attribute__((cleanup(ofs_free_ptr))) char *

#endif
