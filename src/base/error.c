#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

static const struct {
    const char *name;
    int status;
    const char *hint;
} table[] = {
#define X(code, name, status, hint) [OFS_ERR_##code] = {name, status, hint},
    OFS_ERROR_TABLE(X)
#undef X
};

static void fill(struct ofs_error *err, enum ofs_error_code code, const char *fmt, va_list ap)
{
    *err = (struct ofs_error){.code = code};
    vsnprintf(err->text, sizeof err->text, fmt, ap);
    ofs_text_tame(err->text); /* it may contain a peer's text */
}

int ofs_fail(struct ofs_error *err, enum ofs_error_code code, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fill(err, code, fmt, ap);
    va_end(ap);
    return -1;
}

int ofs_fail_errno(struct ofs_error *err, enum ofs_error_code code, const char *fmt, ...)
{
    int saved = errno;
    va_list ap;
    va_start(ap, fmt);
    fill(err, code, fmt, ap);
    va_end(ap);
    size_t used = strlen(err->text);
    snprintf(err->text + used, sizeof err->text - used, ": %s", strerror(saved));
    return -1;
}

int ofs_hint(struct ofs_error *err, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(err->hint, sizeof err->hint, fmt, ap);
    va_end(ap);
    ofs_text_tame(err->hint);
    return -1;
}

int ofs_wrap(struct ofs_error *err, const char *fmt, ...)
{
    char inner[sizeof err->text];
    memcpy(inner, err->text, sizeof inner);
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(err->text, sizeof err->text, fmt, ap);
    va_end(ap);
    size_t used = strlen(err->text);
    snprintf(err->text + used, sizeof err->text - used, ": %s", inner);
    ofs_text_tame(err->text);
    return -1;
}

const char *ofs_error_name(enum ofs_error_code code)
{
    return table[code].name;
}

int ofs_error_status(enum ofs_error_code code)
{
    return table[code].status;
}

const char *ofs_error_hint(const struct ofs_error *err)
{
    return err->hint[0] ? err->hint : table[err->code].hint;
}
