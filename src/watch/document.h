/*
 * document.h: one look at one watched document: fetch it, or load it in a tab of our own if the
 * scenario says so, read its words, decide whether they changed, and keep the revision.
 *
 * A text that differs is fetched a second time before it is accepted. A document that goes back and
 * forth between two texts is reported once. A failure (no network, a refusal, a sign-in page, a
 * document without text) is a result, in `error`, and never a change.
 */
#ifndef OFS_WATCH_DOCUMENT_H
#define OFS_WATCH_DOCUMENT_H

#include "scenario/scenario.h"
#include "watch/store.h"
#include "watch/topics.h"
#include "wire/loop.h"

enum { OFS_DOCUMENT_MOST = 8 << 20, OFS_DOCUMENT_PAUSE = 3000 /* milliseconds */ };

struct ofs_document {
    const char *id, *title; /* borrowed from the scenario */
    char url[1024];
    bool changed;          /* other words, accepted, and not reported before */
    bool first;            /* the first time that it was read */
    bool another;          /* another document is at the address now; never `changed` */
    bool offline;          /* no server could be reached */
    char revision[65];     /* of the text that is kept; "" while there is none */
    char error[512];       /* why it could not be read, or what is wrong with it; "" */
    char note[160];        /* a word for the person if nothing changed; "" */
    unsigned topics;       /* of the changed sentences: bits of enum ofs_topic */
    size_t added, removed; /* sentences */
    char quote[320];       /* the first new sentence about a topic */
    struct ofs_announcements dates;
};

struct ofs_document_options {
    struct ofs_loop *loop;
    struct ofs_job *job; /* for documents that are loaded in the browser */
    struct ofs_db *db;
    const struct ofs_scenario *scenario;
    const char *origin; /* the origin of the scenario's paths */
    const char *place;  /* "origin" of the ledger's rows: the real site, or "replica" */
    int64_t now;
    ofs_day today;
    int pause_ms; /* before the second fetch */
};

/* -1 only if the ledger failed or a signal came. */
int ofs_document_look(const struct ofs_document_options *options, const cJSON *policy,
                      struct ofs_document *ret, struct ofs_error *err);

/* How long to make no request after a refusal, in seconds: what the server asks, and longer with
 * each failure; `draw` (0 to 1) spreads it. Pure. */
int64_t ofs_document_backoff(int64_t retry_after, int failures, double draw);

/* Does the address look like a page to sign in? Pure. */
bool ofs_document_is_sign_in(const struct ofs_scenario *scenario, const char *address);

#endif
