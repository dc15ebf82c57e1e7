#include "browser/body.h"

#include <string.h>

static int digit(char c)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = c ? strchr(digits, c) : NULL;
    return at ? (int)(at - digits) : -1;
}

/* Base64 (RFC 4648, 4) in place. */
static void decode(char *text)
{
    unsigned bits = 0;
    int held = 0;
    char *to = text;
    for (const char *from = text; digit(*from) >= 0; from++) {
        bits = bits << 6 | (unsigned)digit(*from);
        held += 6;
        if (held < 8)
            continue;
        held -= 8;
        *to++ = (char)(bits >> held & 0xff);
    }
    *to = '\0';
}

char *ofs_body_text(const char *text, bool base64)
{
    char *copy = strdup(text);
    if (copy && base64)
        decode(copy);
    return copy;
}
