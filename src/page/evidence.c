#include <stdio.h>
#include <string.h>

#include "page/internal.h"

/* Builds the struct that readiness.c judges, from the tab's view and the probe's last read. */

enum {
    BODY_AFTER = 12000, /* ms: a response that the page has not read to its end by then is not
                           awaited */
    POLLS = 2,          /* complete responses to one request, before its repetition is a poll */
};

bool ofs_is_save_method(const char *method)
{
    static const char *const methods[] = {"POST", "PUT", "PATCH", "DELETE"};
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (!strcmp(method, methods[i]))
            return true;
    return false;
}

bool ofs_url_is_of(const char *url, const char *origin)
{
    size_t n = strlen(origin);
    return !strncmp(url, origin, n) && strchr("/?#", url[n]);
}

static bool is_same_question(const struct ofs_request *a, const struct ofs_request *b)
{
    return a->body == b->body && !strcmp(a->method, b->method) && a->url && b->url &&
           !strcmp(a->url, b->url);
}

static bool is_success(const struct ofs_request *r)
{
    return r->ended && !r->failed && r->status >= 200 && r->status < 300;
}

/* If the page does not read a body, its request never ends. */
static bool is_left_unread(const struct ofs_request *r, int64_t now)
{
    return !r->ended && r->answered_ms && now - r->answered_ms > BODY_AFTER;
}

/* Did the page get what it requested? */
static bool is_answered(const struct ofs_progress *p, const struct ofs_request *r)
{
    unsigned at = r->serial % OFS_MAX_REQUESTS;
    return is_success(r) && !r->dropped && !p->excused[at] && !p->empty[at];
}

/* The site failed to answer: a page that requested a state did not get it. */
static bool is_refusal(const struct ofs_request *r)
{
    return !r->left && (r->failed || r->status == 401 || r->status == 403 || r->status == 408 ||
                        r->status == 429 || r->status >= 500);
}

/* The response says that nothing was found, or is not a proper response. It may be about something
 * else, so it only prevents believing a state. */
static bool is_doubtful(const struct ofs_progress *p, const struct ofs_request *r)
{
    bool asks = !strcmp(r->method, "GET");
    unsigned at = r->serial % OFS_MAX_REQUESTS;
    return !r->left && ((r->status >= 400 && r->status < 500) || p->excused[at] ||
                        (asks && (r->dropped || p->empty[at])));
}

/* It brought nothing. That is usual for a report to the site, and is doubtful only if no other
 * response came. */
static bool is_idle_talk(const struct ofs_progress *p, const struct ofs_request *r)
{
    return !strcmp(r->method, "POST") && (r->dropped || p->empty[r->serial % OFS_MAX_REQUESTS]);
}

/* The same request was answered twice already: a page that repeats it polls. */
static bool is_poll(const struct ofs_tab *tab, unsigned from, const struct ofs_request *r)
{
    int answered = 0;
    int64_t now = ofs_now_ms();
    for (unsigned serial = from + 1; serial < r->serial && answered < POLLS; serial++) {
        const struct ofs_request *other = ofs_tab_request(tab, serial);
        answered += other && is_same_question(other, r) &&
                    (is_success(other) ||
                     (is_left_unread(other, now) && other->status >= 200 && other->status < 300));
    }
    return answered >= POLLS;
}

static bool was_answered_later(const struct ofs_tab *tab, const struct ofs_progress *p,
                               const struct ofs_request *r)
{
    for (unsigned serial = r->serial + 1; serial <= tab->view.last_serial; serial++) {
        const struct ofs_request *other = ofs_tab_request(tab, serial);
        if (other && is_answered(p, other) && is_same_question(r, other))
            return true;
    }
    return false;
}

/* The last two labels of an address's host. */
static const char *site_of(const char *url, size_t *ret_len)
{
    const char *host = strstr(url, "://");
    host = host ? host + 3 : url;
    const char *end = host + strcspn(host, ":/?#"), *at = end;
    int dots = 0;
    while (at > host && (at[-1] != '.' || ++dots < 2))
        at--;
    *ret_len = (size_t)(end - at);
    return at;
}

