#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void ofs_free_ptr(void *ptr)
{
    free(*(void **)ptr);
}

void ofs_buf_free(struct ofs_buf *b)
{
    if (!b)
        return;
    free(b->data);
    b->data = NULL;
    b->len = b->size = 0;
}

void ofs_buf_clear(struct ofs_buf *b)
{
    b->len = 0;
    if (b->data)
        b->data[0] = '\0';
}

const char *ofs_buf_str(const struct ofs_buf *b)
{
    return b->data ? b->data : "";
}

static int reserve(struct ofs_buf *b, size_t more, struct ofs_error *err)
{
    if (more > b->limit || b->len > b->limit - more)
        return ofs_fail(err, OFS_ERR_TOO_BIG, "more than %zu bytes", b->limit);
    size_t need = b->len + more + 1;
    if (need <= b->size)
        return 0;
    size_t size = b->size ? b->size : 256;
    while (size < need)
        size *= 2;
    char *data = realloc(b->data, size);
    if (!data)
        return ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
    b->data = data;
    b->size = size;
    return 0;
}

int ofs_buf_add(struct ofs_buf *b, const void *data, size_t len, struct ofs_error *err)
{
    if (reserve(b, len, err))
        return -1;
    if (len)
        memcpy(b->data + b->len, data, len);
    b->len += len;
    b->data[b->len] = '\0';
    return 0;
}

int ofs_buf_puts(struct ofs_buf *b, const char *text, struct ofs_error *err)
{
    return ofs_buf_add(b, text, strlen(text), err);
}

int ofs_buf_printf(struct ofs_buf *b, struct ofs_error *err, const char *fmt, ...)
{
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    int rc = n < 0 ? ofs_fail(err, OFS_ERR_SYSTEM, "text could not be formatted")
                   : reserve(b, (size_t)n, err);
    if (!rc) {
        vsnprintf(b->data + b->len, (size_t)n + 1, fmt, again);
        b->len += (size_t)n;
    }
    va_end(again);
    return rc;
}

int ofs_buf_read_file(struct ofs_buf *b, const char *path, struct ofs_error *err)
{
    FILE *f = fopen(path, "re");
    if (!f)
        return ofs_fail_errno(err, OFS_ERR_SYSTEM, "%s", path);
    char chunk[8192];
    size_t n;
    int rc = 0;
    while (!rc && (n = fread(chunk, 1, sizeof chunk, f)) > 0)
        rc = ofs_buf_add(b, chunk, n, err);
    if (!rc && ferror(f))
        rc = ofs_fail_errno(err, OFS_ERR_SYSTEM, "%s", path);
    else if (rc)
        ofs_wrap(err, "%s", path);
    fclose(f);
    return rc;
}
