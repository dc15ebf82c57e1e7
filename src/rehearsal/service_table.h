/*
 * service_table.h: what is known of each replicated service. For service.c alone.
 */
#ifndef OFS_REHEARSAL_SERVICE_TABLE_H
#define OFS_REHEARSAL_SERVICE_TABLE_H

#include <stdbool.h>
#include <stddef.h>

enum service_where { SERVICE_READ, SERVICE_QUERY, SERVICE_JSON, SERVICE_FORM };

/* A request of the page's own script. A read answers before + true/false + after. */
struct service_request {
    const char *method, *path; /* "*" matches one segment; the instance, if there are any */
    const char *feature;       /* the query's "feature" has to be this; or NULL */
    const char *setting;
    enum service_where where;
    const char *field;    /* of the value in a save */
    const char *on_value; /* the value of a save that means `on` */
    const char *on, *off; /* words of the setting */
    const char *before, *after;
    const char *location; /* answered by a redirect there, in place of JSON */
};

struct service_page {
    const char *scenario, *title;
    const char *script;
    size_t script_size;
    const char *setting, *initial; /* NULL: the page is guessed, from the scenario's labels */
    const char *const *instances;  /* names, ended by NULL; or NULL */
    bool by_host;                  /* each has a host of its own: NAME.localhost */
    const char *index, *link;      /* the page with the links, and how such a link begins */
    const char *const *danger;     /* paths that must not be opened */
    const char *sign_in; /* where a client without a session is redirected; NULL: the page itself
                            shows it */
    bool signs_in_elsewhere; /* that is at another origin */
    struct service_request requests[4];
};

/* The row of that scenario; that of guessed pages if there is none. */
const struct service_page *service_page_of(const char *scenario);

extern const char service_script[], service_style[];
extern const size_t service_script_size, service_style_size;

#endif