/* Data of the site: from its origin, or from a host that shares its last two labels. */
static bool is_of_site(const struct ofs_request *r, const char *origin)
{
    size_t n, m;
    if (r->kind != OFS_REQUEST_DATA)
        return false;
    const char *theirs = site_of(r->url, &n), *ours = site_of(origin, &m);
    return ofs_url_is_of(r->url, origin) || (n > 0 && n == m && !strncmp(theirs, ours, n));
}

/* What the page's own requests show. `*ret_last` is when the last of them ended. */
static void read_requests(const struct ofs_page *page, const struct ofs_progress *p,
                          struct ofs_evidence *e, int64_t *ret_last)
{
    const struct ofs_tab *tab = page->tab;
    int64_t now = ofs_now_ms();
    unsigned answers = 0, idle = 0;
    *ret_last = 0;
    for (unsigned serial = p->serial + 1; serial <= tab->view.last_serial; serial++) {
        const struct ofs_request *r = ofs_tab_request(tab, serial);
        if (!r || !r->url || r->left)
            continue;
        e->stale += r->cached && r->kind != OFS_REQUEST_SCRIPT;
        bool is_open = !r->ended && !is_left_unread(r, now);
        if (!is_open && *ret_last < r->ended_ms && !is_poll(tab, p->serial, r))
            *ret_last = r->ended_ms;
        if (is_open && !is_poll(tab, p->serial, r))
            e->open++;
        if (!r->ended || !is_of_site(r, ofs_page_origin(page, p->visit.setting)))
            continue;
        answers += is_answered(p, r);
        idle += is_idle_talk(p, r);
        bool refused = is_refusal(r);
        if ((refused || is_doubtful(p, r)) && !was_answered_later(tab, p, r))
            *(refused ? &e->refused : &e->doubted) += 1;
    }
    bool is_state = e->reading == OFS_READING_WANTED || e->reading == OFS_READING_DISABLED;
    e->refused += tab->view.mute;
    e->doubted = is_state ? e->doubted + (answers ? 0 : idle) : 0;
    e->overflowed = tab->view.overflowed;
}

/* The request that the scenario names as the one that holds the state. Until it is answered, the
 * page may show any state. If the site no longer makes it, the wanted state is never believed. If
 * it was refused, no state is believed. */
static void read_state_request(struct ofs_page *page, const struct ofs_progress *p,
                               ofs_deadline deadline, struct ofs_evidence *e)
{
    const struct ofs_setting *setting = p->visit.setting;
    const struct ofs_tab *tab = page->tab;
    bool refused = false;
    if (!setting || !setting->state)
        return;
    for (unsigned serial = p->serial + 1; serial <= tab->view.last_serial; serial++) {
        const struct ofs_request *r = ofs_tab_request(tab, serial);
        if (!r || !r->url || !r->ended || r->left ||
            !ofs_request_is(page, r, setting->state, deadline))
            continue;
        if (is_success(r))
            return;
        refused = true;
    }
    e->awaits_state = tab->sees.requests;
    e->state_refused = refused;
}

static enum ofs_sign sign_of(const cJSON *value)
{
    return cJSON_IsTrue(value)    ? OFS_SIGN_SEEN
           : cJSON_IsFalse(value) ? OFS_SIGN_MISSING
                                  : OFS_SIGN_NONE;
}

