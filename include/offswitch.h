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
 * One thread. Calls block until they are done, the deadline in the options has passed or a signal has
 * come. The library prints nothing. Errors: functions return 0 or a pointer on success, -1 or NULL on
 * failure, and fill `err`, which is otherwise left untouched.
 */
#ifndef OFFSWITCH_H
#define OFFSWITCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* code, name, exit status of the program, hint shown when the place of failure gives none */
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
    bool maybe_done;  /* the act may have happened: re-read, never repeat */
    char peer[96];    /* the peer's own word for the error, or "" */
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

/* What to do and where. Strings are borrowed and have to outlive the job. */
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
    int tabs;            /* how many tabs to work in, from 1; 0: 4, or what the scenario's pace allows */
    int64_t timeout_ms;  /* for the whole run; 0: a minute, and 15 s for each chosen setting */
    int64_t hold_ms;     /* how long the last read waits after the last save of the run */
    const char *state;   /* the state directory */
    const char *trace;   /* a file, or NULL */
    const char *capabilities; /* --capabilities: a JSON file, or NULL */
    const char *cacert;       /* --cacert: a PEM file, or NULL */
    bool show;           /* our tab in front, in a window of its own */
    const struct cJSON *accepted; /* wordings that the person accepted in earlier runs, or NULL:
                                     [{"setting","language","words"}] */
    const char *wording; /* a label that the person accepts for this run, or NULL */

    const char *label; /* whose run it is, in the person's words, or NULL */
    bool no_account;   /* do not keep whose account it is */
    bool presses;      /* ofs_job_fix may follow: pages are read so that a press there is soon judged */
    bool pictures;     /* keep a picture of each control that is pressed, before and after */
    /* Exactly these settings, to these states, in place of what the scenario wants; NULL: not so. */
    const struct ofs_wish *wishes;
    size_t n_wishes;
    const char *undoes; /* the run that these wishes take back, or NULL */

    /* Progress: a setting's id and a few words ("reading", "flipping", a verdict). */
    void (*on_progress)(void *ctx, const char *setting, const char *words);
    /* Something that the person has to know or do now: which browser is used, that it will ask them to
     * allow this. One or two sentences. */
    void (*on_notice)(void *ctx, const char *words);
    /* Several browsers can be used: an index into `titles`, or -1 for none of them. NULL: there is no
     * person to ask, and the one used last time is taken. */
    int (*on_choice)(void *ctx, const char *const *titles, size_t n);
    void *ctx;
};

/* ---- the loop ---- */

/* The caller owns the result and frees it last. */
struct ofs_loop *ofs_loop_new(struct ofs_error *err);
void ofs_loop_free(struct ofs_loop *loop);

/* Take SIGINT, SIGTERM and SIGHUP into the loop instead of dying of them: a run ends in order then, and
 * closes its tabs. They stay blocked for the process until ofs_loop_free. Call it before any other
 * thread or child is started. */
int ofs_loop_watch_signals(struct ofs_loop *loop, struct ofs_error *err);

/* ---- the job ---- */

/* Load the scenario and choose the settings; touches no browser. `loop` is borrowed. */
struct ofs_job *ofs_job_new(struct ofs_loop *loop, const struct ofs_options *options,
                            struct ofs_error *err);
void ofs_job_free(struct ofs_job *job);

/* Where the run is recorded: a ledger that the caller has opened and that outlives the job. Inside the
 * source tree only: the header that opens one (record/ledger.h) is not installed. Before the check;
 * without it nothing is recorded. */
void ofs_job_set_ledger(struct ofs_job *job, struct ofs_ledger *ledger);

/* Reach the browser and read every chosen setting. Once a browser was reached, what cannot be read is
 * a result (unknown, with its reason) and not an error. */
int ofs_job_check(struct ofs_job *job, struct ofs_error *err);

/* A document as the site delivered it to the browser. */
struct ofs_delivered {
    char *text;         /* its source; owned */
    int status;         /* HTTP */
    char address[1024]; /* where it was found, after redirects */
};

