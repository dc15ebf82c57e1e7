#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "record/html.h"
#include "record/report.h"

/* A verdict in plain words, and its kind. */
static const struct {
    const char *verdict, *words, *class;
} verdicts[] = {
    {"as-wanted", "As wanted", "good"},
    {"fixed", "Changed, and proved", "good"},
    {"differs", "Not as wanted; nothing was changed", "bad"},
    {"not-kept", "Pressed, but the site did not keep it", "bad"},
    {"unknown", "Not known", "unsure"},
    {"locked", "Locked by the site", "unsure"},
    {"not-offered", "Not offered to this account", "soft"},
    {"skipped", "Left as it is, on purpose", "soft"},
};

static const char *get(const cJSON *o, const char *key)
{
    return ofs_json_str(o, key, "");
}

static size_t verdict_row(const cJSON *setting)
{
    for (size_t i = 0; i < sizeof verdicts / sizeof *verdicts; i++)
        if (!strcmp(verdicts[i].verdict, get(setting, "verdict")))
            return i;
    return 4;
}

static void put_term(struct ofs_html *page, const char *name, const char *text)
{
    if (!*text)
        return;
    ofs_html_put(page, "<dt>%s</dt>", name);
    ofs_html_element(page, "dd", NULL, text);
}

/* The site's own words, in their own language. */
static void put_wording(struct ofs_html *page, const cJSON *setting)
{
    const char *language = get(setting, "language");
    bool tag = *language && strspn(language, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                             "0123456789-") == strlen(language);
    if (!*get(setting, "wording"))
        return;
    ofs_html_put(page, "<dt>The site's words</dt><dd><q%s%s%s>", tag ? " lang=\"" : "",
                 tag ? language : "", tag ? "\"" : "");
    ofs_html_text(page, get(setting, "wording"));
    ofs_html_put(page, "</q></dd>\n");
}

static void put_proofs(struct ofs_html *page, const cJSON *setting)
{
    const cJSON *proof, *proofs = ofs_json_get(setting, "proofs");
    if (cJSON_GetArraySize(proofs) == 0)
        return;
    ofs_html_put(page, "<dt>Proofs</dt><dd><ul>\n");
    cJSON_ArrayForEach(proof, proofs)
    {
        if (cJSON_IsString(proof))
            ofs_html_element(page, "li", NULL, ofs_proof_words(proof->valuestring));
    }
    ofs_html_put(page, "</ul></dd>\n");
}

static void put_moves(struct ofs_html *page, const cJSON *moves, const cJSON *report,
                      const cJSON *setting)
{
    const cJSON *move;
    bool any = false;
    cJSON_ArrayForEach(move, moves)
    {
        const char *account = get(move, "account");
        if (strcmp(get(move, "setting"), get(setting, "id")) ||
            strcmp(get(move, "scenario"), ofs_json_str(report, "scenario/id", "")) ||
            strcmp(account, ofs_json_str(report, "account/hint", "")) || !*get(move, "from"))
            continue;
        ofs_html_put(page, any ? "" : "<dt>How it moved</dt><dd><ul>\n");
        any = true;
        OFS_AUTO_STR line = ofs_text_printf("%.10s: %s to %s, %s", get(move, "at"),
                                            get(move, "from"), get(move, "to"), get(move, "words"));
        ofs_html_element(page, "li", NULL, line ? line : "");
    }
    ofs_html_put(page, any ? "</ul></dd>\n" : "");
}

/* The setting in the last report of the scope that has pictures of it, or NULL. */
static const cJSON *last_pictured(const cJSON *reports, const cJSON *like, const char *id)
{
    const cJSON *report, *setting, *last = NULL;
    cJSON_ArrayForEach(report, reports)
    {
        if (!ofs_report_is_same_scope(report, like))
            continue;
        cJSON_ArrayForEach(setting, ofs_json_get(report, "settings"))
        {
            if (!strcmp(get(setting, "id"), id) &&
                cJSON_GetArraySize(ofs_json_get(setting, "pictures")) > 0)
                last = setting;
        }
    }
    return last;
}

/* The control as the site showed it, and nothing else of its page. A picture is base64; anything
 * else is not inserted. */
