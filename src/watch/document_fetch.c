/* Getting a watched document: one polite fetch, and what its answer means. */
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/system.h"
#include "base/text.h"
#include "offswitch.h"
#include "scenario/check.h"
#include "watch/internal.h"
#include "watch/normal.h"

enum {
    HOUR = 3600,
    DAY = 24 * HOUR,
    TIMEOUT = 60000, /* milliseconds for one fetch */
};

static double draw(void)
{
    unsigned short n = 0;
    if (!ofs_system_random(&n, sizeof n))
        n = 32768;
    return n / 65535.0;
}

int64_t ofs_document_backoff(int64_t retry_after, int failures, double spread)
{
    int64_t wait = 6 * HOUR;
    for (int i = 1; i < failures && wait < 7 * DAY; i++)
        wait *= 2;
    wait = wait < 7 * DAY ? wait : 7 * DAY;
    wait = (int64_t)((double)wait * (0.9 + 0.2 * spread));
    /* never earlier than asked */
    return retry_after > wait ? retry_after + (int64_t)(60 * spread) : wait;
}

bool ofs_document_is_sign_in(const struct ofs_scenario *scenario, const char *address)
{
    static const char *const usual[] = {
        "/login",     "/signin",   "/sign-in",       "/sign_in",        "/log-in",
        "/uas/login", "/authwall", "/checkpoint",    "/accounts/login", "/session/new",
        "/auth",      "/oauth",    "/users/sign_in", "/i/flow/login"};
    const char *host = strstr(address, "://"), *path = host ? strchr(host + 3, '/') : NULL;
    const cJSON *blocker, *base;
    if (!path)
        return false;
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        if (ofs_path_is_under(path, usual[i]))
            return true;
    cJSON_ArrayForEach(blocker, scenario->blockers) cJSON_ArrayForEach(
        base,
        ofs_json_get(blocker, "paths")) if (cJSON_IsString(base) &&
                                            ofs_path_is_under(path, base->valuestring)) return true;
    return false;
}

const char *ofs_look_kept(const struct ofs_look *l, const char *column)
{
    return ofs_json_str(l->row, column, NULL);
}

int ofs_look_pause(const struct ofs_look *l, int ms)
{
    struct pollfd fd = {.fd = ofs_loop_signal_fd(l->o->loop), .events = POLLIN};
    ms += (int)(ms * draw() / 2);
    if (ms > 0 && poll(&fd, 1, ms) > 0 && ofs_loop_signal(l->o->loop))
        return ofs_fail(l->err, OFS_ERR_INTERRUPTED, "stopped by a signal");
    return 0;
}

/* ---- fetching ------------------------------------------------------------------------------- */

void ofs_copy_free(struct ofs_copy *c)
{
    ofs_buf_free(&c->raw);
    ofs_extract_free(&c->words);
}

void ofs_look_fault(struct ofs_look *l, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(l->d->error, sizeof l->d->error, fmt, ap);
    va_end(ap);
    ofs_text_tame(l->d->error);
}

static const struct {
    long status;
    const char *words;
    bool refusal; /* make no request for a while */
} statuses[] = {
    {401, "it asks for a sign-in (HTTP 401)", false},
    {403, "the site refuses it (HTTP 403)", true},
    {404, "it is no longer there (HTTP 404)", false},
    {410, "it was removed (HTTP 410)", false},
    {429, "the site asks for fewer requests (HTTP 429)", true},
    {451, "it is not shown here for legal reasons (HTTP 451)", false},
    {503, "the site is busy (HTTP 503)", true},
    {999, "the site refuses programs (HTTP 999)", true},
};

