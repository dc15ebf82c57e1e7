#include "support/wires_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "support/peer.h"

enum { COLUMNS = 9, LIMIT = 1 << 20 };

struct override {
    int line;
    char *wires, *lacks, *rows, *check, *fix, *truth, *saves, *also, *why;
};

static int split(char *line, int number, struct override *ret, struct ofs_error *err)
{
    char *cells[COLUMNS];
    if (!table_split(line, cells, COLUMNS))
        return ofs_fail(err, OFS_ERR_USAGE, "line %d of the wires has not %d columns", number,
                        COLUMNS);
    *ret = (struct override){number,   cells[0], cells[1], cells[2], cells[3],
                             cells[4], cells[5], cells[6], cells[7], cells[8]};
    if (strlen(ret->why) < 3 || !strcmp(ret->lacks, "-"))
        return ofs_fail(err, OFS_ERR_USAGE, "line %d of the wires gives no reason", number);
    return 0;
}

/* Is it one of the wires of the override, all of which have to exist? */
static int is_for(const struct override *o, const char *wire, bool *ret, struct ofs_error *err)
{
    char names[200], *rest = NULL;
    *ret = false;
    snprintf(names, sizeof names, "%s", o->wires);
    for (char *name = strtok_r(names, ",", &rest); name; name = strtok_r(NULL, ",", &rest)) {
        if (!peer_find(name))
            return ofs_fail(err, OFS_ERR_USAGE, "line %d of the wires: no wire is called '%s'",
                            o->line, name);
        *ret = *ret || !strcmp(name, wire);
    }
    return 0;
}

static bool is_given(const char *cell)
{
    return strcmp(cell, ".") != 0;
}

/* What no override may allow: its own status, or to skip a row that needs no action from
 * outside. */
static int judge(const struct override *o, const struct fault_row *row, struct ofs_error *err)
{
    bool status = strchr(o->check, '=') || strchr(o->fix, '=');
    bool leaves_out = !strcmp(o->check, "-") || !strcmp(o->fix, "-");
    if (status)
        return ofs_fail(err, OFS_ERR_USAGE,
                        "line %d of the wires: the exit status follows from the verdicts", o->line);
    if (leaves_out && !strchr(row->with, '@'))
        return ofs_fail(err, OFS_ERR_USAGE,
                        "line %d of the wires: '%s' needs no other hand, so it can be run", o->line,
                        row->name);
    if (row->lacks)
        return ofs_fail(err, OFS_ERR_USAGE, "line %d of the wires: '%s' has an override already",
                        o->line, row->name);
    return 0;
}

/* Leftovers may be allowed only on the wire that they belong to, if that was cut and cannot be
 * reached again. */
static int judge_also(const struct override *o, const struct fault_row *row, struct ofs_error *err)
{
    static const struct {
        const char *token, *wire;
    } stays[] = {{"session-stays", "bidi"}, {"driver-dies", "webkit"}};
    for (size_t i = 0; i < sizeof stays / sizeof *stays; i++)
        if (strstr(o->also, stays[i].token) &&
            (strcmp(o->wires, stays[i].wire) || !strstr(row->with, "cut@")))
            return ofs_fail(err, OFS_ERR_USAGE,
                            "line %d of the wires: %s is for %s, cut off, alone", o->line,
                            stays[i].token, stays[i].wire);
    return 0;
}

static int override_row(const struct override *o, struct fault_row *row, struct ofs_error *err)
{
    if (judge(o, row, err) || judge_also(o, row, err))
        return -1;
    const struct {
        const char *given, **cell;
    } cells[] = {{o->check, &row->check},
                 {o->fix, &row->fix},
                 {o->truth, &row->truth},
                 {o->saves, &row->writes},
                 {o->also, &row->also}};
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++)
        if (is_given(cells[i].given) && strcmp(*cells[i].cell, "-"))
            *cells[i].cell = cells[i].given;
    if (is_given(o->also))
        row->also = o->also;
    row->lacks = o->lacks;
    row->why = o->why;
    return 0;
}

/* With "*" for the rows only "no-save" is allowed: it applies to every row, and replaces "save". */
static int override_all(const struct override *o, struct fault_table *table,
                        struct wires_table *wires, struct ofs_error *err)
{
    if (is_given(o->check) || is_given(o->fix) || is_given(o->truth) || is_given(o->saves) ||
        !is_given(o->also) || strcmp(o->also, "no-save"))
        return ofs_fail(err, OFS_ERR_USAGE,
                        "line %d of the wires: of all rows only no-save can be said", o->line);
    if (wires->cells)
        return ofs_fail(err, OFS_ERR_USAGE, "line %d of the wires: of all rows it is said already",
                        o->line);
    wires->cells = calloc(table->n + 1, sizeof *wires->cells);
    for (size_t i = 0; wires->cells && i < table->n; i++) {
        struct fault_row *row = &table->rows[i];
        OFS_AUTO_BUF cell = OFS_BUF(512);
        if (ofs_buf_puts(&cell, o->also, err))
            return -1;
        for (size_t part = 0; part < cell_parts(row->also); part++) {
            char token[160];
            cell_part(row->also, part, token, sizeof token);
            if (strcmp(token, "save") && strcmp(token, "-") && strcmp(token, o->also) &&
                ofs_buf_printf(&cell, err, ",%s", token))
                return -1;
        }
        row->also = wires->cells[i] = strdup(ofs_buf_str(&cell));
        if (!row->also)
            return ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
    }
    return wires->cells ? 0 : ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
}

static int apply(const struct override *o, const char *wire, struct fault_table *table,
                 struct wires_table *wires, struct ofs_error *err)
{
    bool mine;
    if (is_for(o, wire, &mine, err))
        return -1;
    if (!strcmp(o->rows, "*"))
        return mine ? override_all(o, table, wires, err) : 0;
    char *rest = NULL;
    for (char *name = strtok_r(o->rows, ";", &rest); name; name = strtok_r(NULL, ";", &rest)) {
        bool found = false;
        name += strspn(name, " ");
        for (size_t i = 0; i < table->n; i++) {
            if (strcmp(table->rows[i].name, name))
                continue;
            found = true;
            if (mine && override_row(o, &table->rows[i], err))
                return -1;
        }
        if (!found)
            return ofs_fail(err, OFS_ERR_USAGE, "line %d of the wires: no row is called '%s'",
                            o->line, name);
    }
    return 0;
}

int wires_apply(struct fault_table *table, const char *path, const char *wire,
                struct wires_table *ret, struct ofs_error *err)
{
    OFS_AUTO_BUF text = OFS_BUF(LIMIT);
    *ret = (struct wires_table){0};
    if (ofs_buf_read_file(&text, path, err))
        return -1;
    ret->text = strdup(ofs_buf_str(&text));
    if (!ret->text)
        return ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
    int number = 0;
    for (char *at = ret->text, *next; at; at = next) {
        struct override o = {0};
        number++;
        next = strchr(at, '\n');
        if (next)
            *next++ = '\0';
        if (!*at || *at == '#')
            continue;
        if (split(at, number, &o, err) || apply(&o, wire, table, ret, err))
            return -1;
    }
    return 0;
}

void wires_free(struct wires_table *wires)
{
    for (char **cell = wires->cells; cell && *cell; cell++)
        free(*cell);
    free(wires->cells);
    free(wires->text);
    *wires = (struct wires_table){0};
}
