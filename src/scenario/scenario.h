/*
 * scenario.h: the known facts about one site's settings, as data.
 *
 * A scenario is one JSON file (scenarios/schema.json describes it). Loading lints it first: a file
 * with any fault does not load. The loaded scenario owns the parsed tree; every string and every
 * cJSON value in the structs below is borrowed from it and lives until ofs_scenario_free. Members
 * that a file leaves out are NULL, unless a default is named.
 */
#ifndef OFS_SCENARIO_SCENARIO_H
#define OFS_SCENARIO_SCENARIO_H

#include <cJSON.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/error.h"

enum {
    OFS_SCENARIO_FORMAT = 1,
    OFS_SCENARIO_MOST_BYTES = 4 << 20,
    OFS_SCENARIO_MOST_SETTINGS = 1000,
    OFS_SCENARIO_TABS = 4, /* if it has no pace */
};

/* One setting: a switch, or a choice of several. Words by language are objects such as
 * {"en": ["…", "…"], "de": ["…"]}. */
struct ofs_setting {
    const char *id;       /* of an instance: ID@INSTANCE */
    const char *base;     /* of an instance: the ID alone; else NULL */
    const char *instance; /* its name, or NULL */
    const char *title;
    const char *group;   /* default "ai" */
    const char *wanted;  /* "off", "on", or a word of a choice */
    const char *origin;  /* its own, if each instance has one: "https://NAME.example.com". May hold
                            "{instance}". NULL: the scenario's */
    const char *page;    /* path under the origin, the first of them; NULL: only through the
                            index. May hold "{instance}" */
    const cJSON *pages;  /* several, in the order in which they are tried, or NULL */
    const cJSON *open;   /* [{"key","names":{lang:[…]}}]: what to press before it appears */
    const char *control; /* "menu", or NULL: any kind that is found */
    const char *index;   /* name of an index page in ofs_scenario.indexes, or NULL */
    const char *key;     /* the control's language-independent key, or NULL */
    const cJSON *key_attributes; /* attributes that may hold the key; the scenario's unless given */
    const cJSON *labels;         /* the control's own wordings, by language */
    const cJSON *rows;           /* wordings of the row or link that leads to it, by language */
    const cJSON *inverted;       /* wordings that exchange the meaning of "on" and "off" */
    const cJSON *choices;        /* a choice of several: {word: {"en": [wording, …]}} */
    const cJSON *never_press;    /* names of what is never pressed, by language */
    const cJSON *forced_by;   /* {"why","setting"|"key"|"labels","while"}: what forces its state */
    const cJSON *absent_when; /* selectors that explain why it is absent */
    const cJSON *items;       /* names of a menu's items, as choices; NULL: those of choices */
    const char *on_means;     /* what the site does while it is on, in plain words */
    const char *off_means;    /* and while it is off */
    const char *cannot;       /* what a flip does not do, in plain words */
    const cJSON *save;    /* {"method","path","query","body","button":{lang:[…]},"also_saves"} */
    const cJSON *state;   /* {"path","method","query","field","values"}: the request whose
                             answer holds the state */
    const cJSON *confirm; /* buttons of the site's own question, by language; or
                             [{"button","asks"}], in order */
    const cJSON *tree;    /* the whole entry: default, regions, also_changes, sources … */
};

struct ofs_scenario {
    char *path;
    cJSON *tree;
    const char *id, *version, *title, *origin;
    char sha256[65];             /* of the file's bytes, lower-case hexadecimal */
    int tabs;                    /* how many to work in at once: of "pace", default 4 */
    const char *default_group;   /* "default_group", or the first setting's group */
    const cJSON *key_attributes; /* default ["aria-labelledby", "id", "name"] */
    const cJSON *ready;          /* {"marks": [selector, …], "static_paths": [path, …]} */
    const cJSON *canary;   /* {"selectors": [selector, …], "on_every_page"}: any of them is there
                              when signed in */
    const cJSON *blockers; /* [{"reason","paths","selectors","status","titles","origins"}] */
    const cJSON *indexes;  /* {name: {"page": path}} */
    const cJSON *never;    /* paths that are never opened */
    const cJSON *never_press; /* names of what is never pressed, by language */
    const cJSON *overlays;    /* selectors of dialogs that ask nothing: toasts, tours */
    const cJSON *instances; /* {"what","index","link"}: what a setting with "{instance}" in its page
                               or origin exists once for */
    const cJSON *terms;    /* {"notice","page"}: shown once before the first run on the real site */
    const cJSON *manual;   /* [{"id","title","page","why","steps":[…]}] */
    const cJSON *policies; /* [{"id","title","url","through","select","remove","why"}] */
    struct ofs_setting *settings;
    size_t n_settings;
    cJSON *copies; /* of settings, one for each instance; owned */
};

