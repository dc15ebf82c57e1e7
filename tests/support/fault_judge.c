#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rehearsal/catalogue.h"
#include "support/fault_job.h"

enum { HOLD = 6 }; /* seconds, if a row has no value */

struct judge {
    const struct fault_row *row;
    const struct outcome *outcome;
    bool fix;
    struct ofs_buf *complaints;
    struct job_judgement made;
};

static void add_complaint(struct judge *j, const char *fmt, va_list ap)
{
    char text[700];
    struct ofs_error ignored;
    vsnprintf(text, sizeof text, fmt, ap);
    ofs_buf_printf(j->complaints, &ignored, "        %s: %s\n", j->fix ? "fix" : "check", text);
    j->made.n++;
}

static void complain(struct judge *j, const char *fmt, ...) OFS_PRINTF(2, 3);
static void complain_gravely(struct judge *j, const char *fmt, ...) OFS_PRINTF(2, 3);

static void complain(struct judge *j, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    add_complaint(j, fmt, ap);
    va_end(ap);
}

/* The load of the machine cannot cause it. */
static void complain_gravely(struct judge *j, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    add_complaint(j, fmt, ap);
    va_end(ap);
    j->made.is_grave = true;
}

static const char *truth_of(const cJSON *truth, const char *id)
{
    const cJSON *state = ofs_json_get(ofs_json_get(truth, "settings"), id);
    return cJSON_IsString(state) ? state->valuestring : "";
}

static int64_t seconds_of_hold(const struct fault_row *row)
{
    const char *given = strstr(row->with, "--hold=");
    return given ? strtol(given + strlen("--hold="), NULL, 10) : HOLD;
}

/* Until when the report has to be right, by the site's clock: its last read of the setting, which
 * comes no sooner than the hold after the last save of the run. -1: no limit. */
static int64_t proved_until(const struct judge *j, const char *id)
{
    const cJSON *one;
    int64_t until = -1;
    cJSON_ArrayForEach(one, ofs_json_get(j->outcome->after, "writes"))
    {
        int64_t held = (int64_t)ofs_json_num(one, "answered_ms", 0);
        held += seconds_of_hold(j->row) * 1000;
        until = held > until ? held : until;
    }
    if (until < 0)
        return -1;
    cJSON_ArrayForEach(one, ofs_json_get(j->outcome->after, "reads"))
    {
        int64_t read = (int64_t)ofs_json_num(one, "at_ms", 0);
        if (!strcmp(ofs_json_str(one, "id", ""), id) && read > until)
            until = read;
    }
    return until;
}

/* The state that the report asserts. */
static const char *proved_truth(const struct judge *j, const char *id)
{
    const char *state = truth_of(j->outcome->before, id);
    int64_t until = proved_until(j, id);
    const cJSON *one;
    if (until < 0)
        return truth_of(j->outcome->after, id);
    cJSON_ArrayForEach(one, ofs_json_get(j->outcome->after, "changes"))
    {
        if (!strcmp(ofs_json_str(one, "id", ""), id) &&
            ofs_json_num(one, "at_ms", 0) <= (double)until)
            state = ofs_json_str(one, "state", "");
    }
    return state;
}

static bool is_selected(const struct fault_row *row, const char *id)
{
    char part[80];
    if (!strcmp(row->only, "all"))
        return true;
    for (size_t i = 0; i < cell_parts(row->only); i++) {
        cell_part(row->only, i, part, sizeof part);
        if (!strcmp(part, id))
            return true;
    }
    return false;
}

/* A token of the column "also", or "ID:STATE" in it. */
static bool also(const struct judge *j, const char *id, const char *token)
{
    char part[120], whole[120];
    snprintf(whole, sizeof whole, "%s%s%s", id ? id : "", id ? ":" : "", token);
    for (size_t i = 0; i < cell_parts(j->row->also); i++) {
        cell_part(j->row->also, i, part, sizeof part);
        if (!strcmp(part, whole))
            return true;
    }
    return false;
}

static const char *last_words(const struct outcome *o)
{
    enum { WORDS = 500 };
    const char *text = ofs_buf_str(&o->end.errors);
    return text + (o->end.errors.len > WORDS ? o->end.errors.len - WORDS : 0);
}

/* Does the sentence tell a person what to do next? */
static bool names_next_step(const char *detail)
{
    static const char *const words[] = {"by hand", "again",  "sign in",  "wait ",
                                        "look ",   "check ", "choose",   "close ",
                                        "answer ", "run ",   "accept it"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strstr(detail, words[i]))
            return true;
    return false;
}

