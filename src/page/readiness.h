/*
 * readiness.h: when a page is believed: from evidence to a grade, or to what is missing. Pure.
 *
 * Three grades, the best first:
 *   served  the site's own data name the setting and its value, and the control shows that value;
 *   quiet   nothing can be pending: no request, timer, socket, worker, animation or frame loop,
 * over two equal reads; still   such evidence cannot be had, and the page has held still for a
 * time. A state that is not wanted needs less than one that is: to take an "on" for true costs a
 * question, to take an "off" for true would be a false off. That a page is idle never proves a
 * wanted state by that alone, for a page may not have asked for its state yet: a short time is
 * added.
 */
#ifndef OFS_PAGE_READINESS_H
#define OFS_PAGE_READINESS_H

#include <stdbool.h>
#include <stdint.h>

/* How long a page has to hold still where something may be pending that cannot be seen. */
enum { OFS_UNSEEN_MS = 11000 };

/* How long a page that put off work to its next turn may still be at it. */
enum { OFS_QUEUED_MS = 300 };

enum ofs_grade { OFS_GRADE_NONE, OFS_GRADE_STILL, OFS_GRADE_QUIET, OFS_GRADE_SERVED };

/* "served", "quiet", "still"; NULL for none. Static. */
const char *ofs_grade_word(enum ofs_grade grade);

/* What the site's own data say of the setting, against what its control shows. */
enum ofs_served { OFS_SERVED_UNKNOWN, OFS_SERVED_AGREES, OFS_SERVED_CONTRADICTS };

/* What was read. */
enum ofs_reading {
    OFS_READING_INDEX,    /* an index page, no setting was looked for */
    OFS_READING_LINK,     /* an index page, and it has the link that was looked for */
    OFS_READING_ABSENT,   /* the control is not there */
    OFS_READING_UNWANTED, /* it shows a state that is not the wanted one */
    OFS_READING_WANTED,
    OFS_READING_DISABLED, /* it shows a state and cannot be used */
    OFS_READING_UNCLEAR,  /* it shows no state, or in unknown words */
};

/* Yes, no, or there is nothing to tell. */
enum ofs_sign { OFS_SIGN_NONE, OFS_SIGN_SEEN, OFS_SIGN_MISSING };

struct ofs_evidence {
    enum ofs_reading reading;
    enum ofs_served served;
    bool
        served_by_answer; /* by an answer of the site, not by the document that it is embedded in */

    /* what the page says of itself */
    bool complete;        /* the document and its frames have loaded */
    bool busy;            /* aria-busy */
    enum ofs_sign canary; /* of a signed-in person */
    enum ofs_sign mark;   /* of a page that has started */
    bool plain;           /* it has no scripts, so no mark is needed */

    /* what is pending */
    bool sees_requests, sees_channels;
    unsigned open;      /* requests that have not been answered whole */
    unsigned refused;   /* questions to the site that it refused, or that broke off, and were not
                           answered later */
    bool awaits_state;  /* the request that the scenario names as its state's has no answer yet */
    bool state_refused; /* nor will it have one: the site refused it, or it broke off */
    bool untold;        /* the browser does not tell whether the page's requests were answered, and
                           nothing else vouches for the state that is read */
    bool vouched;       /* the site said the state that is read when it was asked again */
    bool overflowed;    /* more requests than can be kept */
    unsigned doubted;   /* of them, answers that are none: empty, a page in place of data, a list of
                           errors, broken off unnoticed, dropped, or that there is no such thing */
    unsigned silent_channels; /* open sockets over which nothing came yet */
    unsigned channels, workers;
    unsigned drawing;    /* pictures and the like that are under way */
    bool knows_timers;   /* the next two are known */
    int64_t timer_ms;    /* until the first timer that runs once is due; -1: none */
    unsigned repeating;  /* timers that run again and again */
    bool unknown_clocks; /* some of the page's clocks were asked for and cannot be told */
    bool hides;          /* it began something of which nothing tells when it ends, lately */
    bool queues;         /* it put off work of its own to the next turn, just now */
    int timers_made;     /* by the page so far, by their ids; -1: not known */
    bool undrawn;        /* its state waits for a frame that the browser draws late, or never */
    bool loops;          /* frame after frame is asked for */
    unsigned animations; /* of the control, that will end */
    unsigned elsewhere;  /* other animations that will end */
    bool idle;

    unsigned rounds;  /* equal reads, one after the other */
    int64_t still_ms; /* since the last change of what is read, or of what is pending */
    int64_t calm_ms;  /* since then, and since the page was last seen to have made a timer */
    int64_t age_ms;   /* since the visit began */
};

/* What a wait is for; the names of struct ofs_times. */
enum ofs_waiting {
    OFS_WAITING_LOADING,
    OFS_WAITING_REQUESTS,
    OFS_WAITING_TIMERS,
    OFS_WAITING_STILLNESS,
};

struct ofs_readiness {
    enum ofs_grade grade; /* NONE: not ready */
    bool unconfirmed;     /* only good for a state that is not wanted */
    bool unmarked;        /* and of all that would confirm it the mark alone is missing */
    bool hopeless;        /* nothing is pending that could still make it ready */
    const char *missing; /* what the page still waits for: "it was …"; static; NULL: time alone */
    int64_t wait_ms;     /* look again after so long, or when something happens */
    enum ofs_waiting waiting;
};

struct ofs_readiness ofs_judge_readiness(const struct ofs_evidence *evidence);

/* Whether nothing can be pending. */
bool ofs_evidence_is_quiet(const struct ofs_evidence *evidence);

#endif
