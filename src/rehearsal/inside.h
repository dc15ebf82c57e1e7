/*
 * inside.h: what the files of the replica share; see site.h for its public part.
 *
 * site.c has the life cycle and finds out what a request is for, truth.c keeps the states and their
 * history, api.c answers the requests of the site's own scripts, delays.c has the delays, pages.c
 * draws, template.c fills in the files of pages/.
 */
#ifndef OFS_REHEARSAL_INSIDE_H
#define OFS_REHEARSAL_INSIDE_H

#include "rehearsal/catalogue.h"
#include "rehearsal/faults.h"
#include "rehearsal/site.h"
#include "wire/serve.h"

#define SITE_ROOT "/mypreferences/d/"
#define SITE_CATEGORIES SITE_ROOT "categories/"
#define SITE_API "/mysettings-api/"
#define SITE_TOKEN "ajax:4738291056123847561"

enum { SITE_LOG = 4096, SITE_LATER = 64 };

enum site_generation {
    SITE_CURRENT,
    SITE_ARTDECO,
    SITE_BUTTON,
    SITE_IFRAME,
    SITE_RADIO,
    SITE_PSETTINGS,
    SITE_ARIA,
    SITE_GENERATIONS,
};

enum site_session {
    SITE_SIGNED_IN,
    SITE_NOT_SIGNED_IN,
    SITE_WALLED,
    SITE_CHECKED,
    SITE_BLOCKED,
    SITE_TOO_FAST
};

/* A change that a fault has delayed. */
struct site_later {
    int64_t at_ms;
    int setting;
    bool on;
};

/* The kinds of delays; each kind has its own random sequence. */
enum site_delay {
    SITE_DELAY_PAGE,  /* until a document is answered */
    SITE_DELAY_BOOT,  /* until its script starts */
    SITE_DELAY_STATE, /* until a state is answered */
    SITE_DELAY_SAVE,  /* until a save is answered */
    SITE_DELAY_KEEP,  /* until it is stored */
    SITE_DELAY_UNDO,  /* until it is undone */
    SITE_DELAY_DRAWS, /* for the script of a page to use */
    SITE_DELAYS,
};

/* A state of a setting that became true, or that was sent to a page. */
struct site_moment {
    int64_t at_ms;
    int setting;
    bool on;
};
struct site_moments {
    struct site_moment at[SITE_LOG];
    size_t n;
};

struct site_events {
    struct ofs_site_event at[SITE_LOG];
    size_t n;
};

/* A document that was put there. */
struct site_document {
    char path[128];
    const char *type;
    char *text;
};
enum { SITE_DOCUMENTS = 4 };

struct ofs_site {
    struct ofs_server *server;
    struct site_document documents[SITE_DOCUMENTS];
    char origin[64];
    enum site_lang lang;
    enum site_generation generation;
    struct site_faults faults;
    int64_t delay_ms;
    int64_t delay_max_ms; /* of a delay that is drawn at random */
    uint64_t seed;
    unsigned drawn[SITE_DELAYS];
    int64_t started_ms;
    unsigned loads; /* pages drawn, for what has to differ from load to load */
    enum site_session session;
    bool let_in; /* a person has signed in at a gate */
    bool on[SITE_SETTINGS];
    struct site_later later[SITE_LATER];
    size_t n_later;
    char pressed_tab[32]; /* with fresh-contradicts: who sent the save, and what it said */
    bool pressed_on;
    struct site_moments changes, reads;
    struct ofs_site_write writes[SITE_LOG];
    size_t n_writes;
    struct site_events wrong;
    struct site_events pages;
};

/* site.c */
int64_t site_now(const struct ofs_site *site);
void site_note(const struct ofs_site *site, struct site_events *events, const char *what);
/* Redirect to `base`, which is already encoded, and `rest`, which is encoded here. */
void site_redirect(struct ofs_serve_reply *reply, const char *base, const char *rest);
/* Was the other name of this host requested? wrong-origin leads there. */
bool site_is_elsewhere(const struct ofs_serve_request *request);

