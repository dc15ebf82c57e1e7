/*
 * internal.h: for this room only: a browser behind a WebDriver over HTTP (W3C WebDriver Level 2,
 * https://www.w3.org/TR/webdriver2/): chromedriver, WebKitWebDriver, geckodriver, a Selenium Grid.
 *
 * Where: in the clear to this machine alone; to another machine (a team's Grid) over TLS that
 * verifies. Nothing else of the program leaves this machine to reach a browser.
 *
 * One session, asked for with the person's capabilities and ended on every way out. Only windows
 * that we made are driven, and each is closed. What a session was attached to is left running.
 *
 * What this protocol has not, and what stands in for it:
 *
 * - An isolated world. A driver of the Chromium family makes one over DevTools, and all scripts run
 *   there. Elsewhere the probe lives in the page's own realm, under a symbol that is drawn by lot
 *   for each session. A page that sets out to deceive it could; one that does not know of it will
 *   not meet it.
 *
 * - Network events. A driver of the Chromium family is asked for its log of them, in a clean
 * browser of its own. Elsewhere (and always in a browser that somebody uses, whose other tabs are
 * in that log too) requests are not seen. A page is then believed only after its resource timing
 * has been quiet for a while; a document that broke off is told only by the scenario's mark, which
 * is then asked of pages without scripts too; and the proof save-acknowledged is never given.
 *
 * - The HTTP status, of the page and of what it asked its own site for. It is read from Resource
 * Timing (responseStatus). Where the browser does not tell it there, as WebKit does not, an empty
 * switch whose state was refused would look like one that is off: these addresses are asked for
 * once more from within the page. An answer of the same length as the page's own shows that the
 * page was answered; an answer that names the setting and its state vouches for that state. Of all
 * other requests nothing is known (view.unproven): they may have been of another method, or
 * refused. No other request is ever made.
 *
 * - Closed shadow roots, with some drivers (WebKit's). What may have one, and is as large as a
 * switch, makes a page one that cannot be told.
 *
 * - The kind of a prompt. All are dismissed: the one button of an alert, and No for all others. A
 *   beforeunload prompt is the driver's to accept (18 User prompts).
 *
 * - A tab in the background. A driver raises the window that it is switched to.
 *
 * A driver that has WebDriver BiDi too, and is asked for it with "webSocketUrl": true in the
 * person's capabilities, only begins and ends the session; what is between goes over bidi.c. Its
 * socket is taken where it is on this machine, or with TLS at the Grid's own host; else HTTP has to
 * do.
 */
#ifndef OFS_BROWSER_WEBDRIVER_INTERNAL_H
#define OFS_BROWSER_WEBDRIVER_INTERNAL_H

#include "browser/devtools.h"
#include "browser/internal.h"
#include "wire/http.h"
#include "wire/wire.h"

/* All that can be sent. There is no command in it that reads cookies, element properties, page
 * source or pictures of more than one control, and none that moves or closes a window which is not
 * ours. */
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
    OFS_WD_DEVTOOLS, /* Chromium family: goog/cdp/execute; methods.h holds here too */
};

/* What the site answered when it was asked again, for the request of that serial. */
struct ofs_wd_answer {
    struct ofs_wd_answer *next;
    unsigned serial;
    char *text;
};

struct ofs_wd_tab {
    struct ofs_tab tab;
    struct ofs_wd_tab *next;
    char handle[96];
    int world;                     /* our own in that document, where b->isolates; 0: none yet */
    unsigned document;             /* number of the one that the probe is in */
    bool pressed;                  /* something was, in that document */
    struct ofs_wd_answer *answers; /* of the present document */
    unsigned quiet_request;  /* serial of what stands for requests that are not seen, 0: none */
    struct ofs_devtools log; /* where the log is read; a top frame has its window's name */
};

