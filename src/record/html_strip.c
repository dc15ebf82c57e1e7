#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/json.h"
#include "record/html.h"
#include "record/report.h"

enum { WIDTH = 600, HEIGHT = 20, MOST_PIECES = 200, LEAST_WIDTH = 2 };

/* A period in which a setting was read in one state. */
struct piece {
    long long from;
    const char *date, *state, *kind; /* kind: good, bad, unsure */
};

bool ofs_report_is_same_scope(const cJSON *a, const cJSON *b)
{
    static const char *const keys[] = {"scenario/id", "origin", "account/id", "label"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (strcmp(ofs_json_str(a, keys[i], ""), ofs_json_str(b, keys[i], "")))
            return false;
    return true;
}

static long long seconds_of(const char *text)
{
    struct tm tm = {0};
    return strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm) ? (long long)timegm(&tm) : 0;
}

static const cJSON *setting_in(const cJSON *report, const char *id)
{
    const cJSON *one;
    cJSON_ArrayForEach(one, ofs_json_get(report, "settings"))
    {
        if (!strcmp(ofs_json_str(one, "id", ""), id))
            return one;
    }
    return NULL;
}

/* Its state at the end of that run. A state that is only remembered from before is not known. */
static struct piece piece_of(const cJSON *report, const cJSON *setting)
{
    const char *verdict = ofs_json_str(setting, "verdict", "unknown");
    const char *state = ofs_report_state(setting), *date = ofs_json_str(report, "started", "");
    bool known = state && strcmp(verdict, "unknown");
    return (struct piece){.from = seconds_of(date),
                          .date = date,
                          .state = known ? state : "not known",
                          .kind = !known                                               ? "unsure"
                                  : strcmp(state, ofs_json_str(setting, "wanted", "")) ? "bad"
                                                                                       : "good"};
}

/* The pieces of a setting, equal neighbours joined. */
static size_t collect(const cJSON *reports, const cJSON *like, const cJSON *setting,
                      struct piece pieces[MOST_PIECES], long long *ret_end)
{
    const char *id = ofs_json_str(setting, "id", "");
    const cJSON *report;
    size_t n = 0;
    *ret_end = 0;
    cJSON_ArrayForEach(report, reports)
    {
        const cJSON *found = ofs_report_is_same_scope(report, like) ? setting_in(report, id) : NULL;
        if (!found)
            continue;
        const struct piece piece = piece_of(report, found);
        *ret_end = piece.from > *ret_end ? piece.from : *ret_end;
        if (n && !strcmp(pieces[n - 1].state, piece.state) &&
            !strcmp(pieces[n - 1].kind, piece.kind))
            continue;
        if (n == MOST_PIECES) { /* keep the newest */
            memmove(pieces, pieces + 1, (MOST_PIECES - 1) * sizeof *pieces);
            n--;
        }
        pieces[n++] = piece;
    }
    return n;
}

/* "on from 2026-01-01 09:00, off from 2026-02-01 09:00" */
static void in_words(const struct piece *pieces, size_t n, char *ret, size_t size)
{
    enum { MOST_TOLD = 8 };
    size_t first = n > MOST_TOLD ? n - MOST_TOLD : 0;
    snprintf(ret, size, "%s", first ? "... " : "");
    for (size_t i = first; i < n; i++) {
        size_t used = strlen(ret);
        snprintf(ret + used, size - used, "%s%.40s from %.10s %.5s", i > first ? ", " : "",
                 pieces[i].state, pieces[i].date,
                 pieces[i].date + (strlen(pieces[i].date) > 11 ? 11 : 0));
    }
}

/* Each piece has a minimum width, even if it was short; the rest is divided by time. The last one
 * continues from the last read. */
static void draw(struct ofs_html *page, const struct piece *pieces, size_t n, long long end)
{
    long long least = n <= 40 ? LEAST_WIDTH * 4 : LEAST_WIDTH;
    long long begin = pieces[0].from, room = WIDTH - least * (long long)n, x = 0;
    end += (end - begin) / 20 + 1;
    for (size_t i = 0; i < n; i++) {
        long long until = i + 1 < n ? pieces[i + 1].from : end;
        long long width = least + room * (until - pieces[i].from) / (end - begin);
        if (i + 1 == n)
            width = WIDTH - x;
        ofs_html_put(page, "<rect class=\"%s\" x=\"%lld\" y=\"2\" width=\"%lld\" height=\"%d\"/>",
                     pieces[i].kind, x, width, HEIGHT - 4);
        x += width;
    }
}

void ofs_html_strip(struct ofs_html *page, const cJSON *reports, const cJSON *report,
                    const cJSON *setting)
{
    struct piece pieces[MOST_PIECES];
    long long end;
    char words[700];
    size_t n = collect(reports, report, setting, pieces, &end);
    if (n == 0)
        return;
    in_words(pieces, n, words, sizeof words);
    ofs_html_put(
        page,
        "<figure>\n<svg class=\"strip\" viewBox=\"0 0 %d %d\" preserveAspectRatio=\"none\" "
        "role=\"img\" aria-label=\"",
        WIDTH, HEIGHT);
    ofs_html_text(page, words);
    ofs_html_put(page, "\">");
    draw(page, pieces, n, end);
    ofs_html_put(page, "<rect class=\"edge\" x=\".5\" y=\"2\" width=\"%d\" height=\"%d\"/></svg>\n",
                 WIDTH - 1, HEIGHT - 4);
    ofs_html_element(page, "figcaption", NULL, words);
    ofs_html_put(page, "</figure>\n");
}