static enum ofs_reading reading_of(const struct ofs_visit *visit, const cJSON *look,
                                   const cJSON *match)
{
    const char *state = ofs_json_str(match, "state", "");
    const char *wording = ofs_json_str(match, "wording", "");
    if (!visit->setting)
        return visit->sought && ofs_json_get(ofs_json_get(look, "links"), visit->sought->id)
                   ? OFS_READING_LINK
                   : OFS_READING_INDEX;
    if (!match)
        return OFS_READING_ABSENT;
    if (ofs_json_str(match, "notice", NULL)) /* its switch is not the setting's */
        return OFS_READING_UNCLEAR;
    if (ofs_json_bool(match, "disabled", false))
        return OFS_READING_DISABLED;
    if (!state[0] || !strcmp(wording, "unknown"))
        return OFS_READING_UNCLEAR;
    if (!strcmp(wording, "inverted"))
        state = !strcmp(state, "on") ? "off" : !strcmp(state, "off") ? "on" : state;
    return strcmp(state, visit->setting->wanted) ? OFS_READING_UNWANTED : OFS_READING_WANTED;
}

/* The key names the control, so the data's value is compared with the state that the control shows,
 * whatever its wording means. */
static void read_served(const struct ofs_progress *p, const cJSON *match, struct ofs_evidence *e)
{
    const char *said = ofs_json_str(p->served, "state", "");
    const char *shown = ofs_json_str(match, "state", "");
    bool is_notice = ofs_json_str(match, "notice", NULL);
    if (!said[0] || !shown[0] || is_notice)
        return;
    e->served = strcmp(said, shown) ? OFS_SERVED_CONTRADICTS : OFS_SERVED_AGREES;
    e->served_by_answer = ofs_json_bool(p->served, "by_answer", false);
}

bool ofs_is_named_by_data(const struct ofs_setting *setting)
{
    const char *save = ofs_json_str(setting->save, "path", "");
    return setting->state || (setting->key && strstr(save, setting->key));
}

/* Can the page be waiting for something that the browser does not report: a shared worker, a
 * WebTransport, an EventSource in a worker, or a delay without an id? */
static bool may_wait_unseen(const struct ofs_tab *tab, const struct ofs_progress *p)
{
    bool shares = tab->view.worker_scripts > tab->view.workers_begun;
    bool hides = p->speaks.hides || (p->speaks.worker && p->speaks.stream);
    return shares || (!tab->sees.channels && hides);
}

/* If the browser does not report responses, a failed request leaves no trace; nor does a socket
 * that is not reported. So on a page with scripts the site's data must name the setting if they are
 * known to do so, or, without any responses, if it has a key. Also, all requests that are seen must
 * be answered. What the site says when it is asked again vouches for a state, but is not what the
 * page was served. */
static void read_untold(const struct ofs_page *page, const struct ofs_progress *p,
                        struct ofs_evidence *e)
{
    const struct ofs_tab *tab = page->tab;
    bool is_state = e->reading == OFS_READING_WANTED || e->reading == OFS_READING_DISABLED;
    bool vouched = e->served == OFS_SERVED_AGREES;
    if (tab->sees.requests) {
        bool lacks = !tab->sees.channels && !tab->sees.opened && is_state &&
                     ofs_is_named_by_data(p->visit.setting);
        e->untold = is_state && !vouched && !e->plain && tab->sees.bodies &&
                    (lacks || may_wait_unseen(tab, p));
        return;
    }
    e->untold =
        is_state && !vouched && (tab->view.unproven > 0 || (p->visit.setting->key && !e->plain));
    e->vouched = vouched && tab->sees.again;
    if (e->vouched)
        e->served = OFS_SERVED_UNKNOWN;
}

static void read_probe(const struct ofs_progress *p, const cJSON *look, const cJSON *match,
                       struct ofs_evidence *e)
{
    /* The document that holds the control must have started, even if it is a frame's. */
    e->mark = sign_of(ofs_json_get(match ? match : look, "boot"));
    e->canary = sign_of(ofs_json_get(look, "canary"));
    e->complete = ofs_json_bool(look, "complete", false);
    e->busy = ofs_json_bool(match, "busy", false);
    e->plain = ofs_json_bool(match, "plain", false);
    e->timers_made = (int)ofs_json_num(look, "signals/timers", -1);
    e->loops = ofs_json_bool(look, "signals/loop", false);
    e->animations = (unsigned)ofs_json_num(look, "signals/animations", 0);
    e->elsewhere = (unsigned)ofs_json_num(look, "signals/elsewhere", 0);
    e->idle = ofs_json_bool(look, "idle", false);
    e->rounds = p->rounds;
}