/* delays.c: milliseconds; `usual` without random-delays */
int64_t site_delay(struct ofs_site *site, int setting, enum site_delay what, int64_t usual);
/* Is any delay there drawn at random? */
bool site_is_random(const struct ofs_site *site, int setting);

/* truth.c */
void site_settle(struct ofs_site *site); /* apply the delayed changes that are due */
void site_put(struct ofs_site *site, int setting, bool on);
void site_put_off(struct ofs_site *site, int64_t ms, int setting, bool on);
/* The state was sent to a page. */
void site_note_read(struct ofs_site *site, int setting, bool on);
void site_reply_json(struct ofs_serve_reply *reply, cJSON *value);
bool site_answer_control(struct ofs_site *site, const struct ofs_serve_request *request,
                         struct ofs_serve_reply *reply);

/* documents.c */
bool site_answer_document(const struct ofs_site *site, const struct ofs_serve_request *request,
                          struct ofs_serve_reply *reply);
void site_free_documents(struct ofs_site *site);

/* api.c */
/* Does "on" at the switch mean that the setting is off? */
bool site_is_inverted(const struct ofs_site *site, int setting);
void site_answer_api(struct ofs_site *site, const struct ofs_serve_request *request,
                     struct ofs_serve_reply *reply);

/* pages.c: each fills the reply's body */
enum site_generation site_generation_of(const struct ofs_site *site, int setting);
void site_draw_index(struct ofs_site *site, const struct site_category *category,
                     struct ofs_serve_reply *reply);
void site_draw_setting(struct ofs_site *site, int first, bool inner, struct ofs_serve_reply *reply);
void site_draw_neighbour(struct ofs_site *site, const struct site_neighbour *neighbour,
                         struct ofs_serve_reply *reply);
void site_draw_plain(struct ofs_site *site, const char *title, const char *text,
                     struct ofs_serve_reply *reply);
void site_draw_alone(struct ofs_site *site, const char *title, const char *main,
                     struct ofs_serve_reply *reply);

/* template.c */
enum site_file {
    SITE_FILE_SHELL,
    SITE_FILE_INNER,
    SITE_FILE_ALONE,
    SITE_FILE_CSS,
    SITE_FILE_SETTINGS_JS,
    SITE_FILE_FAULTS_JS,
    SITE_FILE_FAULTS_STATE_JS,
    SITE_FILE_FAULTS_EVENTS_JS,
    SITE_FILE_FAULTS_SOCKET_JS,
    SITE_FILE_FAULTS_WORKER_JS,
    SITE_FILE_FAULTS_WORKER_EVENTS_JS,
    SITE_FILE_FAULTS_SHARED_WORKER_JS,
    SITE_FILE_FAULTS_TASK_JS,
    SITE_FILE_FAULTS_SIGNAL_JS,
    SITE_FILE_FAULTS_WAYS_JS,
    SITE_FILE_SWITCH_CURRENT,
    SITE_FILE_SWITCH_PLAIN,
    SITE_FILE_SWITCH_ARTDECO,
    SITE_FILE_SWITCH_BUTTON,
    SITE_FILE_SWITCH_RADIO,
    SITE_FILE_SWITCH_ARIA,
};

struct site_pair {
    const char *name;
    const char *value;
};

/* The files as they are. */
void site_add_file(struct ofs_buf *out, enum site_file file);
/* With {{name}} filled in, escaped for HTML, and {{&name}} as it is. `pairs` ends with a NULL name.
 */
void site_fill(struct ofs_buf *out, enum site_file file, const struct site_pair *pairs);
void site_escape(struct ofs_buf *out, const char *text);

/* Add text; running out of memory shows as a truncated page, which is a fault like others. */
void site_add(struct ofs_buf *out, const char *format, ...) OFS_PRINTF(2, 3);

#endif
