/*
 * site.h: the built-in replica of LinkedIn's settings site, for rehearsals and tests.
 *
 * It is a web server on a loopback port with the pages, the late hydration, the save request and
 * the dangerous neighbours of the real site, as far as they are known; in several languages and in
 * the older generations. It keeps the truth of every setting, and a log of every request. Named
 * faults make it fail. No sign-in is needed, unless a fault requires one.
 *
 * Life cycle: ofs_site_new, ofs_loop_turn on the same loop for as long as it is to be served,
 * ofs_site_free before ofs_loop_free. Nothing here blocks.
 *
 * For tests from outside the process, and linked from no page:
 *   GET  /__truth   {"settings":{ID:"on"|"off"},"writes":[{"id","key","value","status","at_ms",
 *                    "answered_ms"}],"changes":[{"id","state","at_ms"}],"reads":[the same],
 *                    "pending":N,"seed":N,"wrong_touches":[{"what","at_ms"}],
 *                    "pages":[{"path","at_ms"}]}; changes is each state that became true, reads
 *                    each that a page received, pending the changes that are delayed
 *   PUT  /__truth   {ID:"on"|"off",…} sets some
 *   POST /__reset   everything as it was at the start
 */
#ifndef OFS_REHEARSAL_SITE_H
#define OFS_REHEARSAL_SITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/json.h"
#include "rehearsal/faults.h"

struct ofs_loop;
struct ofs_site;

enum { OFS_SITE_HYDRATION_MS = 400, OFS_SITE_DELAY_MAX_MS = 10000 };

/* All zero is a good default: any free port, English, the present generation, no fault. */
struct ofs_site_options {
    int port;
    const char *lang; /* "en", "de", "fr", "it", "nl", "pt", "pl", "es" or "ja" */
    const char
        *generation;    /* "current", "artdeco", "button", "iframe", "radio", "psettings", "aria" */
    const char *faults; /* "NAME[@SETTING-ID],…" as in faults.h */
    int64_t delay_ms;   /* how late the state comes; 0: OFS_SITE_HYDRATION_MS, -1: at once */
    uint64_t seed;      /* of the fault random-delays: the same seed draws the same delays */
    int64_t delay_max_ms; /* the longest of these; 0: OFS_SITE_DELAY_MAX_MS */
};

/* The caller owns the result. Fails with OFS_ERR_USAGE for a name that is not known (the hint
 * proposes a similar one), and with OFS_ERR_SYSTEM when the port is not available. */
struct ofs_site *ofs_site_new(struct ofs_loop *loop, const struct ofs_site_options *options,
                              struct ofs_error *err);
void ofs_site_free(struct ofs_site *site);

/* "http://127.0.0.1:PORT"; borrowed. */
const char *ofs_site_origin(const struct ofs_site *site);

/* The true state of a setting: "on", "off", or NULL if there is no such setting. Static. Delayed
 * effects of faults (a late save, an undo) are included once they are due. */
const char *ofs_site_state(struct ofs_site *site, const char *id);
/* How many changes a fault has delayed that have not happened yet. */
size_t ofs_site_pending(struct ofs_site *site);
/* Set it from outside; false if there is no such setting. */
bool ofs_site_set(struct ofs_site *site, const char *id, bool on);

/* Put a document at a path, such as "/legal/user-agreement", in place of the one that is there;
 * both are copied, `type` is static. False if there is no room or no memory. */
bool ofs_site_put_document(struct ofs_site *site, const char *path, const char *type,
                           const char *text);
/* From now on these faults and no others. */
int ofs_site_set_faults(struct ofs_site *site, const char *faults, struct ofs_error *err);

/* The requests to the site, in order. Times are milliseconds since the start or the last reset. */
struct ofs_site_write {
    const char *id; /* of the setting; NULL if the key is not in the table. Static */
    char key[64];
    bool value; /* as sent: with inverted wording, on means the setting is off */
    int status; /* the answer; 0 for none */
    int64_t at_ms, answered_ms;
};
struct ofs_site_event {
    char what[160]; /* a path, or what was done */
    int64_t at_ms;
};

/* Each returns the count and lends the array until the next turn of the loop. The first 4096 of a
 * kind are kept. */
size_t ofs_site_writes(struct ofs_site *site, const struct ofs_site_write **ret_writes);
/* Saves of anything but the settings, dangerous pages opened, dangerous buttons pressed. */
size_t ofs_site_wrong_touches(struct ofs_site *site, const struct ofs_site_event **ret_events);
/* Pages requested, with their redirects, without the site's own requests. */
size_t ofs_site_pages(struct ofs_site *site, const struct ofs_site_event **ret_events);

/* All of that as the JSON of GET /__truth. The caller owns the result; NULL when memory is out. */
cJSON *ofs_site_truth(struct ofs_site *site);

void ofs_site_reset(struct ofs_site *site);

/* The names of the generations and of the languages, ended by NULL. Static. */
const char *const *ofs_site_generations(void);
const char *const *ofs_site_langs(void);

#endif
