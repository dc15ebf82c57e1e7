/*
 * internal.h: for this room only: a browser behind a WebDriver over HTTP (W3C WebDriver Level 2,
 * https://www.w3.org/TR/webdriver2/): chromedriver, WebKitWebDriver, geckodriver, a Selenium Grid.
 *
 * Unencrypted connections are for loopback only; another machine (a team's Grid) needs verified
 * TLS. This is the only connection to a browser that leaves this machine.
 *
 * One session, created with the person's capabilities and ended on every way out. Only windows that
 * we made are driven, and each is closed. A browser that a session was attached to is left running.
 *
 * What this protocol lacks, and the replacements:
 *
 * - An isolated world. Chromium drivers create one over DevTools, and all scripts run there.
 * Otherwise the probe is in the page's own realm, under a random symbol for each session. A page
 * that targets it could deceive it; any other page will not interfere with it.
 *
 * - Network events. Chromium drivers provide a log of them, which is used only in a browser started
 * for the session. In a person's browser the other tabs would be in that log too; there the
 * browser's own debugging port is used (below). Otherwise requests are invisible. A page is then
 * trusted only after its resource timing has been quiet for a while; a truncated document is
 * detected only by the scenario's mark, which is then required of pages without scripts too; and
 * the proof save-acknowledged is never given.
 *
 * - The HTTP status of the page, and of its requests to its own site. It is read from Resource
 * Timing (responseStatus). If the browser does not expose it there, as with WebKit, an empty switch
 * whose state was refused would look like one that is off: these addresses are requested once more
 * from within the page. A response of the same length as the page's own shows that the page got a
 * response; one that names the setting and its state vouches for that state. Nothing is known about
 * the other requests (view.unproven): they may have had another method, or were refused. No other
 * request is ever made.
 *
 * - Closed shadow roots, with some drivers (WebKit's). An element that may have one, and is large
 * enough for a switch, makes the page's state unknown.
 *
 * - The type of a prompt. All are dismissed: the one button of an alert, and No for all others. A
 * beforeunload prompt is accepted by the driver (18 User prompts).
 *
 * - Background tabs. A driver raises the window that it switches to.
 *
 * - An end of waiting. A driver handles one command at a time, and some wait without a limit for a
 * page that runs no script. Chromium's driver gets no command for a page until the browser reports
 * that the document has begun. With more than one tab, a command has a time limit. A tab whose
 * command has no answer is closed at the browser's debugging port, if that is on this machine.
 *
 * If a driver also supports WebDriver BiDi, and the person's capabilities have "webSocketUrl":
 * true, HTTP only begins and ends the session; everything else goes over bidi.c. Its socket is used
 * if it is on this machine, or with TLS on the Grid's own host; otherwise HTTP is used.
 *
 * If the session is attached to a running Chromium whose debugging port is on this machine, HTTP
 * only begins and ends the session; everything else goes over cdp.c. The driver reports the
 * address, which may be on another machine: it is accepted only if that browser has the driver's
 * windows.
 */
#ifndef OFS_BROWSER_WEBDRIVER_INTERNAL_H
#define OFS_BROWSER_WEBDRIVER_INTERNAL_H

#include "browser/devtools.h"
#include "browser/internal.h"
#include "wire/http.h"
#include "wire/wire.h"

/* Every command that can be sent. No command in it reads cookies, element properties, page source
 * or pictures of more than one control, and none moves or closes a window which is not ours. */
enum ofs_wd_command {
    OFS_WD_DELETE_SESSION,
    OFS_WD_WINDOWS,
    OFS_WD_NEW_WINDOW,
    OFS_WD_SWITCH_WINDOW,
    OFS_WD_CLOSE_WINDOW,
    OFS_WD_NAVIGATE,
    OFS_WD_REFRESH,
    OFS_WD_RUN,
    OFS_WD_RUN_ASYNC,
    OFS_WD_ACT,
    OFS_WD_PROMPT_TEXT,
    OFS_WD_PROMPT_DISMISS,
    OFS_WD_SHADOW, /* these four of an element */
    OFS_WD_ROLE,
    OFS_WD_LABEL,
    OFS_WD_PICTURE,
    OFS_WD_LOG,      /* Chromium family: se/log */
    OFS_WD_DEVTOOLS, /* Chromium family: goog/cdp/execute; the table of methods.h applies too */
};

/* What the site answered to the repeated request, for the request of that serial. */
struct ofs_wd_answer {
    struct ofs_wd_answer *next;
    unsigned serial;
    char *text;
};

struct ofs_wd_tab {
    struct ofs_tab tab;
    struct ofs_wd_tab *next;
    char handle[96];
    int world;         /* our own context in that document, if b->isolates; 0: none yet */
    unsigned document; /* number of the document with the probe */
    bool pressed;      /* that document got input that may save something */
    struct ofs_wd_answer *answers; /* of the current document */
    unsigned quiet_request;        /* serial of the placeholder for invisible requests, 0: none */
    struct ofs_devtools log;       /* for the log; a top frame has the id of its window */
};