struct ofs_wd {
    struct ofs_browser browser;
    struct ofs_http *http;
    struct ofs_trace *trace;
    char base[512]; /* http(s)://HOST:PORT[/PATH] */
    char session[160];
    char socket[512];   /* of the session, where WebDriver BiDi was asked for and is offered */
    char debugger[128]; /* HOST:PORT of the Chromium that was attached to, or "" */
    char mark[48];      /* the probe's place in a page's realm */
    bool over;          /* the session has ended */
    bool owed;          /* an answer that nobody waits for any more */
    bool attached;      /* to a browser that somebody uses */
    bool chromium;      /* the driver takes OFS_WD_DEVTOOLS */
    bool sees_requests; /* the driver gives OFS_WD_LOG */
    bool isolates;      /* scripts run in a world of our own */
    bool locked;
    bool opens_roots;   /* OFS_WD_SHADOW gives closed ones too */
    unsigned documents; /* numbers given */
    struct ofs_wd_tab *tabs;
    struct ofs_wd_tab *current; /* where the session is switched to */
};

/* Ask for a session. Fails with the driver's own words. */
int ofs_wd_begin(struct ofs_wd *b, const struct ofs_connect *how, ofs_deadline deadline,
                 struct ofs_error *err);

/* Wait for an answer that is still owed, so that the driver takes the next command; at the latest,
 * give it up. For closing down in order. */
void ofs_wd_settle(struct ofs_wd *b, ofs_deadline deadline);

/* May a driver at `base` have its socket opened there? To this machine in the clear, to the Grid's
 * own host with TLS. */
bool ofs_wd_may_open(const char *base, const char *socket);

/* Open the session's socket. `*ret_wire` is NULL where it may not be opened or does not open, which
 * the person is told and which is no error: HTTP is there. Fails when the time is up. */
int ofs_wd_open_socket(struct ofs_wd *b, const struct ofs_connect *how, ofs_deadline deadline,
                       struct ofs_wire **ret_wire, struct ofs_error *err);

/* End it. Best effort until the deadline. */
void ofs_wd_end(struct ofs_wd *b, ofs_deadline deadline);

/* One command and its value (`ret_value` may be NULL). `body` is borrowed and may be NULL. The
 * error is told by the W3C error word (6.6): it is in `err->peer`. A command that acts and was not
 * answered sets `maybe_done`. A command whose deadline has passed is still under way at the driver,
 * which takes one at a time: its answer is awaited, and thrown away, before the next one is sent.
 */
int ofs_wd_ask(struct ofs_wd *b, enum ofs_wd_command command, const cJSON *body,
               ofs_deadline deadline, cJSON **ret_value, struct ofs_error *err);

/* The same to a tab of ours: switches to it, answers prompts, and tells a tab that has ended. One
 * that acts is sent once, whatever comes back: `*ret_unsure` (NULL for the others) then tells that
 * a prompt stood before or behind it. */
int ofs_wd_ask_tab(struct ofs_wd_tab *t, enum ofs_wd_command command, const cJSON *body,
                   bool *ret_unsure, ofs_deadline deadline, cJSON **ret_value,
                   struct ofs_error *err);

/* The same by who holds the lock. */
int ofs_wd_ask_locked(struct ofs_wd_tab *t, enum ofs_wd_command command, const cJSON *body,
                      bool *ret_unsure, ofs_deadline deadline, cJSON **ret_value,
                      struct ofs_error *err);

/* The session is at one window at a time: whoever switches to one and asks it, or uses the session
 * as a whole, holds the lock meanwhile. Several tasks wait in turn. Switching needs it. */
int ofs_wd_lock(struct ofs_wd *b, ofs_deadline deadline, struct ofs_error *err);
void ofs_wd_unlock(struct ofs_wd *b);
int ofs_wd_switch_to(struct ofs_wd *b, struct ofs_wd_tab *t, ofs_deadline deadline,
                     struct ofs_error *err);

/* Find out whether scripts can be run in a world of our own (b->isolates). */
int ofs_wd_try_world(struct ofs_wd_tab *t, ofs_deadline deadline, struct ofs_error *err);

