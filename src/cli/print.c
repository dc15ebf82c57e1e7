#include "cli/print.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include "base/buf.h"
#include "base/text.h"

enum { PIPE_WIDTH = 96, LEAST_WIDTH = 24, LINK_INDENT = 4 };

/* One character: its bytes, and its columns on a terminal (East Asian ones take two, combining ones
 * none). */
static size_t next_character(const char *text, size_t n, int *ret_columns)
{
    mbstate_t state = {0};
    wchar_t character;
    size_t used = mbrtowc(&character, text, n, &state);
    int columns = used == 0 || used > n ? 1 : wcwidth(character);
    *ret_columns = columns >= 0 ? columns : 1;
    return used == 0 || used > n ? 1 : used; /* not UTF-8: a byte */
}

static int width_of(const char *text, size_t n)
{
    int width = 0, columns;
    while (n > 0) {
        size_t used = next_character(text, n, &columns);
        width += columns;
        text += used;
        n -= used;
    }
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

/* The bytes of the prefix that fits: up to the last blank, if there is one. */
static size_t beginning(const char *text, int room)
{
    size_t blank = 0, at = 0;
    for (int width = 0, columns; text[at]; width += columns) {
        size_t n = next_character(text + at, strlen(text + at), &columns);
        if (width + columns > room)
            break;
        blank = text[at] == ' ' ? at : blank;
        at += n;
    }
    return text[at] && text[at] != ' ' && blank ? blank : at;
}

int cli_cut(FILE *out, const char *text, int room)
{
    char *safe = tamed(text);
    const char *whole = safe ? safe : "";
    bool fits = cli_width(whole) <= room;
    size_t n = fits ? strlen(whole) : room > 1 ? beginning(whole, room - 1) : 0;
    int width = width_of(whole, n) + (!fits && room > 0);
    fprintf(out, "%.*s%s", (int)n, whole, fits || room < 1 ? "" : "…");
    free(safe);
    return width;
}

int cli_columns(FILE *out)
{
    struct winsize size;
    int fd = fileno(out);
    if (!isatty(fd) || ioctl(fd, TIOCGWINSZ, &size) || size.ws_col == 0)
        return PIPE_WIDTH;
    return size.ws_col > LEAST_WIDTH ? size.ws_col : LEAST_WIDTH;
}

static void begin_line(FILE *out, int indent)
{
    fprintf(out, "\n%*s", indent, "");
}

void cli_wrap(FILE *out, int indent, const char *text)
{
    int end = cli_columns(out), column = indent;
    char *safe = tamed(text);
    bool first = true;
    for (const char *p = safe ? safe : ""; *p;) {
        size_t n = strcspn(p, " \n");
        int width = width_of(p, n);
        if (!first && column + 1 + width > end) {
            bool fits = indent + width <= end || LINK_INDENT + width > end;
            column = fits || indent < LINK_INDENT ? indent : LINK_INDENT;
            begin_line(out, column);
            first = true;
        }
        fprintf(out, "%s%.*s", first ? "" : " ", (int)n, p);
        column += width + !first;
        first = false;
        p += n;
        p += strspn(p, " \n");
    }
    free(safe);
    fputc('\n', out);
}

/* The columns of the longest word. */
static int longest_word(const char *text)
{
    int longest = 0;
    for (const char *p = text; *p; p += strspn(p, " \n")) {
        size_t n = strcspn(p, " \n");
        int width = width_of(p, n);
        longest = width > longest ? width : longest;
        p += n;
    }
    return longest;
}

void cli_block(FILE *out, int margin, const char *name, int indent, const char *text)
{
    bool named = *name, below = named && margin + cli_width(name) >= indent;
    int columns = cli_columns(out), word = longest_word(text);
    bool fits_below = indent + word > columns && margin + 2 + word <= columns;
    if (indent > margin + 2 && (indent > columns / 2 || fits_below)) {
        indent = margin + 2;
        below = named;
    }
    fprintf(out, "%*s", margin, "");
    cli_pad(out, name, below ? 0 : indent - margin);
    if (below)
        begin_line(out, indent);
    cli_wrap(out, indent, text);
}

void cli_roff(FILE *out, const char *text)
{
    if (*text == '.' || *text == '\'')
        fputs("\\&", out);
    for (const char *p = text; *p; p++)
        if (*p == '-')
            fputs("\\-", out);
        else if (*p == '\\')
            fputs("\\e", out);
        else
            fputc(*p, out);
}

char *cli_shell_word(const char *text)
{
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789./-_";
    if (*text && !text[strspn(text, plain)])
        return strdup(text);
    OFS_AUTO_BUF word = OFS_BUF(1 << 16);
    struct ofs_error err;
    int rc = ofs_buf_puts(&word, "'", &err);
    for (const char *p = text; !rc && *p; p++)
        rc = *p == '\'' ? ofs_buf_puts(&word, "'\\''", &err) : ofs_buf_add(&word, p, 1, &err);
    rc = rc ? rc : ofs_buf_puts(&word, "'", &err);
    return rc ? NULL : strdup(ofs_buf_str(&word));
}