struct ofs_wd {
    struct ofs_browser browser;
    struct ofs_http *http;
    struct ofs_trace *trace;
    char base[512]; /* http(s)://HOST:PORT[/PATH] */
    char session[160];
    char socket[512];   /* of the session, if WebDriver BiDi was requested and is offered */
    char debugger[128]; /* HOST:PORT of the Chromium's debugging port, or "" */
    char mark[48];      /* the probe's place in a page's realm */
    bool over;          /* the session has ended */
    bool owed;          /* an answer that is no longer awaited */
    bool attached;      /* to a person's browser */
    bool chromium;      /* the driver takes OFS_WD_DEVTOOLS */
    bool sees_requests; /* the driver gives OFS_WD_LOG */
    bool isolates;      /* scripts run in an isolated world */
    bool locked;
    bool opens_roots;   /* OFS_WD_SHADOW returns closed ones too */
    unsigned documents; /* numbers given */
    struct ofs_wd_tab *tabs;
    struct ofs_wd_tab *current; /* the session's current window */
};

/* Create a session. Fails with the driver's own text. */
int ofs_wd_begin(struct ofs_wd *b, const struct ofs_connect *how, ofs_deadline deadline,
                 struct ofs_error *err);

/* Wait for a pending answer, so that the driver accepts the next command; drop it at the deadline.
 * For an orderly shutdown. */
void ofs_wd_settle(struct ofs_wd *b, ofs_deadline deadline);

/* Whether a driver at `base` may have its socket there: unencrypted on this machine, with TLS on
 * the Grid's own host. */
bool ofs_wd_may_open(const char *base, const char *socket);

/* Open the session's socket. `*ret_wire` is NULL if it may not be opened or cannot be opened; the
 * person is notified, and HTTP is used instead, so it is not an error. Fails at the deadline. */
int ofs_wd_open_socket(struct ofs_wd *b, const struct ofs_connect *how, ofs_deadline deadline,
                       struct ofs_wire **ret_wire, struct ofs_error *err);

/* Whether the browser's debugging port is on this machine. */
bool ofs_wd_has_local_debugger(const struct ofs_wd *b);

/* Join the Chromium that the session is attached to, at its own debugging port, if that is on this
 * machine and is the driver's browser. `*ret_devtools`, which then closes `b`, is NULL if not: the
 * person is notified, and the driver does everything. Fails on a signal and at the deadline. */
int ofs_wd_open_devtools(struct ofs_wd *b, const struct ofs_connect *how, ofs_deadline deadline,
                         struct ofs_browser **ret_devtools, struct ofs_error *err);

/* End it. Best effort until the deadline. */
void ofs_wd_end(struct ofs_wd *b, ofs_deadline deadline);

/* One command and its value (`ret_value` may be NULL). `body` is borrowed and may be NULL.
 * `err->peer` has the W3C error code (6.6). A command that is not idempotent and was not answered
 * sets `maybe_done`. A command whose deadline has passed is still under way at the driver, which
 * handles one at a time: its answer is awaited, and discarded, before the next one is sent. */
int ofs_wd_ask(struct ofs_wd *b, enum ofs_wd_command command, const cJSON *body,
               ofs_deadline deadline, cJSON **ret_value, struct ofs_error *err);

/* The same to our tab: switches to it, answers prompts, and detects a tab that has ended. A command
 * that is not idempotent is sent once, in every case: `*ret_unsure` (NULL for the others) then says
 * that a prompt came before or after it. */
int ofs_wd_ask_tab(struct ofs_wd_tab *t, enum ofs_wd_command command, const cJSON *body,
                   bool *ret_unsure, ofs_deadline deadline, cJSON **ret_value,
                   struct ofs_error *err);

/* The same for a caller that holds the lock. */
int ofs_wd_ask_locked(struct ofs_wd_tab *t, enum ofs_wd_command command, const cJSON *body,
                      bool *ret_unsure, ofs_deadline deadline, cJSON **ret_value,
                      struct ofs_error *err);

/* A session has one current window: a caller that switches to a window and sends it commands, or
 * uses the session as a whole, holds this lock. Tasks get it in turn. Switching needs it. */
int ofs_wd_lock(struct ofs_wd *b, ofs_deadline deadline, struct ofs_error *err);
void ofs_wd_unlock(struct ofs_wd *b);
int ofs_wd_switch_to(struct ofs_wd *b, struct ofs_wd_tab *t, ofs_deadline deadline,
                     struct ofs_error *err);

/* Find out whether scripts can run in an isolated world (b->isolates). */
int ofs_wd_try_world(struct ofs_wd_tab *t, ofs_deadline deadline, struct ofs_error *err);

