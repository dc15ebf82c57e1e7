/*
 * readiness.h: when a page is believed: from evidence to a grade, or to what is missing. Pure.
 *
 * Three grades, the best first:
 *
 * - served: the site's own data name the setting and its value, and the control shows that value.
 * - quiet: nothing can be pending: no request, timer, socket, worker, animation or frame loop, over
 *   two equal reads.
 * - still: such evidence is not available, and the page has not changed for a time.
 *
 * An unwanted state needs less evidence than the wanted one: a wrong "on" costs a question, a wrong
 * "off" is a false off. An idle page alone never proves the wanted state, because it may not have
 * requested its state yet: a short time is added.
 */
#ifndef OFS_PAGE_READINESS_H
#define OFS_PAGE_READINESS_H

#include <stdbool.h>
#include <stdint.h>

/* How long a page must not change if something may be pending that is not visible. */
enum { OFS_UNSEEN_MS = 11000 };

/* How long a page that deferred work to its next turn may still be doing it. */
enum { OFS_QUEUED_MS = 300 };

enum ofs_grade { OFS_GRADE_NONE, OFS_GRADE_STILL, OFS_GRADE_QUIET, OFS_GRADE_SERVED };

/* "served", "quiet", "still"; NULL for none. Static. */
const char *ofs_grade_word(enum ofs_grade grade);

/* What the site's own data say about the setting, compared with what its control shows. */
enum ofs_served { OFS_SERVED_UNKNOWN, OFS_SERVED_AGREES, OFS_SERVED_CONTRADICTS };

/* What was read. */
enum ofs_reading {
    OFS_READING_INDEX,    /* an index page, no setting was looked for */
    OFS_READING_LINK,     /* an index page, and it has the link that was looked for */
    OFS_READING_ABSENT,   /* the control is not there */
    OFS_READING_UNWANTED, /* it shows a state other than the wanted one */
    OFS_READING_WANTED,
    OFS_READING_DISABLED, /* it shows a state and cannot be used */
    OFS_READING_UNCLEAR,  /* it shows no state, or in unknown words */
};

/* Yes, no, or not applicable. */
enum ofs_sign { OFS_SIGN_NONE, OFS_SIGN_SEEN, OFS_SIGN_MISSING };

struct ofs_evidence {
    enum ofs_reading reading;
    enum ofs_served served;
    bool served_by_answer; /* in a response of the site, not in the document itself */

    /* what the page shows about itself */
    bool complete;        /* the document and its frames have loaded */
    bool busy;            /* aria-busy */
    enum ofs_sign canary; /* of a signed-in person */
    enum ofs_sign mark;   /* of a page that has started */
    bool plain;           /* it has no scripts, so no mark is needed */

    /* what is pending */
    bool sees_requests, sees_channels;
    unsigned open;      /* requests without a complete response */
    unsigned refused;   /* requests to the site that it refused, or that failed, and were not
                           answered later */
    bool awaits_state;  /* the request that the scenario names as holding the state has no response
                           yet */
    bool state_refused; /* nor will it get one: the site refused it, or it failed */
    bool untold;        /* the browser does not report whether the page's requests were answered,
                           and nothing else vouches for the state that is read */
    bool vouched;       /* when asked again, the site gave the state that is read */
    bool overflowed;    /* more requests than can be kept */
    unsigned doubted;   /* requests without a proper response: empty, a page in place of data, a
                           list of errors, truncated, dropped, or "not found" */
    unsigned stale;     /* documents and data that came from a cache */
    bool cached;        /* something on the page came from a cache; a script may contain a state */
    unsigned silent_channels; /* open sockets that have received nothing yet */
    unsigned channels, workers;
    unsigned drawing;    /* images and the like that are still loading */
    bool knows_timers;   /* the next two are known */
    int64_t timer_ms;    /* until the first one-shot timer is due; -1: none */
    unsigned repeating;  /* repeating timers */
    bool unknown_clocks; /* some of the page's timers were queried and are unknown */
    bool hides;          /* it recently began work whose end is not reported */
    bool queues;         /* it has just deferred work of its own to the next turn */
    int timers_made;     /* by the page so far, counted by their ids; -1: unknown */
    bool undrawn;        /* its state waits for a frame that the browser renders late, or never */
    bool loops;          /* every frame callback requests the next frame */
    unsigned animations; /* of the control, and they will end */
    unsigned elsewhere;  /* other animations that will end */
    bool idle;

    unsigned rounds;  /* equal reads, one after the other */
    int64_t still_ms; /* since the last change of what is read, or of what is pending */
    int64_t calm_ms;  /* the same, or since the page was last seen to have made a timer, if that is
                         later */
    int64_t age_ms;   /* since the visit began */
};

/* The reason of a wait; the names of struct ofs_times. */
enum ofs_waiting {
    OFS_WAITING_LOADING,
    OFS_WAITING_REQUESTS,
    OFS_WAITING_TIMERS,
    OFS_WAITING_STILLNESS,
};

struct ofs_readiness {
    enum ofs_grade grade; /* NONE: not ready */
    bool unconfirmed;     /* good enough only for an unwanted state */
    bool unmarked;        /* and only the mark is missing to confirm it */
    bool hopeless;        /* nothing is pending that can still make it ready */
    const char *missing;  /* what the page still waits for: "it was …"; static; NULL: only time */
    int64_t wait_ms;      /* read again after this time, or when something happens */
    enum ofs_waiting waiting;
};

struct ofs_readiness ofs_judge_readiness(const struct ofs_evidence *evidence);

/* Whether nothing can be pending. */
bool ofs_evidence_is_quiet(const struct ofs_evidence *evidence);

#endif