static void put_pictures(struct ofs_html *page, const cJSON *reports, const cJSON *report,
                         const char *id)
{
    const cJSON *setting = last_pictured(reports, report, id);
    static const char digits[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
    const cJSON *picture;
    bool any = false;
    cJSON_ArrayForEach(picture, ofs_json_get(setting, "pictures"))
    {
        const char *png = get(picture, "png"), *at = get(picture, "at");
        bool before = !strcmp(get(picture, "moment"), "before");
        const char *state = get(setting, before ? "before" : "after");
        if (!*png || strspn(png, digits) != strlen(png))
            continue;
        OFS_AUTO_STR caption = ofs_text_printf("%s, %.10s %.5s UTC", before ? "Before" : "After",
                                               at, at + (strlen(at) > 11 ? 11 : 0));
        OFS_AUTO_STR words =
            ofs_text_printf("The control on the site %s the change%s%s",
                            before ? "before" : "after", *state ? ": it was read as " : "", state);
        ofs_html_put(page, any ? "" : "<div class=\"pictures\">\n");
        any = true;
        ofs_html_put(page, "<figure><img alt=\"");
        ofs_html_text(page, words ? words : "");
        ofs_html_put(page, "\" src=\"data:image/png;base64,");
        ofs_html_text(page, png);
        ofs_html_put(page, "\">");
        ofs_html_element(page, "figcaption", NULL, caption ? caption : "");
        ofs_html_put(page, "</figure>\n");
    }
    ofs_html_put(page, any ? "</div>\n" : "");
}

static void put_setting(struct ofs_html *page, const cJSON *reports, const cJSON *moves,
                        const cJSON *report, const cJSON *setting)
{
    size_t row = verdict_row(setting);
    const char *before = get(setting, "before"), *after = get(setting, "after");
    const char *reason = get(setting, "reason");
    bool changed = *before && *after && strcmp(before, after);
    OFS_AUTO_STR state = changed ? ofs_text_printf("%s, then %s", before, after)
                                 : ofs_text_printf("%s", *after ? after : before);
    OFS_AUTO_STR verdict =
        ofs_text_printf("%s%s%s", verdicts[row].words, *reason ? ": " : "", reason);
    ofs_html_put(page, "<article>\n");
    ofs_html_element(page, "h3", NULL, get(setting, "title"));
    OFS_AUTO_STR class = ofs_text_printf("verdict %s", verdicts[row].class);
    ofs_html_element(page, "p", class, verdict ? verdict : "");
    ofs_html_put(page, "<dl>\n");
    put_term(page, "State", state ? state : "");
    put_term(page, "Wanted", get(setting, "wanted"));
    OFS_AUTO_STR read =
        ofs_text_printf("%.10s, %.5s UTC", get(report, "started"),
                        get(report, "started") + (strlen(get(report, "started")) > 11 ? 11 : 0));
    put_term(page, state && *state ? "Read on" : "Tried on", read ? read : "");
    put_wording(page, setting);
    put_term(page, "Details", get(setting, "detail"));
    put_proofs(page, setting);
    put_moves(page, moves, report, setting);
    if (*get(setting, "url")) {
        ofs_html_put(page, "<dt>Where</dt><dd>");
        ofs_html_link(page, get(setting, "url"), false);
        ofs_html_put(page, "</dd>\n");
    }
    ofs_html_put(page, "<dt>Setting</dt><dd><code>");
    ofs_html_text(page, get(setting, "id"));
    ofs_html_put(page, "</code></dd>\n</dl>\n");
    put_pictures(page, reports, report, get(setting, "id"));
    ofs_html_strip(page, reports, report, setting);
    ofs_html_put(page, "</article>\n");
}

/* Does a later report of the scope contain the same setting? */
static bool is_overtaken(const cJSON *report, const cJSON *setting)
{
    for (const cJSON *later = report->next; later; later = later->next) {
        const cJSON *one;
        if (!ofs_report_is_same_scope(report, later))
            continue;
        cJSON_ArrayForEach(one, ofs_json_get(later, "settings"))
        {
            if (!strcmp(get(one, "id"), get(setting, "id")))
                return true;
        }
    }
    return false;
}

static void put_settings(struct ofs_html *page, const cJSON *reports, const cJSON *moves,
                         const cJSON *first)
{
    bool any = false;
    for (const cJSON *report = first; report; report = report->next) {
        const cJSON *setting;
        if (!ofs_report_is_same_scope(first, report))
            continue;
        cJSON_ArrayForEach(setting, ofs_json_get(report, "settings"))
        {
            if (is_overtaken(report, setting))
                continue;
            any = true;
            put_setting(page, reports, moves, report, setting);
        }
    }
    if (!any)
        ofs_html_element(page, "p", NULL, "No setting was read.");
}

static const cJSON *last_of(const cJSON *first)
{
    const cJSON *last = first;
    for (const cJSON *report = first; report; report = report->next)
        if (ofs_report_is_same_scope(first, report))
            last = report;
    return last;
}

static void put_manual(struct ofs_html *page, const cJSON *report)
{
    const cJSON *step, *manual = ofs_json_get(report, "manual");
    if (cJSON_GetArraySize(manual) == 0)
        return;
    ofs_html_put(page, "<h3>By hand</h3>\n<ul>\n");
    cJSON_ArrayForEach(step, manual)
    {
        ofs_html_put(page, "<li>");
        ofs_html_text(page, get(step, "title"));
        ofs_html_put(page, ": <strong>%s</strong>", *get(step, "done") ? "done on " : "to do");
        ofs_html_text(page, get(step, "done"));
        if (*get(step, "due")) {
            ofs_html_put(page, ", due ");
            ofs_html_text(page, get(step, "due"));
        }
        if (*get(step, "url")) {
            ofs_html_put(page, "<br>");
            ofs_html_link(page, get(step, "url"), false);
        }
        ofs_html_put(page, "</li>\n");
    }
    ofs_html_put(page, "</ul>\n");
}

static void put_unlisted(struct ofs_html *page, const cJSON *report)
{
    const cJSON *one, *list = ofs_json_get(report, "unlisted");
    if (cJSON_GetArraySize(list) == 0)
        return;
    ofs_html_put(page, "<h3>Sounds like AI, and is not covered</h3>\n<ul>\n");
    cJSON_ArrayForEach(one, list)
    {
        OFS_AUTO_STR line =
            ofs_text_printf("\"%s\"%s%s, on %s", get(one, "name"), *get(one, "state") ? " is " : "",
                            get(one, "state"), get(one, "page"));
        ofs_html_element(page, "li", NULL, line ? line : "");
    }
    ofs_html_put(page, "</ul>\n");
}

static void put_run_row(struct ofs_html *page, const cJSON *report)
{
    const char *error = ofs_json_str(report, "error/text", NULL);
    int n = cJSON_GetArraySize(ofs_json_get(report, "settings"));
    OFS_AUTO_STR browser = ofs_text_printf("%s %s", ofs_json_str(report, "browser/name", "none"),
                                           ofs_json_str(report, "browser/version", ""));
    ofs_html_put(page, "<tr><th scope=\"row\"><code>");
    ofs_html_text(page, get(report, "run"));
    ofs_html_put(page, "</code></th>");
    ofs_html_element(page, "td", NULL, get(report, "command"));
    ofs_html_element(page, "td", NULL, browser ? browser : "");
    if (error)
        ofs_html_element(page, "td", NULL, error);
    else
        ofs_html_put(page, "<td>%d setting%s, exit %d</td>", n, n == 1 ? "" : "s",
                     (int)ofs_json_num(report, "exit", 0));
    OFS_AUTO_STR hash = ofs_text_printf("%.12s", get(report, "chain"));
    ofs_html_put(page, "<td><code>");
    ofs_html_text(page, hash ? hash : "");
    ofs_html_put(page, "</code></td></tr>\n");
}

static void put_runs(struct ofs_html *page, const cJSON *first, const char *heading)
{
    ofs_html_put(page, "<h3>Runs</h3>\n<div class=\"wide\" tabindex=\"0\" role=\"region\" "
                       "aria-label=\"Runs of ");
    ofs_html_text(page, heading);
    ofs_html_put(page,
                 "\">\n<table>\n<caption>Oldest first. The last column is the beginning of the "
                 "run's hash in the ledger.</caption>\n<thead><tr><th scope=\"col\">Run</th>"
                 "<th scope=\"col\">Command</th><th scope=\"col\">Browser</th>"
                 "<th scope=\"col\">Result</th><th scope=\"col\">Hash</th></tr></thead>\n"
                 "<tbody>\n");
    for (const cJSON *report = first; report; report = report->next)
        if (ofs_report_is_same_scope(first, report))
            put_run_row(page, report);
    ofs_html_put(page, "</tbody>\n</table>\n</div>\n");
}

static void put_scope(struct ofs_html *page, const cJSON *reports, const cJSON *moves,
                      const cJSON *first)
{
    const cJSON *last = last_of(first);
    const char *whose = ofs_report_whose(first);
    const char *title =
        ofs_json_str(last, "scenario/title", ofs_json_str(last, "scenario/id", "No scenario"));
    OFS_AUTO_STR heading = ofs_text_printf("%s%s%s", title, *whose ? ", " : "", whose);
    ofs_html_put(page, "<section>\n");
    ofs_html_element(page, "h2", NULL, heading ? heading : title);
    ofs_html_element(page, "p", "soft", get(last, "origin"));
    put_settings(page, reports, moves, first);
    put_manual(page, last);
    put_unlisted(page, last);
    put_runs(page, first, heading ? heading : title);
    ofs_html_put(page, "</section>\n");
}

static bool is_first_of_scope(const cJSON *reports, const cJSON *report)
{
    const cJSON *one;
    cJSON_ArrayForEach(one, reports)
    {
        if (one == report)
            return true;
        if (ofs_report_is_same_scope(one, report))
            return false;
    }
    return true;
}

int ofs_report_html(const cJSON *reports, const cJSON *moves, const char *now, struct ofs_buf *out,
                    struct ofs_error *err)
{
    struct ofs_html page = {.out = out, .err = err};
    const cJSON *report;
    int n = cJSON_GetArraySize(reports);
    char intro[160];
    const char *from = get(cJSON_GetArrayItem(reports, 0), "started");
    const char *to = get(cJSON_GetArrayItem(reports, n - 1), "started");
    if (n == 0)
        snprintf(intro, sizeof intro, "There is no run yet.");
    else if (n == 1)
        snprintf(intro, sizeof intro, "One run, on %.10s.", from);
    else
        snprintf(intro, sizeof intro, "%d runs, from %.10s to %.10s.", n, from, to);
    ofs_html_begin(&page, "Settings: what was found and changed", intro);
    cJSON_ArrayForEach(report, reports)
    {
        if (is_first_of_scope(reports, report))
            put_scope(&page, reports, moves, report);
    }
    ofs_html_end(&page, now);
    return page.rc;
}

/* ---- many people ---- */

static void put_person(struct ofs_html *page, const cJSON *person)
{
    static const struct {
        const char *state, *words, *class;
    } states[] = {{"done", "done", "good"},
                  {"not-done", "not done", "bad"},
                  {"unknown", "not known", "unsure"},
                  {"stale", "stale", "unsure"}};
    size_t row = 2;
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        if (!strcmp(states[i].state, get(person, "state")))
            row = i;
    ofs_html_put(page, "<tr>");
    ofs_html_put(page, "<th scope=\"row\">");
    ofs_html_text(page, get(person, "who"));
    ofs_html_put(page, "</th>");
    ofs_html_element(page, "td", NULL, get(person, "scenario"));
    ofs_html_element(page, "td", states[row].class, states[row].words);
    OFS_AUTO_STR day = ofs_text_printf("%.10s", get(person, "at"));
    ofs_html_element(page, "td", NULL, day ? day : "");
    ofs_html_put(page, "<td>%d</td><td>%d</td><td>%d</td></tr>\n",
                 (int)ofs_json_num(person, "as_wanted", 0), (int)ofs_json_num(person, "differs", 0),
                 (int)ofs_json_num(person, "unknown", 0));
}

int ofs_report_merge_html(const cJSON *merged, const char *now, struct ofs_buf *out,
                          struct ofs_error *err)
{
    struct ofs_html page = {.out = out, .err = err};
    const cJSON *person, *people = ofs_json_get(merged, "people");
    int done = 0, n = cJSON_GetArraySize(people);
    char intro[120];
    cJSON_ArrayForEach(person, people)
    {
        done += !strcmp(get(person, "state"), "done");
    }
    snprintf(intro, sizeof intro, "%d of %d done.", done, n);
    ofs_html_begin(&page, "Settings of several people", intro);
    ofs_html_put(&page, "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"Table of "
                        "people\">\n<table>\n<caption>The newest report of each person and "
                        "scenario. Older than 30 days is stale.</caption>\n<thead><tr>"
                        "<th scope=\"col\">Who</th><th scope=\"col\">Scenario</th>"
                        "<th scope=\"col\">State</th><th scope=\"col\">Read on</th>"
                        "<th scope=\"col\">As wanted</th><th scope=\"col\">Not as wanted</th>"
                        "<th scope=\"col\">Not known</th></tr></thead>\n<tbody>\n");
    cJSON_ArrayForEach(person, people)
    {
        put_person(&page, person);
    }
    ofs_html_put(&page, "</tbody>\n</table>\n</div>\n");
    ofs_html_end(&page, now);
    return page.rc;
}