/* For the session's own beginning: send one request (`path` is below the session, where there is
 * one) and take its answer's value apart (6.3 Processing model); `what` names it in an error,
 * `quiet` keeps the answer out of the trace. */
int ofs_wd_send(struct ofs_wd *b, const char *verb, const char *path, const cJSON *body, bool once,
                struct ofs_error *err);
int ofs_wd_take_answer(struct ofs_wd *b, const struct ofs_http_answer *answer, const char *what,
                       bool quiet, cJSON **ret_value, struct ofs_error *err);

/* What a driver names goes into an address as it is, so it must be a plain word. */
bool ofs_wd_is_plain(const char *name);

/* One of the commands of an element, by the name that the driver gave it: raw, and in its window.
 */
int ofs_wd_ask_about(struct ofs_wd *b, enum ofs_wd_command command, const char *element,
                     ofs_deadline deadline, cJSON **ret_value, struct ofs_error *err);
int ofs_wd_ask_element(struct ofs_wd_tab *t, enum ofs_wd_command command, const char *element,
                       ofs_deadline deadline, cJSON **ret_value, struct ofs_error *err);

/* The head of a script's body: the probe's place, and the document that it has to be in. */
cJSON *ofs_wd_script(const struct ofs_wd *b, const char *script, unsigned document);

/* Find out in our blank page whether the driver opens closed shadow roots. */
int ofs_wd_try_roots(struct ofs_wd_tab *t, ofs_deadline deadline, struct ofs_error *err);

/* What a page keeps from scripts, as far as WebDriver goes: browser.h, reach. */
int ofs_wd_reach(struct ofs_tab *tab, ofs_deadline deadline, struct ofs_error *err);

/* browser_ops.screenshot */
int ofs_wd_screenshot(struct ofs_tab *tab, const struct ofs_box *box, ofs_deadline deadline,
                      char **ret_png, struct ofs_error *err);

/* Where the probe is, in a script. A window may be used again for another document, so the place
 * names the document that it was made in. */
#define OFS_WD_PLACE "var key = Symbol.for(arguments[0]), place = window[key];"

/* A method of the DevTools protocol through a driver of the Chromium family. Takes `params` over.
 */
int ofs_wd_devtools(struct ofs_wd *b, const char *method, cJSON *params, ofs_deadline deadline,
                    cJSON **ret_value, struct ofs_error *err);

int ofs_wd_devtools_tab(struct ofs_wd_tab *t, const char *method, cJSON *params,
                        ofs_deadline deadline, cJSON **ret_value, struct ofs_error *err);

/* Where requests are not seen, one stands for all of them until the page has been quiet for a
 * while. Nothing where they are seen. */
void ofs_wd_stand_in(struct ofs_wd_tab *t);

/* A function expression for the probe's place: adds to an answer of the probe what resource timing
 * knows of the page's requests. */
extern const char ofs_wd_timing_function[];

/* Take that answer into the view. Where a browser tells no statuses, the page and what it asked its
 * own site for are asked for once more, when it has become quiet. */
int ofs_wd_take_timing(struct ofs_wd_tab *t, const cJSON *answer, ofs_deadline deadline,
                       struct ofs_error *err);

/* What came of that for the request of that serial, or NULL. The caller's. */
char *ofs_wd_asked_again(const struct ofs_wd_tab *t, unsigned serial);
void ofs_wd_drop_answers(struct ofs_wd_tab *t);

/* browser_ops.body: what a Chromium keeps, or what came of asking again. */
int ofs_wd_body(struct ofs_tab *tab, unsigned serial, ofs_deadline deadline, char **ret_text,
                struct ofs_error *err);

/* Take what the driver has logged of our tabs' requests into their views. */
int ofs_wd_read_log(struct ofs_wd *b, ofs_deadline deadline, struct ofs_error *err);

#endif
