/*
 * offswitch.h: the whole job in a dozen calls. No other header is needed to use the library.
 *
 *     struct ofs_error err;
 *     struct ofs_loop *loop = ofs_loop_new(&err);                 the event loop of the run
 *     struct ofs_job *job = ofs_job_new(loop, &options, &err);    load the scenario, choose settings
 *     ofs_job_check(job, &err);                                   open the browser, read every setting
 *     if (ofs_job_differing(job))                                 how many a fix would change: ask
 *         ofs_job_fix(job);                                       flip, and prove each flip
 *     ofs_job_result(job, i, &result);                            what was seen and done
 *     ofs_job_free(job);                                          close our tabs, leave the browser
 *     ofs_loop_free(loop);
 *
 * Single-threaded. A call blocks until it is done, the deadline in the options passes or a signal
 * arrives. The library prints nothing. A function returns 0 or a pointer on success. On failure it
 * returns -1 or NULL and fills `err`, which is otherwise left untouched.
 */
#ifndef OFFSWITCH_H
#define OFFSWITCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* code, name, exit status of the program, hint if the failing call gives none */
#define OFS_ERROR_TABLE(X)                                                                         \
    X(NONE, "none", 0, "")                                                                         \
    X(USAGE, "usage", 64, "")                                                                      \
    X(SYSTEM, "system", 1, "")                                                                     \
    X(NO_BROWSER, "no-browser", 1, "install Chromium or Google Chrome")                            \
    X(CONNECT, "connect", 1, "start the browser with remote debugging")                            \
    X(NOT_A_BROWSER, "not-a-browser", 1, "check that the port is the browser's debugging port")    \
    X(PROTOCOL, "protocol", 1, "a trace shows what the browser said")                              \
    X(TOO_BIG, "too-big", 1, "the answer was not kept; check what is listening on that port")      \
    X(PEER, "peer", 1, "a trace shows what the browser said")                                      \
    X(GONE, "gone", 1, "")                                                                         \
    X(LOST, "lost", 1, "the browser or its connection ended; start it again and run again")        \
    X(TAB_LOST, "tab-lost", 1, "the tab ended; run again")                                         \
    X(TIMEOUT, "timeout", 1, "allow more time")                                                    \
    X(INTERRUPTED, "interrupted", 3, "")                                                           \
    X(SCENARIO, "scenario", 1, "the lint lists every fault in it")                                 \
    X(STATE, "state", 1, "use a directory that you can write to")                                  \
    X(REFUSED, "refused", 4, "")

enum ofs_error_code {
#define X(code, name, status, hint) OFS_ERR_##code,
    OFS_ERROR_TABLE(X)
#undef X
};

struct ofs_error {
    enum ofs_error_code code;
    bool maybe_done;  /* the action may have happened: read again, never repeat it */
    char peer[96];    /* the peer's own name for the error, or "" */
    char text[768];   /* one sentence, no newline, no full stop */
    char hint[384];   /* what to do next, or "" for the code's usual hint */
};

struct ofs_loop;
struct ofs_job;
struct ofs_run;
struct ofs_scenario;

struct ofs_ledger;

struct ofs_wish {
    const char *setting, *state;
};

/* What to do and where. Strings are borrowed and must outlive the job. */
struct ofs_options {
    const char *command;  /* the report's word: "check", "fix", … */
    const char *scenario; /* a name or a path */
    const char *connect;  /* --connect */
    const char *const *browser_args;
    size_t n_browser_args;
    const char *profile;
    bool headless;
    const char *origin;  /* another origin to run against, on this machine; NULL: the scenario's */
    const char *only;    /* setting ids, separated by commas, or NULL */
    const char *group;   /* or NULL */
    bool all;
    const char *const *instances; /* --instance: which blogs, sites or organisations */
    size_t n_instances;
    int tabs;            /* number of tabs, from 1; 0: 4, or what the scenario's pace allows */
    int64_t timeout_ms;  /* for the whole run; 0: a minute, plus 15 s for each chosen setting */
    int64_t hold_ms;     /* how long the last read waits after the last save of the run */
    const char *state;   /* the state directory */
    const char *trace;   /* a file, or NULL */
    const char *capabilities; /* --capabilities: a JSON file, or NULL */
    const char *cacert;       /* --cacert: a PEM file, or NULL */
    bool show;           /* show our tab in the foreground, in its own window */
    const struct cJSON *accepted; /* wordings that the person accepted in earlier runs, or NULL:
                                     [{"setting","language","words"}] */
    const char *wording; /* a label that the person accepts for this run, or NULL */

    const char *label; /* whose run it is, in the person's words, or NULL */
    bool no_account;   /* do not record the account */
    bool presses;      /* ofs_job_fix may follow; without this it presses nothing. The check then
                          bypasses the browser's caches, and a press can be judged sooner */
    bool pictures;     /* keep a picture of each control that is pressed, before and after */
    /* Set exactly these settings to these states, instead of the scenario's; NULL: unused. */
    const struct ofs_wish *wishes;
    size_t n_wishes;
    const char *undoes; /* the run that these wishes undo, or NULL */

    /* Progress: a setting's id and a few words ("reading", "flipping", a verdict). */
    void (*on_progress)(void *ctx, const char *setting, const char *words);
    /* Something that the person has to know or do now: which browser is used, or that it asks for
     * permission. One or two sentences. */
    void (*on_notice)(void *ctx, const char *words);
    /* Several browsers can be used: returns an index into `titles`, or -1 for none. NULL: there is
     * no person to ask, and the last used browser is taken. */
    int (*on_choice)(void *ctx, const char *const *titles, size_t n);
    void *ctx;
};

