/*
 * service.h: small replicas of services other than LinkedIn, for rehearsals and tests.
 *
 * Each service has one page file (services/NAME.js) that draws what is known of the real page with
 * its dangerous neighbours, and a table of its own requests. The server keeps the truth. The pages
 * of services without a description are drawn from the scenario's labels and are marked as guessed.
 *
 * GET /__truth returns the states and every touch of something that is not a setting; PUT /__truth
 * sets states, {"ID": "WORD"}.
 *
 * Life cycle: ofs_service_new on a loop, any number of turns of it, ofs_service_free before the
 * loop's. One thread; nothing blocks.
 */
#ifndef OFS_REHEARSAL_SERVICE_H
#define OFS_REHEARSAL_SERVICE_H

#include <cJSON.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct ofs_loop;
struct ofs_service;

/* One setting that the guessed page shows. Borrowed. */
struct ofs_service_row {
    const char *id, *label;
    const char *initial; /* its word at the start */
};

struct ofs_service_options {
    int port;
    const char *faults; /* names, separated by commas; NULL: none */
    /* For services without a page file. `links`: paths of an index page, ended by NULL. */
    const struct ofs_service_row *rows;
    size_t n_rows;
    int64_t delay_ms; /* before each answer to a page's own request; -1: none, 0: the usual one */
};

struct ofs_service_fault {
    const char *name, *text;
};
extern const struct ofs_service_fault ofs_service_faults[]; /* ended by a NULL name */

/* Has the service a page file? */
bool ofs_service_is_faithful(const char *scenario);

/* Fails with OFS_ERR_USAGE for an unknown fault, OFS_ERR_SYSTEM if the port is not available. The
 * caller owns the result. */
struct ofs_service *ofs_service_new(struct ofs_loop *loop, const char *scenario,
                                    const struct ofs_service_options *options,
                                    struct ofs_error *err);
void ofs_service_free(struct ofs_service *service);

/* "http://127.0.0.1:PORT"; borrowed. */
const char *ofs_service_origin(const struct ofs_service *service);

/* The word of a setting, "ID" or "ID@INSTANCE"; NULL if it has none. Borrowed until the next
 * turn. */
const char *ofs_service_state(const struct ofs_service *service, const char *id);

/* The names of the instances that the replica has, ended by NULL. */
const char *const *ofs_service_instances(const char *scenario);

/* What was touched that is not a setting: {"wrong_touches": […], "settings": {…}, "saves": N}. The
 * caller owns it. */
cJSON *ofs_service_truth(const struct ofs_service *service);
size_t ofs_service_wrong_touches(const struct ofs_service *service);

#endif