/* What holds for every row: each word of the report agrees with the site's own record. */
static void judge_words(struct judge *j, const cJSON *setting, const char *id, const char *verdict)
{
    const char *was = truth_of(j->outcome->before, id), *is = proved_truth(j, id);
    const char *before = ofs_json_str(setting, "before", NULL);
    const char *after = ofs_json_str(setting, "after", NULL);
    const char *wanted = ofs_json_str(setting, "wanted", "");
    const char *reason = ofs_json_str(setting, "reason", NULL);
    const char *detail = ofs_json_str(setting, "detail", "");
    bool good = !strcmp(verdict, "as-wanted") || !strcmp(verdict, "fixed");
    bool bad = !strcmp(verdict, "differs") || !strcmp(verdict, "not-kept");
    if (good && strcmp(is, wanted))
        complain_gravely(j, "FALSE %s of %s: it is %s at the site", wanted, id, is);
    if (bad && !strcmp(is, wanted))
        complain_gravely(j, "%s is said of %s, which is %s at the site", verdict, id, is);
    if (before && strcmp(before, was))
        complain_gravely(j, "before is %s for %s, but it was %s", before, id, was);
    if (after && strcmp(after, is))
        complain_gravely(j, "after is %s for %s, but it is %s", after, id, is);
    if (!strcmp(verdict, "unknown") != !!reason)
        complain(j, "verdict %s with reason %s", verdict, reason ? reason : "null");
    if (!strcmp(verdict, "unknown") && !names_next_step(detail))
        complain(j, "the detail does not say what to do next: \"%s\"", detail);
    if (!*detail)
        complain(j, "there is no detail");
    if (!strcmp(verdict, "fixed") && !program_has_proof(setting, "reload"))
        complain_gravely(j, "fixed without the proof of a reload");
    if (strcmp(verdict, "fixed") && cJSON_GetArraySize(ofs_json_get(setting, "proofs")))
        complain_gravely(j, "%s with proofs of a fix", verdict);
    if (!strcmp(verdict, "fixed") && also(j, NULL, "save") &&
        !program_has_proof(setting, "save-acknowledged"))
        complain(j, "save-acknowledged is not among the proofs");
    if (also(j, NULL, "no-save") && program_has_proof(setting, "save-acknowledged"))
        complain_gravely(j, "save-acknowledged is among the proofs, but the save was not");
}

static int judge_setting(struct judge *j, const cJSON *setting, size_t index)
{
    const char *id = ofs_json_str(setting, "id", "");
    const char *verdict = ofs_json_str(setting, "verdict", "");
    const char *reason = ofs_json_str(setting, "reason", NULL);
    const char *cell = j->fix ? j->row->fix : j->row->check;
    char word[64], wanted[160];
    snprintf(word, sizeof word, "%s%s%s", verdict, reason ? ":" : "", reason ? reason : "");
    cell_part(cell, index, wanted, sizeof wanted);
    if (!is_selected(j->row, id))
        complain_gravely(j, "%s was not selected", id);
    bool allowed = cell_allows(cell, index, word);
    /* a slow machine can cause unknown; it cannot make a setting locked or absent */
    if (!allowed && (!strcmp(verdict, "locked") || !strcmp(verdict, "not-offered")))
        complain_gravely(j, "%s is %s and should be %s", id, word, wanted);
    else if (!allowed)
        complain(j, "%s is %s and should be %s (\"%s\")", id, word, wanted,
                 ofs_json_str(setting, "detail", ""));
    judge_words(j, setting, id, verdict);
    if (j->fix && !cell_allows(j->row->truth, index, truth_of(j->outcome->after, id))) {
        cell_part(j->row->truth, index, wanted, sizeof wanted);
        complain(j, "%s is %s at the site and should be %s", id, truth_of(j->outcome->after, id),
                 wanted);
    }
    return contract_status(verdict);
}

static void judge_unlisted(struct judge *j)
{
    static const struct {
        const char *token, *name;
    } switches[] = {{"unlisted", "summarise"}, {"unlisted-agent", "agent models"}};
    const cJSON *one;
    for (size_t i = 0; i < sizeof switches / sizeof *switches; i++) {
        bool named = false;
        cJSON_ArrayForEach(one, ofs_json_get(j->outcome->end.report, "unlisted"))
        {
            named = named || strstr(ofs_json_str(one, "name", ""), switches[i].name);
        }
        if (also(j, NULL, switches[i].token) && !named)
            complain(j, "the unlisted switch is not reported as unlisted (%s)", switches[i].name);
    }
}

