#include "cli/print.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum { LINE_END = 96 };

static int width_of(const char *text, size_t n)
{
    int width = 0;
    for (size_t i = 0; i < n; i++)
        width += ((unsigned char)text[i] & 0xc0) != 0x80;
    return width;
}

int cli_width(const char *text)
{
    return width_of(text, strlen(text));
}

/* A copy that cannot steer the terminal; the caller frees it. */
static char *tamed(const char *text)
{
    char *copy = strdup(text);
    if (copy)
        ofs_text_tame(copy);
    return copy;
}

void cli_pad(FILE *out, const char *text, int width)
{
    int missing = width - cli_width(text);
    char *safe = tamed(text);
    fprintf(out, "%s%*s", safe ? safe : "", missing > 0 ? missing : 0, "");
    free(safe);
}

void cli_block(FILE *out, int margin, const char *name, int indent, const char *text)
{
    fprintf(out, "%*s", margin, "");
    cli_pad(out, name, indent - margin);
    int column = indent;
    char *safe = tamed(text);
    for (const char *p = safe ? safe : ""; *p;) {
        size_t n = strcspn(p, " \n");
        int width = width_of(p, n);
        if (column > indent && column + 1 + width > LINE_END) {
            fprintf(out, "\n%*s", indent, "");
            column = indent;
        }
        bool first = column == indent;
        fprintf(out, "%s%.*s", first ? "" : " ", (int)n, p);
        column += width + !first;
        p += n;
        p += strspn(p, " \n");
    }
    free(safe);
    fputc('\n', out);
}

int cli_json(const cJSON *value)
{
    char *text = value ? cJSON_Print(value) : NULL;
    if (!text) {
        fputs("offswitch: out of memory\n", stderr);
        return 1;
    }
    puts(text);
    free(text);
    return 0;
}