/* Load by name (looked up in the scenario directories) or by path (anything with a '/' or ending in
 * ".json"). Fails with OFS_ERR_SCENARIO: missing, not JSON, or its first fault with line and
 * column. The caller frees the result. */
struct ofs_scenario *ofs_scenario_load(const char *name_or_path, struct ofs_error *err);
void ofs_scenario_free(struct ofs_scenario *scenario);

/* The same from a text in memory; `name` takes the place of the file in messages. */
struct ofs_scenario *ofs_scenario_from_text(const char *text, size_t len, const char *name,
                                            struct ofs_error *err);

const struct ofs_setting *ofs_scenario_setting(const struct ofs_scenario *scenario, const char *id);

/* True for a path at or under one of the scenario's `never` paths: it must never be opened.
 * Queries, fragments, letter case, percent-encoding and slashes at the end make no difference. */
bool ofs_scenario_is_never(const struct ofs_scenario *scenario, const char *path);

/* May an instance have this name? Letters, digits and . _ - ~ :, beginning with a letter or digit,
 * without "..": it becomes a part of an address. */
bool ofs_instance_is_safe(const char *name);

/* May it be one label of a host name (RFC 1123, 2.1)? Small letters, digits and -. */
bool ofs_instance_is_label(const char *name);

/* From now on the instances' own hosts are below another one: NAME.localhost, at the port of that
 * loopback origin. For replicas; before ofs_scenario_expand. */
int ofs_scenario_move_hosts(struct ofs_scenario *scenario, const char *origin,
                            struct ofs_error *err);

/* The setting's own origin, or else the given one. */
const char *ofs_setting_origin(const struct ofs_setting *setting, const char *otherwise);

/* Replace each setting that exists once for each instance by one setting for each name. Its id is
 * ID@NAME. Fails with OFS_ERR_USAGE for a name that is not safe, and if no setting of the scenario
 * exists once for each instance. Pointers to settings become invalid. */
int ofs_scenario_expand(struct ofs_scenario *scenario, const char *const *names, size_t n,
                        struct ofs_error *err);

/* True when the setting exists once for each of the scenario's instances. */
bool ofs_setting_is_per_instance(const struct ofs_setting *setting);

/* True when `words` (a {"en": […]} object, such as a setting's rows) has wordings in the language
 * of the tag `language`, whatever its region. If it has none, the absence of such a text on a page
 * proves nothing. */
bool ofs_words_know_language(const cJSON *words, const char *language);

/* True when there is a source for a member of the setting ("index"), and all of them are guesses. A
 * guess may help to find something; if nothing is found, that proves nothing. */
bool ofs_setting_is_guess(const struct ofs_setting *setting, const char *member);

/* The directory that holds the scenarios: $OFFSWITCH_SCENARIOS, beside the program's build tree, or
 * the installed place. The caller frees the result; NULL when there is none. */
char *ofs_scenario_directory(void);

/* The directory of the person's own scenarios: $XDG_CONFIG_HOME/offswitch/scenarios. A file there
 * takes precedence over one of the same name above. The caller frees the result; NULL if there is
 * no home. */
char *ofs_scenario_own_directory(void);
bool ofs_scenario_is_own(const char *path);

struct ofs_lint_fault {
    int line, column; /* from 1; column in bytes */
    char where[160];  /* "settings[2].labels.en", or "" for the whole file */
    char text[320];   /* the fault, with "did you mean" if it helps */
};

/* Every fault of a scenario text, in the order of the file. Returns the count (0: clean) and gives
 * an array that the caller frees; -1 when memory is out. Never fails because of the text. */
int ofs_scenario_lint(const char *text, size_t len, struct ofs_lint_fault **ret_faults,
                      struct ofs_error *err);

#endif