/* For the start of the session: send one request (`path` is relative to the session, if there is
 * one) and parse its answer's value (6.3 Processing model); `what` names it in an error, `quiet`
 * keeps the answer out of the trace. */
int ofs_wd_send(struct ofs_wd *b, const char *verb, const char *path, const cJSON *body, bool once,
                struct ofs_error *err);
int ofs_wd_take_answer(struct ofs_wd *b, const struct ofs_http_answer *answer, const char *what,
                       bool quiet, cJSON **ret_value, struct ofs_error *err);

/* Ids from a driver become parts of a URL, so they must be plain words. */
bool ofs_wd_is_plain(const char *name);

/* One of the commands of an element, by the driver's id of it: without and with switching to its
 * window. */
int ofs_wd_ask_about(struct ofs_wd *b, enum ofs_wd_command command, const char *element,
                     ofs_deadline deadline, cJSON **ret_value, struct ofs_error *err);
int ofs_wd_ask_element(struct ofs_wd_tab *t, enum ofs_wd_command command, const char *element,
                       ofs_deadline deadline, cJSON **ret_value, struct ofs_error *err);

/* The start of a script's body: where the probe is, and the document that it has to run in. */
cJSON *ofs_wd_script(const struct ofs_wd *b, const char *script, unsigned document);

/* The documents of a tab (document.c). Put the probe into the current one; `*ret_cached`: it came
 * from a cache, not from the site. */
int ofs_wd_enter(struct ofs_wd_tab *t, bool *ret_cached, ofs_deadline deadline,
                 struct ofs_error *err);

/* browser_ops.navigate, call and wait */
int ofs_wd_navigate(struct ofs_tab *tab, const char *url, ofs_deadline deadline,
                    struct ofs_error *err);
int ofs_wd_call(struct ofs_tab *tab, const char *function, const cJSON *args, ofs_deadline deadline,
                cJSON **ret_value, struct ofs_error *err);
int ofs_wd_wait(struct ofs_tab *tab, ofs_deadline deadline, struct ofs_error *err);

/* Wait for a short time while the loop runs. */
int ofs_wd_pause(struct ofs_wd *b, int64_t ms, ofs_deadline deadline, struct ofs_error *err);

/* Find out in our blank page whether the driver returns closed shadow roots. */
int ofs_wd_try_roots(struct ofs_wd_tab *t, ofs_deadline deadline, struct ofs_error *err);

/* browser_ops.reach, as far as WebDriver supports it. */
int ofs_wd_reach(struct ofs_tab *tab, ofs_deadline deadline, struct ofs_error *err);

/* browser_ops.screenshot */
int ofs_wd_screenshot(struct ofs_tab *tab, const struct ofs_box *box, ofs_deadline deadline,
                      char **ret_png, struct ofs_error *err);

/* An expression for the probe in a script. A window may be reused for another document, so the
 * expression includes the document's number. */
#define OFS_WD_PLACE "var key = Symbol.for(arguments[0]), place = window[key];"

/* A method of the DevTools protocol through a Chromium driver. Takes ownership of `params`. */
int ofs_wd_devtools(struct ofs_wd *b, const char *method, cJSON *params, ofs_deadline deadline,
                    cJSON **ret_value, struct ofs_error *err);

int ofs_wd_devtools_tab(struct ofs_wd_tab *t, const char *method, cJSON *params,
                        ofs_deadline deadline, cJSON **ret_value, struct ofs_error *err);

/* If requests are invisible, a placeholder represents all of them until the page has been quiet for
 * a while. No effect otherwise. */
void ofs_wd_stand_in(struct ofs_wd_tab *t);

/* A function expression that adds the page's resource timing to an answer of the probe. */
extern const char ofs_wd_timing_function[];

/* Take that answer into the view. If a browser reports no statuses, the page and its requests to
 * its own site are repeated once, when it has become quiet. */
int ofs_wd_take_timing(struct ofs_wd_tab *t, const cJSON *answer, ofs_deadline deadline,
                       struct ofs_error *err);

/* The result of that for the request of that serial, or NULL. The caller frees it. */
char *ofs_wd_asked_again(const struct ofs_wd_tab *t, unsigned serial);
void ofs_wd_drop_answers(struct ofs_wd_tab *t);

/* browser_ops.body: what a Chromium keeps, or the result of a repeated request. */
int ofs_wd_body(struct ofs_tab *tab, unsigned serial, ofs_deadline deadline, char **ret_text,
                struct ofs_error *err);

/* Write the driver's log of our tabs' requests into their views. The driver runs a script in its
 * current window first: `t` is made that window, so it must not wait for a document (NULL: the
 * current one stays). */
int ofs_wd_read_log(struct ofs_wd *b, struct ofs_wd_tab *t, ofs_deadline deadline,
                    struct ofs_error *err);

#endif
