#include <stdio.h>
#include <string.h>

#include "page/internal.h"

enum { MOST_COMMITS = 5 }; /* documents in one visit; more are a loop */

int ofs_visit_fail(struct ofs_visit_result *result, const char *reason, const char *fmt, ...)
{
    va_list ap;
    result->reason = reason;
    va_start(ap, fmt);
    vsnprintf(result->detail, sizeof result->detail, fmt, ap);
    va_end(ap);
    return 1;
}

/* The contract's own copy of a blocker's reason. It outlives the read. */
static const char *reason_word(const char *reason)
{
    static const char *const words[] = {"signed-out", "checkpoint", "blocked"};
    for (size_t i = 0; reason && i < sizeof words / sizeof *words; i++)
        if (!strcmp(words[i], reason))
            return words[i];
    return reason ? "blocked" : NULL;
}

static const char *blocker_for_status(const struct ofs_scenario *scenario, int status)
{
    const cJSON *blocker, *s;
    cJSON_ArrayForEach(blocker, scenario->blockers)
    {
        cJSON_ArrayForEach(s, ofs_json_get(blocker, "status"))
        {
            if (cJSON_IsNumber(s) && s->valueint == status)
                return reason_word(ofs_json_str(blocker, "reason", "blocked"));
        }
    }
    return status == 429 || status == 999 ? "blocked" : NULL;
}

/* What the network alone shows about the document. */
int ofs_judge_arrival(const struct ofs_page *page, const struct ofs_progress *p,
                      struct ofs_visit_result *result)
{
    const struct ofs_tab_view *view = &page->tab->view;
    const char *blocked = blocker_for_status(page->config.scenario, view->status);
    if (blocked)
        return ofs_visit_fail(result, blocked,
                              "the site answered HTTP %d; wait some hours, then try again by hand",
                              view->status);
    if (view->status >= 400) {
        result->missing = view->status == 404 || view->status == 410;
        return ofs_visit_fail(result, "load-failed", "the page answered HTTP %d; try again later",
                              view->status);
    }
    if (view->failure[0])
        return ofs_visit_fail(
            result, "load-failed",
            "the page did not arrive whole (%s); check the connection and try again",
            view->failure);
    if (view->commits > p->commits + MOST_COMMITS)
        return ofs_visit_fail(result, "load-failed", "the page keeps reloading; open it by hand");
    return 0;
}

/* Is the name a whole part of the text? */
static bool has_part(const char *text, const char *name)
{
    size_t n = strlen(name);
    for (const char *at = strcasestr(text, name); at; at = strcasestr(at + 1, name))
        if ((at == text || strchr("/=?#&", at[-1])) && strchr("/=?#&", at[n]))
            return true;
    return false;
}

/* A site may redirect from one instance's page to another's. */
static bool names_instance(const struct ofs_setting *setting, const cJSON *look)
{
    static const char *const parts[] = {"path", "query", "fragment"};
    bool found = !setting || !setting->instance || setting->origin; /* its host contains the name */
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        found = found || has_part(ofs_json_str(look, parts[i], ""), setting->instance);
    return found;
}

/* What the page's address and its blockers show. */
int ofs_judge_address(const struct ofs_page *page, const struct ofs_progress *p, const cJSON *look,
                      struct ofs_visit_result *result)
{
    const char *origin = ofs_json_str(look, "origin", "");
    const char *reason = reason_word(ofs_json_str(look, "blocker/reason", NULL));
    const char *why = ofs_json_str(look, "blocker/why", "");
    const char *own = ofs_page_origin(page, p->visit.setting);
    bool is_away = strcmp(origin, own) != 0;
    if (is_away && !reason && ofs_json_bool(look, "password", false))
        return ofs_visit_fail(result, "signed-out",
                              "the page is at %s, which asks for a password; if that is where you "
                              "sign in, do so with this browser and run again",
                              origin);
    if (is_away && !reason)
        return ofs_visit_fail(
            result, "wrong-origin",
            "the page is at %s and not at %s; nothing there was read or pressed; open it by hand "
            "and see where it leads",
            origin, own);
    if (!reason && !names_instance(p->visit.setting, look))
        return ofs_visit_fail(
            result, "not-found",
            "the page of %.100s led to %.160s, which does not name it; open it by "
            "hand",
            p->visit.setting->instance, ofs_json_str(look, "path", ""));
    if (!reason)
        return 0;
    if (!strcmp(reason, "signed-out"))
        return ofs_visit_fail(result, reason,
                              "not signed in (%s); sign in with this browser and run again", why);
    if (!strcmp(reason, "checkpoint"))
        return ofs_visit_fail(
            result, reason,
            "the site asks you to prove that it is you (%s); do that by hand and run again", why);
    return ofs_visit_fail(result, reason, "the site refuses automated access (%s); wait some hours",
                          why);
}