static void judge_report(struct judge *j)
{
    const struct outcome *o = j->outcome;
    const char *cell = j->fix ? j->row->fix : j->row->check;
    const cJSON *setting;
    size_t n = 0, lost = 0;
    int status = 0;
    if (!o->end.report) {
        complain(j, "no report in JSON, exit %d; it said: %s", o->end.exit, last_words(o));
        return;
    }
    cJSON_ArrayForEach(setting, ofs_json_get(o->end.report, "settings"))
    {
        status = contract_worse(status, judge_setting(j, setting, n));
        lost += !strcmp(ofs_json_str(setting, "verdict", ""), "unknown");
        n++;
    }
    size_t wanted = strcmp(j->row->only, "all") ? cell_parts(j->row->only) : (size_t)SITE_SETTINGS;
    if (n != wanted)
        complain(j, "%zu settings are in the report, but %zu were selected", n, wanted);
    if (also(j, NULL, "one-lost") && lost > 1)
        complain(j, "%zu settings are lost, but only one page was", lost);
    if (cell_status(cell) >= 0)
        status = cell_status(cell);
    if (o->end.exit != status)
        complain(j, "exit %d, but its verdicts mean %d; it said: %s", o->end.exit, status,
                 last_words(o));
    if (o->end.exit != (int)ofs_json_num(o->end.report, "exit", -1))
        complain(j, "exit %d, but its report says another status", o->end.exit);
    const cJSON *browser = ofs_json_get(o->end.report, "browser");
    if (cJSON_IsObject(browser) &&
        (strcmp(ofs_json_str(browser, "protocol", ""), o->peer->protocol) ||
         strcmp(ofs_json_str(browser, "wire", ""), o->peer->wire)))
        complain(j, "it was %s over %s", ofs_json_str(browser, "protocol", "no protocol"),
                 ofs_json_str(browser, "wire", "no wire"));
    judge_unlisted(j);
}

/* What the protocol cannot reach after a cut; see support/wires_table.c. */
static bool may_stay(const struct judge *j, const char *left)
{
    return (also(j, NULL, "session-stays") && !strncmp(left, "a session is open", 17)) ||
           (also(j, NULL, "driver-dies") && !strcmp(left, "the driver does not answer"));
}

static void judge_site(struct judge *j)
{
    const struct outcome *o = j->outcome;
    const cJSON *one;
    cJSON_ArrayForEach(one, ofs_json_get(o->after, "settings"))
    {
        bool changed = strcmp(one->valuestring, truth_of(o->before, one->string));
        if (changed && (!j->fix || !is_selected(j->row, one->string)) &&
            !(j->fix && also(j, one->string, one->valuestring)))
            complain_gravely(j, "%s was changed to %s", one->string, one->valuestring);
    }
    cJSON_ArrayForEach(one, ofs_json_get(o->after, "wrong_touches"))
    {
        complain_gravely(j, "WRONG TOUCH: %s", ofs_json_str(one, "what", ""));
    }
    int writes = cJSON_GetArraySize(ofs_json_get(o->after, "writes"));
    int least = 0, most = 0;
    if (j->fix && sscanf(j->row->writes, "%d-%d", &least, &most) == 1)
        most = least;
    if (writes > most)
        complain_gravely(j, "%d saves were sent, but %s are right", writes,
                         j->fix ? j->row->writes : "0");
    else if (writes < least)
        complain(j, "%d saves were sent, but %s are right", writes, j->fix ? j->row->writes : "0");
    cJSON_ArrayForEach(one, o->left)
    {
        if (may_stay(j, one->valuestring))
            continue;
        complain_gravely(j, "left behind: %s", one->valuestring);
    }
}

struct job_judgement job_judge(const struct fault_row *row, bool fix, const struct outcome *outcome,
                               struct ofs_buf *complaints)
{
    struct judge j = {.row = row, .outcome = outcome, .fix = fix, .complaints = complaints};
    bool waits = strchr(row->with, '@') != NULL;
    if (!outcome->end.in_time)
        complain(&j, "it had not ended in time; it said: %s", last_words(outcome));
    else if (waits && !outcome->happened)
        complain(&j, "it ended before '%s' could be done", row->with);
    if (outcome->end.in_time)
        judge_report(&j);
    judge_site(&j);
    return j.made;
}