/* A page that has made no timer may be waiting for something without an id. That matters if its
 * state is to be believed and the site's data do not confirm it. */
static bool wants_clocks(const struct ofs_evidence *e)
{
    bool is_state = e->reading == OFS_READING_WANTED || e->reading == OFS_READING_DISABLED;
    return e->timers_made != 0 ||
           (is_state && e->complete && e->served != OFS_SERVED_AGREES && e->open == 0);
}

/* `*ret_hidden`: since the page last began work whose end is not visible; -1: never. */
static int read_timers(struct ofs_page *page, ofs_deadline deadline, struct ofs_evidence *e,
                       int64_t *ret_hidden, struct ofs_error *err)
{
    const struct ofs_browser_ops *ops = page->browser->ops;
    struct ofs_timers timers;
    struct ofs_error soft;
    e->timer_ms = *ret_hidden = -1;
    if (!ops->timers || !page->tab->sees.timers || !wants_clocks(e))
        return 0;
    if (!ops->timers(page->tab, deadline, &timers, &soft)) {
        e->knows_timers = true;
        e->timer_ms = timers.pending ? timers.first_ms : -1;
        e->repeating = timers.repeating;
        e->unknown_clocks = timers.unseen > 0;
        e->hides = timers.hidden_ms >= 0 && timers.hidden_ms < OFS_UNSEEN_MS;
        e->queues = timers.queued_ms >= 0 && timers.queued_ms < OFS_QUEUED_MS;
        *ret_hidden = e->queues ? timers.queued_ms : timers.hidden_ms;
        return 0;
    }
    if (soft.code == OFS_ERR_PEER || soft.code == OFS_ERR_TIMEOUT) {
        e->unknown_clocks = true; /* for this document */
        return 0;
    }
    *err = soft;
    return -1;
}

int ofs_gather_evidence(struct ofs_page *page, struct ofs_progress *p, ofs_deadline deadline,
                        struct ofs_evidence *ret, struct ofs_error *err)
{
    const struct ofs_tab *tab = page->tab;
    const cJSON *look = p->result.look, *match = ofs_match_of(look, p->visit.setting);
    int64_t now = ofs_now_ms(), last, hidden;
    *ret = (struct ofs_evidence){
        .reading = reading_of(&p->visit, look, match),
        .sees_requests = tab->sees.requests,
        .sees_channels = tab->sees.channels,
        .channels = tab->view.channels,
        .silent_channels = tab->view.channels && !tab->view.messages ? tab->view.channels : 0,
        .workers = tab->view.workers,
        .drawing = tab->view.drawing,
        .cached = tab->view.cached > 0,
        .age_ms = now - p->began,
    };
    bool is_state = ret->reading == OFS_READING_WANTED || ret->reading == OFS_READING_DISABLED;
    read_probe(p, look, match, ret);
    if (match && ret->complete && ofs_inspect_answers(page, p, is_state, deadline, err))
        return -1;
    read_served(p, match, ret);
    read_untold(page, p, ret);
    ret->undrawn = is_state && ofs_json_bool(look, "signals/late", false);
    read_requests(page, p, ret, &last);
    if (match)
        read_state_request(page, p, deadline, ret);
    if (read_timers(page, deadline, ret, &hidden, err))
        return -1;
    ret->still_ms = now - (last > p->still_since ? last : p->still_since);
    if (p->timers_made >= 0 && ret->timers_made > p->timers_made)
        p->calm_since = now;
    p->timers_made = ret->timers_made;
    int64_t calm = now - p->calm_since;
    ret->calm_ms = calm < ret->still_ms ? calm : ret->still_ms;
    if ((ret->hides || ret->queues) && hidden < ret->calm_ms)
        ret->calm_ms = hidden;
    return 0;
}
