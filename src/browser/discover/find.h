/*
 * find.h: the browsers on this machine, and how each can be reached.
 *
 * A candidate is one user data directory of a Chrome-like browser, or one profile of Firefox, with
 * one precise state. The state is determined in three steps that are tested separately: reading its
 * files (ofs_find_read), asking its port (TCP and GET /json/version, never a WebSocket: in approval
 * mode that would ask the person), and judging both (ofs_find_judge, a pure function). Nothing is
 * ever written into those directories.
 */
#ifndef OFS_BROWSER_FIND_H
#define OFS_BROWSER_FIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/error.h"
#include "wire/loop.h"

/* state, its word */
#define OFS_REACH_TABLE(X)                       \
    X(READY, "ready")                            \
    X(APPROVAL, "approval-needed")               \
    X(NO_DEBUGGING, "running-without-debugging") \
    X(NOT_RUNNING, "not-running")                \
    X(STALE, "stale-file")                       \
    X(POLICY, "blocked-by-policy")               \
    X(IN_USE, "profile-in-use")

enum ofs_reach {
#define X(code, word) OFS_REACH_##code,
    OFS_REACH_TABLE(X)
#undef X
};

const char *ofs_reach_word(enum ofs_reach state);

enum ofs_browser_kind { OFS_KIND_CHROME, OFS_KIND_FIREFOX };

enum ofs_lock {
    OFS_LOCK_NONE,
    OFS_LOCK_HELD,      /* by a running process */
    OFS_LOCK_DEAD,      /* by a process that has ended: the browser crashed or was killed */
    OFS_LOCK_ELSEWHERE, /* by a process on another machine */
    OFS_LOCK_UNSURE,    /* by a process in a sandbox, whose id is not valid here */
};

enum ofs_answer {
    OFS_ANSWER_NONE,     /* there is no port to ask */
    OFS_ANSWER_NOBODY,   /* nothing listens, or no answer in time */
    OFS_ANSWER_OURS,     /* this browser, with debugging open */
    OFS_ANSWER_APPROVAL, /* the answer of a browser that asks its person first */
    OFS_ANSWER_OTHER,    /* another browser or program has that port now */
};

/* All that is known of one directory. */
struct ofs_signs {
    enum ofs_browser_kind kind;
    enum ofs_lock lock;
    long pid;             /* of the lock's owner, 0: none */
    int port;             /* debugging port in its files, 0: none */
    bool port_of_process; /* that port is in the command line of the running process */
    char path[128];       /* of the browser's socket, or "" */
    bool enabled;         /* the person has ticked chrome://inspect/#remote-debugging */
    char policy[256];     /* the file that forbids debugging, or "" */
    char profile[96];     /* the person's name for the profile that a new tab opens in, or "" */
    int64_t used;         /* last use, seconds since 1970, 0: unknown */
    enum ofs_answer answer;
};

struct ofs_candidate {
    const char *browser; /* "Google Chrome"; static */
    char *dir;
    struct ofs_signs signs;
    enum ofs_reach state;
    char address[200]; /* for --connect; "" if there is none */
};

/* Where to look. Every member may be NULL. */
struct ofs_find_roots {
    const char *home;   /* $HOME */
    const char *config; /* $XDG_CONFIG_HOME */
    const char *named;  /* $CHROME_USER_DATA_DIR */
    const char *etc;    /* "/etc": the parent of the policy directories */
};

/* Those of this process's environment. */
struct ofs_find_roots ofs_find_roots_here(void);

/* Read the files of one directory. False if it is not a directory, or not a browser's. `policies`
 * (NULL: none) is the directory of its managed policies. */
bool ofs_find_read(enum ofs_browser_kind kind, const char *dir, const char *policies,
                   struct ofs_signs *ret_signs);

/* Ask the port, if there is one. Takes at most two seconds. */
void ofs_find_ask(struct ofs_loop *loop, struct ofs_signs *signs, ofs_deadline deadline);

/* Judge the signs: pure. */
enum ofs_reach ofs_find_judge(const struct ofs_signs *signs);

/* Every candidate, the most useful first: ready, then approval needed, then the rest; among equals
 * the one that was used last. Returns how many, or -1 when memory is out. */
int ofs_find_all(struct ofs_loop *loop, const struct ofs_find_roots *roots, ofs_deadline deadline,
                 struct ofs_candidate **ret_list, struct ofs_error *err);
void ofs_find_free(struct ofs_candidate *list, int n);

/* The browser to launch: $OFFSWITCH_BROWSER, or the most common one in $PATH. The caller frees it;
 * OFS_ERR_NO_BROWSER when there is none. */
char *ofs_find_executable(struct ofs_error *err);

/* Offswitch's own profile under the state directory, as a candidate: ready (it can be launched),
 * profile-in-use, or not-running if it was never created. The caller frees `dir`. */
struct ofs_candidate ofs_find_own(const char *state);

/* Whether there is a display for a window. */
bool ofs_find_display(void);

/* "Google Chrome, profile "Work" (~/.config/google-chrome)", for a person. The caller frees it. */
char *ofs_candidate_title(const struct ofs_candidate *c);

/* The next step for a person, one sentence; static. */
const char *ofs_candidate_next(const struct ofs_candidate *c);

#endif