/* ---- the loop ---- */

/* The caller owns the result and frees it last. */
struct ofs_loop *ofs_loop_new(struct ofs_error *err);
void ofs_loop_free(struct ofs_loop *loop);

/* Handle SIGINT, SIGTERM and SIGHUP in the loop, so that a run ends in order and closes its tabs.
 * The process blocks these signals until ofs_loop_free. Call it before any other thread or child is
 * started. */
int ofs_loop_watch_signals(struct ofs_loop *loop, struct ofs_error *err);

/* ---- the job ---- */

/* Load the scenario and choose the settings. Touches no browser. `loop` is borrowed. */
struct ofs_job *ofs_job_new(struct ofs_loop *loop, const struct ofs_options *options,
                            struct ofs_error *err);
void ofs_job_free(struct ofs_job *job);

/* Where the run is recorded: a ledger that the caller has opened and that outlives the job. For
 * callers inside the source tree only: the header that opens one (record/ledger.h) is not
 * installed. Call it before the check; without it nothing is recorded. */
void ofs_job_set_ledger(struct ofs_job *job, struct ofs_ledger *ledger);

/* Reach the browser and read every chosen setting. Once the browser is reached, a setting that
 * cannot be read is a result (unknown, with its reason), not an error. */
int ofs_job_check(struct ofs_job *job, struct ofs_error *err);

/* A document as the site delivered it to the browser. */
struct ofs_delivered {
    char *text;         /* its source; owned */
    int status;         /* HTTP */
    char address[1024]; /* where it was found, after redirects */
};

/* Open an address in our own tab, return the document as delivered, close the tab. Reaches the
 * browser if it is not reached yet; a later check uses the same one. The caller clears the result
 * with ofs_delivered_free. */
int ofs_job_read_document(struct ofs_job *job, const char *url, struct ofs_delivered *ret,
                          struct ofs_error *err);
void ofs_delivered_free(struct ofs_delivered *delivered);

/* An origin other than the scenario's is for replicas: http(s)://HOST[:PORT] on this machine, else
 * OFS_ERR_USAGE. */
int ofs_job_check_origin(const char *origin, struct ofs_error *err);

/* After a check: how many settings a fix would flip. */
size_t ofs_job_differing(const struct ofs_job *job);

/* A control that was found by its key, but whose words the scenario does not know in its page's
 * language. All members are borrowed from the job. */
struct ofs_unknown_wording {
    const char *setting, *title;
    const char *words;    /* the site's own, in full */
    const char *language; /* of the page, or "" */
    const char *state;    /* what the control shows: "on", "off", … */
};

/* After a check: their number, and the i-th one. */
size_t ofs_job_unknown_wordings(const struct ofs_job *job);
void ofs_job_unknown_wording(const struct ofs_job *job, size_t i, struct ofs_unknown_wording *ret);

/* The person has read these words and confirms that they mean the setting: the state of the control
 * is the state of the setting. Judges the setting again from what was read. This renumbers the
 * others: start again with the first. */
void ofs_job_accept_wording(struct ofs_job *job, size_t i);

/* After a check and the person's yes: press the settings that differ and prove each change. A
 * failure is a result, not an error. Needs options.presses. */
void ofs_job_fix(struct ofs_job *job);

/* Call these before and after a question to the person: that time does not count against
 * timeout_ms. Call them in pairs; callbacks such as on_choice may use them too. */
void ofs_job_pause(struct ofs_job *job);
void ofs_job_resume(struct ofs_job *job);

/* After a check: which settings that differ were turned back too often, by the site or by a person
 * (record/history.h): {"ID": times}. The caller owns it; NULL if the ledger cannot be read. */
struct cJSON *ofs_job_turned_back(struct ofs_job *job, struct ofs_error *err);

/* After a check: do not press this setting, and say why in its detail. */
void ofs_job_leave(struct ofs_job *job, const char *setting, const char *why);

/* Record the result of the run. Call it after ofs_job_finish, once the caller has set the run's
 * exit status. Fails also if an earlier write of the run failed. */
int ofs_job_record(struct ofs_job *job, struct ofs_error *err);

/* Close our tabs, detach from the browser or end it, record the end time. ofs_job_free calls it
 * too. */
void ofs_job_finish(struct ofs_job *job);

/* What was seen and done: borrowed from the job. Opaque outside the source tree; record/run.h
 * explains its members. Other callers use ofs_job_result and ofs_job_report. */
struct ofs_run *ofs_job_run(struct ofs_job *job);
const struct ofs_scenario *ofs_job_scenario(const struct ofs_job *job);

/* ---- what was seen and done ---- */

/* One setting. Strings are borrowed from the job and valid until it is used again; NULL: nothing to
 * report. The words are those of the JSON report. */
struct ofs_setting_result {
    const char *id, *title, *group, *wanted;
    const char *before, *after;   /* "on", "off", or the word of a choice */
    const char *verdict, *reason; /* the reason with "unknown" */
    const char *detail;           /* one sentence for a person */
    const char *page;             /* the path where a person can look or act */
    const char *wording, *language; /* the site's own words */
};

/* The number of chosen settings, and the i-th one. */
size_t ofs_job_results(const struct ofs_job *job);
void ofs_job_result(const struct ofs_job *job, size_t i, struct ofs_setting_result *ret);

/* The exit status for the results: 0, 2, 3 or 5. */
int ofs_job_status(const struct ofs_job *job);

/* The whole report as JSON text; the caller frees it. NULL when memory is out. */
char *ofs_job_report(const struct ofs_job *job);

#ifdef __cplusplus
}
#endif

#endif