/* Open an address in a tab of our own, take the document as it was delivered, close the tab. Reaches the
 * browser where it is not reached yet; a check after it uses the same one. The caller clears the result
 * with ofs_delivered_free. */
int ofs_job_read_document(struct ofs_job *job, const char *url, struct ofs_delivered *ret,
                          struct ofs_error *err);
void ofs_delivered_free(struct ofs_delivered *delivered);

/* Another origin than the scenario's is for replicas: http(s)://HOST[:PORT] on this machine, or
 * OFS_ERR_USAGE. */
int ofs_job_check_origin(const char *origin, struct ofs_error *err);

/* After a check: how many settings a fix would flip. */
size_t ofs_job_differing(const struct ofs_job *job);

/* A control that was found by its key, in words that the scenario does not know in its page's language.
 * All borrowed from the job. */
struct ofs_unknown_wording {
    const char *setting, *title;
    const char *words;    /* the site's own, in full */
    const char *language; /* of the page, or "" */
    const char *state;    /* what the control shows: "on", "off", … */
};

/* After a check: how many there are, and the i-th of them. */
size_t ofs_job_unknown_wordings(const struct ofs_job *job);
void ofs_job_unknown_wording(const struct ofs_job *job, size_t i, struct ofs_unknown_wording *ret);

/* The person has read these words and says that they mean the setting: what the control shows is its
 * state. Judges the setting anew by what was read, so the others keep their places only until then:
 * begin again with the first. */
void ofs_job_accept_wording(struct ofs_job *job, size_t i);

/* After a check and the person's yes: press the settings that differ and prove each change. A failure is
 * a result. */
void ofs_job_fix(struct ofs_job *job);

/* Around a question to the person: the time that they take does not count against timeout_ms. The
 * two go in pairs; callbacks such as on_choice may use them too. */
void ofs_job_pause(struct ofs_job *job);
void ofs_job_resume(struct ofs_job *job);

/* After a check: which settings that differ have been turned back by the site, or by somebody, too
 * often (record/history.h): {"ID": times}. The caller owns it; NULL where the ledger cannot be read. */
struct cJSON *ofs_job_turned_back(struct ofs_job *job, struct ofs_error *err);

/* After a check: do not press this setting, and say why in its detail. */
void ofs_job_leave(struct ofs_job *job, const char *setting, const char *why);

/* Write down what the run amounts to. After ofs_job_finish, and after the caller has set the run's exit
 * status. Fails also where something could not be written earlier in the run. */
int ofs_job_record(struct ofs_job *job, struct ofs_error *err);

/* Close our tabs, leave or end the browser, stamp the end. Called by ofs_job_free too. */
void ofs_job_finish(struct ofs_job *job);

/* What was seen and done: borrowed from the job. Opaque but inside the source tree, where record/run.h
 * explains its members; others read ofs_job_result and ofs_job_report. */
struct ofs_run *ofs_job_run(struct ofs_job *job);
const struct ofs_scenario *ofs_job_scenario(const struct ofs_job *job);

/* ---- what was seen and done ---- */

/* One setting. Strings are borrowed from the job and live until it is used again; NULL where there is
 * nothing to say. The words are those of the JSON report. */
struct ofs_setting_result {
    const char *id, *title, *group, *wanted;
    const char *before, *after;   /* "on", "off", or the word of a choice */
    const char *verdict, *reason; /* the reason with "unknown" */
    const char *detail;           /* one sentence for a person */
    const char *page;             /* the path where a person can look or act */
    const char *wording, *language; /* the site's own words */
};

/* How many settings were chosen, and the i-th of them. */
size_t ofs_job_results(const struct ofs_job *job);
void ofs_job_result(const struct ofs_job *job, size_t i, struct ofs_setting_result *ret);

/* The exit status that the results amount to: 0, 2, 3 or 5. */
int ofs_job_status(const struct ofs_job *job);

/* The whole report as JSON text; the caller frees it. NULL when memory is out. */
char *ofs_job_report(const struct ofs_job *job);

#ifdef __cplusplus
}
#endif

#endif