static int judge_status(struct ofs_look *l, const struct ofs_fetch_answer *a)
{
    const char *words = NULL;
    bool refusal = false;
    if (ofs_document_is_sign_in(l->o->scenario, a->address) &&
        !ofs_document_is_sign_in(l->o->scenario, l->d->url)) {
        ofs_look_fault(l, "it asks for a sign-in: it redirects to %s", a->address);
        return -1;
    }
    if (a->elsewhere) {
        ofs_look_fault(l, "it redirects to another site, %s", a->address);
        return -1;
    }
    if (a->status == 200 || a->status == 203 || a->status == 304)
        return 0;
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++)
        if (statuses[i].status == a->status) {
            words = statuses[i].words;
            refusal = statuses[i].refusal;
        }
    if (words)
        ofs_look_fault(l, "%s", words);
    else
        ofs_look_fault(l, "the site answered with HTTP %ld", a->status);
    if (!refusal && !a->retry_after)
        return -1;
    int failures = (int)ofs_json_num(l->row, "failures", 0) + 1;
    int64_t until = l->o->now + ofs_document_backoff(a->retry_after, failures, draw());
    char when[OFS_DATE_SIZE];
    ofs_date_print(until, when);
    size_t used = strlen(l->d->error);
    snprintf(l->d->error + used, sizeof l->d->error - used, "; not asked again before %s", when);
    ofs_db_do(l->o->db, &(struct ofs_error){0},
              "UPDATE policies SET not_before = ? WHERE" OFS_OF_DOCUMENT, "isss", until,
              OFS_WHICH_DOCUMENT(l));
    return -1;
}

/* In a tab of our own. The browser manages its own cache: there is no 304 here. */
static int fetch_through_browser(struct ofs_look *l, struct ofs_copy *c, struct ofs_error *err)
{
    struct ofs_delivered got;
    struct ofs_fetch_answer *a = &c->answer;
    if (ofs_job_read_document(l->o->job, l->d->url, &got, err))
        return -1;
    int rc = ofs_buf_puts(&c->raw, got.text, err);
    a->status = got.status == 304 ? 200 : got.status;
    snprintf(a->address, sizeof a->address, "%s", got.address);
    a->elsewhere = !ofs_fetch_same_site(l->d->url, got.address);
    ofs_delivered_free(&got);
    return rc;
}

static int fetch_by_curl(struct ofs_look *l, bool conditional, struct ofs_copy *c,
                         struct ofs_error *err)
{
    struct ofs_fetch_request request = {.url = l->d->url};
    if (conditional && ofs_look_kept(l, "text")) {
        request.etag = ofs_look_kept(l, "etag");
        request.last_modified = ofs_look_kept(l, "last_modified");
    }
    return ofs_fetch_document(l->o->loop, &request, ofs_deadline_in(TIMEOUT), &c->raw, &c->answer,
                              err);
}

int ofs_look_fetch(struct ofs_look *l, bool conditional, struct ofs_copy *c)
{
    struct ofs_error err = {0};
    bool through_browser = !strcmp(ofs_json_str(l->policy, "through", ""), "browser");
    *c = (struct ofs_copy){.raw = OFS_BUF(OFS_DOCUMENT_MOST)};
    if (through_browser ? fetch_through_browser(l, c, &err)
                        : fetch_by_curl(l, conditional, c, &err)) {
        if (err.code == OFS_ERR_INTERRUPTED) {
            *l->err = err;
            return -1;
        }
        l->d->offline =
            !through_browser && (err.code == OFS_ERR_CONNECT || err.code == OFS_ERR_TIMEOUT);
        ofs_look_fault(l, "%s", err.text);
        return 1;
    }
    if (judge_status(l, &c->answer))
        return 1;
    if (c->answer.status == 304)
        return 0;
    if (ofs_extract_document(ofs_buf_str(&c->raw), c->raw.len, c->answer.type,
                             ofs_json_get(l->policy, "select"), ofs_json_get(l->policy, "remove"),
                             &c->words, &err)) {
        ofs_look_fault(l, "%s", err.text);
        return 1;
    }
    return ofs_normal_digest(ofs_buf_str(&c->words.text), c->sha256, l->err);
}
