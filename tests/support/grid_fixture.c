#include "support/grid_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "wire/http.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

/* Milliseconds. */
enum {
    TICK = 50,
    LETS_GO = 20000, /* a Grid needs a moment to update its counts */
};

/* ---- reporting ---- */

void fixture_fail(struct grid_fixture *l, const char *name, const char *what, const struct run *run)
{
    OFS_AUTO_STR report = run && run->report ? cJSON_PrintUnformatted(run->report) : NULL;
    l->failed++;
    printf("[  FAILED  ] %s: %s: %s\n", l->name, name, what);
    if (run)
        printf("    exit %d after %lld ms\n    %s\n    %.1500s\n", run->exit,
               (long long)run->took_ms, ofs_buf_str(&run->errors), report ? report : "no report");
    fflush(stdout);
}

void fixture_pass(const struct grid_fixture *l, const char *name, int64_t ms)
{
    printf("[       OK ] %s: %s (%lld ms)\n", l->name, name, (long long)ms);
    fflush(stdout);
}

/* ---- waiting, with the sites running ---- */

void fixture_turn(struct grid_fixture *l)
{
    struct ofs_error ignored;
    ofs_loop_turn(l->loop, ofs_deadline_in(TICK), &ignored);
}

void fixture_await_end(struct grid_fixture *l, struct run *runs, size_t n)
{
    for (size_t i = 0; i < n;)
        if (run_is_over(&runs[i]))
            i++;
        else
            fixture_turn(l);
}

static bool has_reached(const struct run *run, enum fixture_moment moment)
{
    const struct ofs_site_event *pages;
    const struct ofs_site_write *writes;
    if (moment == PAGE_ASKED)
        return ofs_site_pages(run->site, &pages) > 0;
    if (moment == SAVE_CAME)
        return ofs_site_writes(run->site, &writes) > 0;
    OFS_AUTO_STR words = run_words(run);
    return words && strstr(words, "still making the session");
}

/* false when the run has ended without it. */
bool fixture_await(struct grid_fixture *l, struct run *run, enum fixture_moment moment)
{
    ofs_deadline until = ofs_deadline_in(FIXTURE_HAPPENS);
    while (!has_reached(run, moment)) {
        if (run_is_over(run) || !ofs_deadline_left(until))
            return false;
        fixture_turn(l);
    }
    return true;
}

/* Until a request waits for a node. */
void fixture_await_queue(struct grid_fixture *l, struct run *run)
{
    ofs_deadline until = ofs_deadline_in(FIXTURE_HAPPENS);
    bool waits = false;
    while (!waits && !run_is_over(run) && ofs_deadline_left(until)) {
        OFS_AUTO_JSON told = grid_ask(l->loop, &l->grid);
        waits = ofs_json_num(told, "newSessionRequestCount", 0) > 0;
        fixture_turn(l);
    }
}

/* No session is left on the hub. */
bool fixture_is_clean(struct grid_fixture *l, const char *name)
{
    ofs_deadline until = ofs_deadline_in(LETS_GO);
    while (grid_sessions(l->loop, &l->grid) != 0) {
        if (!ofs_deadline_left(until)) {
            fixture_fail(l, name, "a session was left", NULL);
            return false;
        }
        fixture_turn(l);
    }
    return true;
}

/* ---- other clients' sessions ---- */

static int ask_hub(struct grid_fixture *l, const char *method, const char *path, const char *body,
                   cJSON **ret, struct ofs_error *err)
{
    OFS_AUTO_STR url = ofs_text_printf("http://127.0.0.1:%d/wd/hub%s", l->grid.port, path);
    struct ofs_http *http = ofs_http_new(l->loop, NULL, 1 << 20, err);
    struct ofs_http_answer answer;
    int rc =
        http ? ofs_http_post(http, &(struct ofs_http_request){method, url, body, true}, err) : -1;
    if (!rc)
        rc = ofs_http_wait(http, ofs_deadline_in(FIXTURE_HAPPENS), &answer, err);
    if (!rc && ret && !(*ret = ofs_json_parse(answer.body, answer.len, err)))
        rc = -1;
    ofs_http_free(http);
    return rc;
}

/* Take a node; the caller frees the session's path and gives it back with fixture_release(). */
char *fixture_hold(struct grid_fixture *l, const char *mark)
{
    OFS_AUTO_STR path = grid_capabilities(l->dir, mark, "");
    OFS_AUTO_BUF given = OFS_BUF(1 << 16);
    OFS_AUTO_JSON made = NULL;
    struct ofs_error err;
    if (!path || ofs_buf_read_file(&given, path, &err))
        return NULL;
    OFS_AUTO_STR body =
        ofs_text_printf("{\"capabilities\":{\"alwaysMatch\":%s}}", ofs_buf_str(&given));
    if (ask_hub(l, "POST", "/session", body, &made, &err))
        return NULL;
    const char *id = ofs_json_str(made, "value/sessionId", NULL);
    return id ? ofs_text_printf("/session/%s", id) : NULL;
}

void fixture_release(struct grid_fixture *l, const char *path)
{
    struct ofs_error ignored;
    if (path)
        ask_hub(l, "DELETE", path, NULL, NULL, &ignored);
}

/* ---- one run ---- */

int fixture_start(struct grid_fixture *l, const struct fixture_order *o, struct run *ret)
{
    OFS_AUTO_STR capabilities = grid_capabilities(l->dir, o->mark, o->wishes ? o->wishes : "");
    struct ofs_error err = {0};
    const struct run_order order = {
        .verb = o->verb, .connect = l->connect, .capabilities = capabilities, .more = o->more};
    if (!run_start(l->loop, l->dir, &order, ret, &err))
        return 0;
    fixture_fail(l, o->mark, err.text, NULL);
    return -1;
}

static bool is_said(const struct run *run, const char *words)
{
    return strstr(ofs_buf_str(&run->errors), words) || strstr(run_result(run, "detail"), words);
}

bool fixture_is_as_wanted(struct grid_fixture *l, const char *name, const struct run *run,
                          const struct fixture_wanted *w)
{
    const char *wrong = NULL;
    const struct ofs_site_event *touches;
    if (run->killed)
        wrong = "it did not end";
    else if (run->exit != w->exit)
        wrong = "the wrong exit status";
    else if ((w->verdict && strcmp(run_result(run, "verdict"), w->verdict)) ||
             (w->reason && strcmp(run_result(run, "reason"), w->reason)))
        wrong = "another verdict";
    else if (w->verdict && !strcmp(w->verdict, "unknown") && run_result(run, "after")[0])
        wrong = "it reports a state that it cannot know";
    else if (ofs_site_wrong_touches(run->site, &touches))
        wrong = "a wrong touch";
    for (size_t i = 0; !wrong && i < COUNT(w->words) && w->words[i]; i++)
        if (!is_said(run, w->words[i]))
            wrong = w->words[i];
    if (wrong)
        fixture_fail(l, name, wrong, run);
    return !wrong;
}

bool fixture_has_saved(struct grid_fixture *l, const char *name, const struct run *run,
                       size_t times)
{
    const struct ofs_site_write *writes;
    if (ofs_site_writes(run->site, &writes) == times &&
        !strcmp(ofs_site_state(run->site, "data-for-ai-improvement"), times ? "off" : "on"))
        return true;
    fixture_fail(l, name, "the site has another story", run);
    return false;
}
