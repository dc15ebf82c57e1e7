#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rehearsal/inside.h"

enum { HUGE = 5 << 20, PAGE = 16 << 20, DRAWS = 24 };

/* Faults that draw the switch disabled. */
static const enum site_fault disabling[] = {SITE_DISABLED_ON,     SITE_DISABLED_OFF,
                                            SITE_DISABLED_SILENT, SITE_LOCKED_BY_DATA,
                                            SITE_STARTS_LATE,     SITE_STARTS_NEVER};

/* One switch on a page: a setting of the table, or a stranger beside it. */
struct control {
    int setting; /* -1: a stranger */
    char key[80];
    char label_id[96];
    char box[64];
    char label[256];
    const char *row;
    bool known; /* the state is already in the page */
    bool on;
    bool disabled;
};

static const struct {
    enum site_fault fault;
    enum site_generation generation;
} shapes[] = {
    {SITE_AS_ARTDECO, SITE_ARTDECO}, {SITE_AS_BUTTON, SITE_BUTTON},
    {SITE_AS_IFRAME, SITE_IFRAME},   {SITE_AS_RADIO, SITE_RADIO},
    {SITE_AS_ARIA, SITE_ARIA},       {SITE_AS_PSETTINGS, SITE_PSETTINGS},
};

static const struct {
    const char *make; /* the name in settings.js */
    enum site_file file;
} makes[SITE_GENERATIONS] = {
    [SITE_CURRENT] = {"checkbox", SITE_FILE_SWITCH_CURRENT},
    [SITE_ARTDECO] = {"checkbox", SITE_FILE_SWITCH_ARTDECO},
    [SITE_BUTTON] = {"button", SITE_FILE_SWITCH_BUTTON},
    [SITE_IFRAME] = {"checkbox", SITE_FILE_SWITCH_CURRENT},
    [SITE_RADIO] = {"radio", SITE_FILE_SWITCH_RADIO},
    [SITE_PSETTINGS] = {"checkbox", SITE_FILE_SWITCH_CURRENT},
    [SITE_ARIA] = {"aria", SITE_FILE_SWITCH_ARIA},
};

enum site_generation site_generation_of(const struct ofs_site *site, int setting)
{
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        if (site_fault_on(&site->faults, shapes[i].fault, setting))
            return shapes[i].generation;
    return site->generation;
}

/* The faults of one switch, or of all switches of a page, in the form that the page's script
 * needs. */
static cJSON *fault_names(const struct ofs_site *site, const int *settings, size_t n)
{
    cJSON *names = cJSON_CreateArray();
    for (int f = 0; f < SITE_FAULT_COUNT; f++) {
        bool on = false;
        for (size_t i = 0; i < n; i++)
            on = on || site_fault_on(&site->faults, (enum site_fault)f, settings[i]);
        if (on)
            cJSON_AddItemToArray(names, cJSON_CreateString(site_fault_rows[f].name));
    }
    return names;
}

static cJSON *new_config(const struct ofs_site *site, bool shell)
{
    const struct site_words *w = &site_words[site->lang];
    cJSON *config = cJSON_CreateObject();
    cJSON *words = cJSON_AddObjectToObject(config, "words");
    cJSON_AddStringToObject(words, "on", w->on);
    cJSON_AddStringToObject(words, "off", w->off);
    cJSON_AddStringToObject(words, "saved", w->saved);
    cJSON_AddStringToObject(words, "failed", w->failed);
    cJSON_AddBoolToObject(config, "shell", shell);
    cJSON_AddNumberToObject(config, "delay", (double)site->delay_ms);
    return config;
}

/* With random-delays: the delays for the page's script. */
static void add_draws(struct ofs_site *site, int setting, cJSON *config)
{
    if (!site_is_random(site, setting))
        return;
    cJSON_AddNumberToObject(config, "boot", (double)site_delay(site, setting, SITE_DELAY_BOOT, 0));
    cJSON *draws = cJSON_AddArrayToObject(config, "draws");
    for (int i = 0; i < DRAWS; i++)
        cJSON_AddItemToArray(
            draws, cJSON_CreateNumber((double)site_delay(site, setting, SITE_DELAY_DRAWS, 0)));
}

static void add_control(const struct ofs_site *site, cJSON *controls, const struct control *c,
                        enum site_generation generation)
{
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "box", c->box);
    cJSON_AddStringToObject(o, "key", c->key);
    cJSON_AddStringToObject(o, "row", c->row);
    cJSON_AddStringToObject(o, "make", makes[generation].make);
    if (c->known)
        cJSON_AddBoolToObject(o, "value", c->on);
    else
        cJSON_AddNullToObject(o, "value");
    cJSON_AddItemToObject(o, "faults", fault_names(site, &c->setting, c->setting >= 0));
    cJSON_AddItemToArray(controls, o);
}

/* As text that is safe inside a script element. The caller frees it. */
static char *config_text(cJSON *config)
{
    char *text = cJSON_PrintUnformatted(config);
    cJSON_Delete(config);
    for (char *at = text; at && (at = strchr(at, '<'));)
        *at = ' '; /* none of our texts contains one, so nothing is lost */
    return text;
}

static void draw_switch(const struct ofs_site *site, struct ofs_buf *out, const struct control *c,
                        enum site_generation generation)
{
    const struct site_words *w = &site_words[site->lang];
    enum site_file file = makes[generation].file;
    bool plain =
        file == SITE_FILE_SWITCH_CURRENT && c->setting >= 0 && site_settings[c->setting].input_id;
    bool native = strcmp(makes[generation].make, "checkbox") == 0 || generation == SITE_RADIO;
    char flags[64], flags2[64];
    const char *disabled = !c->disabled ? "" : native ? " disabled" : " aria-disabled=\"true\"";
    snprintf(flags, sizeof flags, "%s%s", disabled, c->known && c->on && native ? " checked" : "");
    snprintf(flags2, sizeof flags2, "%s%s", disabled,
             generation == SITE_RADIO && !(c->known && c->on) ? " checked" : "");
    const struct site_pair pairs[] = {
        {"label_id", c->label_id}, {"box", c->box},    {"key", c->key}, {"label", c->label},
        {"flags", flags},          {"flags2", flags2}, {"on", w->on},   {"off", w->off},
        {"yes", w->yes},           {"no", w->no},      {NULL, NULL},
    };
    site_fill(out, plain ? SITE_FILE_SWITCH_PLAIN : file, pairs);
}

/* "Use my data" -> "Do not use my data", in English; in front of the label elsewhere. */
static void turn_round(const struct ofs_site *site, const char *label, char *ret_text, size_t size)
{
    if (!strncmp(label, "Use ", 4))
        snprintf(ret_text, size, "Do not use %s", label + 4);
    else
        snprintf(ret_text, size, "%s%s", site_words[site->lang].negation, label);
}

static struct control setting_control(struct ofs_site *site, int setting, bool known)
{
    const struct site_setting *s = &site_settings[setting];
    const struct site_faults *faults = &site->faults;
    struct control c = {.setting = setting, .known = known, .on = site->on[setting]};
    c.row = site_setting_row(setting, site->lang);
    const char *label = site_setting_label(setting, site->lang);
    snprintf(c.key, sizeof c.key, "%s", s->key);
    snprintf(c.label_id, sizeof c.label_id, "%s", s->key);
    snprintf(c.label, sizeof c.label, "%s", label);
    snprintf(c.box, sizeof c.box, "ember%d", 31 + 7 * setting);
    if (s->input_id)
        snprintf(c.box, sizeof c.box, "%s", s->input_id);
    if (site_fault_on(faults, SITE_NO_KEY, setting)) {
        unsigned salt = (site->loads * 2654435761u) ^ 0x5bd1e995u;
        snprintf(c.label_id, sizeof c.label_id, "r%08x", salt);
        snprintf(c.box, sizeof c.box, "b%08x", salt);
    }
    if (site_fault_on(faults, SITE_NEW_WORDING, setting))
        snprintf(c.label, sizeof c.label, "Help shape what comes next with your activity");
    if (site_fault_on(faults, SITE_INVERTED_WORDING, setting))
        turn_round(site, label, c.label, sizeof c.label);
    if (site_fault_on(faults, SITE_HEADING_VOUCHES, setting)) {
        snprintf(c.label, sizeof c.label, "Do not use my data to train your models");
        snprintf(c.label_id, sizeof c.label_id, "row-text");
        snprintf(c.box, sizeof c.box, "%s", s->key);
    }
    if (known)
        site_note_read(site, setting, c.on);
    c.on = c.on != site_is_inverted(site, setting);
    for (size_t i = 0; i < sizeof disabling / sizeof *disabling; i++)
        c.disabled = c.disabled || site_fault_on(faults, disabling[i], setting);
    return c;
}

static struct control stranger(const char *key, const char *label, int number, bool known)
{
    struct control c = {.setting = -1, .row = label, .known = known, .on = true};
    snprintf(c.key, sizeof c.key, "%s", key);
    snprintf(c.label_id, sizeof c.label_id, "%s", key);
    snprintf(c.label, sizeof c.label, "%s", label);
    snprintf(c.box, sizeof c.box, "ember%d", 210 + number);
    return c;
}

enum { MOST_STRANGERS = 8 };

/* The strangers beside a setting. Returns how many. */
static size_t strangers(const struct ofs_site *site, const struct control *own,
                        struct control ret[MOST_STRANGERS])
{
    const struct site_faults *faults = &site->faults;
    const char *id = site_settings[own->setting].id;
    int number = own->setting * MOST_STRANGERS;
    char key[80], label[256];
    size_t n = 0;
    if (!strcmp(id, "policy-and-academic-research"))
        ret[n++] = stranger("allowResearchSurveys", "Use data for research invitations", number++,
                            own->known);
    if (!strcmp(id, "ai-creation-tools") ||
        site_fault_on(faults, SITE_UNLISTED_AI_SWITCH, own->setting))
        ret[n++] = stranger("allowAiMessageSummaries", "Use AI to summarise my messages", number++,
                            own->known);
    if (site_fault_on(faults, SITE_UNLISTED_AGENT_SWITCH, own->setting))
        ret[n++] = stranger("allowAgentModelTraining", SITE_AGENT_TEXT, number++, own->known);
    if (site_fault_on(faults, SITE_SAME_NAME_TWICE, own->setting)) {
        snprintf(key, sizeof key, "%.60sCopy", own->key);
        struct control c = stranger(key, own->label, number++, own->known);
        snprintf(c.label_id, sizeof c.label_id, "%s", own->label_id);
        ret[n++] = c;
    }
    if (site_fault_on(faults, SITE_TWIN_OTHER_KEY, own->setting)) {
        snprintf(key, sizeof key, "%.60sOther", own->key);
        ret[n++] = stranger(key, own->label, number++, own->known);
    }
    if (site_fault_on(faults, SITE_NEAR_TWIN, own->setting)) {
        snprintf(key, sizeof key, "%.60sForPartners", own->key);
        snprintf(label, sizeof label, "%.200s of partners", own->label);
        ret[n++] = stranger(key, label, number++, own->known);
    }
    return n;
}

static void draw_side(const struct ofs_site *site, const char *current, struct ofs_buf *out)
{
    for (const struct site_category *c = site_categories; c->slug; c++) {
        bool here = current && !strcmp(current, c->slug);
        site_add(out, "<a href=\"" SITE_CATEGORIES "%s\"%s>", c->slug,
                 here ? " aria-current=\"page\"" : "");
        site_escape(out, site_category_title(c, site->lang));
        site_add(out, "</a>\n");
    }
}

/* The states of the page's settings, as data in the document. */
static void draw_data(struct ofs_site *site, const int *settings, size_t n, struct ofs_buf *out)
{
    cJSON *data = cJSON_CreateObject(), *list = cJSON_AddArrayToObject(data, "settings");
    bool any = false;
    for (size_t i = 0; i < n; i++) {
        bool stale = site_fault_on(&site->faults, SITE_EMBEDDED_STALE, settings[i]);
        if (!stale && !site_fault_on(&site->faults, SITE_EMBEDDED_STATE, settings[i]) &&
            !site_fault_on(&site->faults, SITE_EMBEDDED_CONTRADICTS, settings[i]))
            continue;
        bool on = site->on[settings[i]] != site_is_inverted(site, settings[i]);
        cJSON *o = cJSON_CreateObject();
        cJSON_AddStringToObject(o, "key", site_settings[settings[i]].key);
        cJSON_AddBoolToObject(o, "value", on != stale);
        cJSON_AddItemToArray(list, o);
        if (!stale)
            site_note_read(site, settings[i], site->on[settings[i]]);
        any = true;
    }
    char *text = config_text(data);
    if (any)
        site_add(out, "<script type=\"application/json\" id=\"page-data\">%s</script>\n",
                 text ? text : "{}");
    free(text);
}

static void draw_filler(struct ofs_buf *out)
{
    site_add(out, "<div hidden>\n");
    for (size_t n = 0; n < HUGE; n += 256)
        site_add(out, "<p>%0245zu</p>\n", n);
    site_add(out, "</div>\n");
}

/* The settings whose states are embedded in the document: `n` of them. */
struct data {
    const int *settings;
    size_t n;
};

/* A script that names sockets, workers or delays without an id is a reason to doubt a page if the
 * browser does not report them: each is present only with its own fault. */
static void draw_hints(const char *config, struct ofs_buf *out)
{
    static const struct {
        const char *fault, *script;
    } hints[] = {
        {"\"state-by-events\"", "events"},
        {"\"state-by-socket\"", "socket"},
        {"\"state-by-worker\"", "worker"},
        {"\"state-by-worker-events\"", "worker-events"},
        {"\"state-by-shared-worker\"", "shared-worker"},
        {"\"state-after-task\"", "task"},
        {"\"state-after-signal\"", "signal"},
    };
    for (size_t i = 0; i < sizeof hints / sizeof *hints; i++)
        if (strstr(config, hints[i].fault))
            site_add(out, "<script src=\"/static/faults-%s.js\"></script>\n", hints[i].script);
}

static void draw_shell(struct ofs_site *site, enum site_file file, const char *title,
                       const char *category, const struct ofs_buf *main, cJSON *config,
                       struct data data_of, bool huge, struct ofs_serve_reply *reply)
{
    struct ofs_buf side __attribute__((cleanup(ofs_buf_free))) = OFS_BUF(PAGE);
    struct ofs_buf filler __attribute__((cleanup(ofs_buf_free))) = OFS_BUF(PAGE);
    struct ofs_buf data __attribute__((cleanup(ofs_buf_free))) = OFS_BUF(PAGE);
    struct ofs_buf hints __attribute__((cleanup(ofs_buf_free))) = OFS_BUF(PAGE);
    char *text = config_text(config);
    draw_hints(text ? text : "", &hints);
    draw_data(site, data_of.settings, data_of.n, &data);
    draw_side(site, category, &side);
    if (huge)
        draw_filler(&filler);
    const struct site_pair pairs[] = {
        {"lang", site_words[site->lang].code},
        {"title", title},
        {"side", ofs_buf_str(&side)},
        {"main", ofs_buf_str(main)},
        {"config", text ? text : "{}"},
        {"data", ofs_buf_str(&data)},
        {"filler", ofs_buf_str(&filler)},
        {"hints", ofs_buf_str(&hints)},
        {NULL, NULL},
    };
    site_fill(&reply->body, file, pairs);
    free(text);
}

static void draw_row(struct ofs_buf *out, const char *path, const char *text)
{
    site_add(out, "<li><a href=\"%s\">", path);
    site_escape(out, text);
    site_add(out, "</a></li>\n");
}

static void draw_index_setting(const struct ofs_site *site, int setting, struct ofs_buf *out)
{
    const struct site_setting *s = &site_settings[setting];
    const struct site_faults *faults = &site->faults;
    if (site_setting_by_slug(s->slug, -1) != setting ||
        site_fault_on(faults, SITE_SETTING_ABSENT, setting) ||
        site_fault_on(faults, SITE_SETTING_ABSENT_404, setting))
        return;
    bool moved = site_fault_on(faults, SITE_MOVED, setting);
    const char *base = strrchr(s->slug, '/');
    char path[160];
    if (moved)
        snprintf(path, sizeof path, SITE_ROOT "settings/manage-%s", base ? base + 1 : s->slug);
    else
        snprintf(path, sizeof path, SITE_ROOT "%s", s->slug);
    draw_row(out, path, site_setting_row(setting, site->lang));
    if (site_fault_on(faults, SITE_LINK_TWICE, setting))
        draw_row(out, SITE_ROOT "settings/search-history", site_setting_row(setting, site->lang));
}

/* The entries of the table are among the others, not in front of them. */
static void draw_rows(const struct ofs_site *site, const char *category, struct ofs_buf *out)
{
    int next = 0;
    for (const struct site_neighbour *n = site_neighbours; n->slug; n++) {
        bool agent = !strcmp(n->text, SITE_AGENT_TEXT);
        if (strcmp(n->category, category) != 0 ||
            (agent && !site_fault_on(&site->faults, SITE_UNLISTED_AGENT_SWITCH, -1)))
            continue;
        char path[160];
        snprintf(path, sizeof path, SITE_ROOT "%s", n->slug);
        draw_row(out, path, site_neighbour_text(n, site->lang));
        while (next < SITE_SETTINGS && strcmp(site_settings[next].category, category) != 0)
            next++;
        if (next < SITE_SETTINGS)
            draw_index_setting(site, next++, out);
    }
    for (; next < SITE_SETTINGS; next++)
        if (!strcmp(site_settings[next].category, category))
            draw_index_setting(site, next, out);
}

void site_draw_index(struct ofs_site *site, const struct site_category *category,
                     struct ofs_serve_reply *reply)
{
    struct ofs_buf main __attribute__((cleanup(ofs_buf_free))) = OFS_BUF(PAGE);
    const int nowhere = -1;
    cJSON *config = new_config(site, true);
    cJSON_AddArrayToObject(config, "controls");
    cJSON_AddItemToObject(config, "faults", fault_names(site, &nowhere, 1));
    site_add(&main, "<section class=\"card\">\n");
    if (!site_fault_on(&site->faults, SITE_EVERYTHING_ABSENT, -1)) {
        site_add(&main, "<h2>");
        site_escape(&main, site_category_title(category, site->lang));
        site_add(&main, "</h2>\n<ul class=\"rows\">\n");
        draw_rows(site, category->slug, &main);
        site_add(&main, "</ul>\n");
    }
    site_add(&main, "</section>\n");
    draw_shell(site, SITE_FILE_SHELL, site_category_title(category, site->lang), category->slug,
               &main, config, (struct data){0}, site_fault_on(&site->faults, SITE_HUGE_PAGE, -1),
               reply);
}

/* A page whose settings are in a frame inside it. */
static void draw_outer(struct ofs_site *site, int first, struct ofs_serve_reply *reply)
{
    struct ofs_buf main __attribute__((cleanup(ofs_buf_free))) = OFS_BUF(PAGE);
    const struct site_setting *s = &site_settings[first];
    cJSON *config = new_config(site, true);
    cJSON_AddArrayToObject(config, "controls");
    cJSON_AddArrayToObject(config, "faults");
    site_add(&main, "<section class=\"card\"><iframe class=\"settings-iframe--frame\" title=\"");
    site_escape(&main, site_setting_row(first, site->lang));
    site_add(&main, "\" src=\"" SITE_ROOT "frame/%s\"></iframe></section>\n", s->slug);
    draw_shell(site, SITE_FILE_SHELL, site_setting_row(first, site->lang), s->category, &main,
               config, (struct data){0}, false, reply);
}

static void draw_back(const struct ofs_site *site, const char *category, struct ofs_buf *out)
{
    site_add(out, "<a class=\"back\" href=\"" SITE_CATEGORIES "%s\">&larr; ", category);
    site_escape(out, site_words[site->lang].back);
    site_add(out, "</a>\n");
}

void site_draw_setting(struct ofs_site *site, int first, bool inner, struct ofs_serve_reply *reply)
{
    struct ofs_buf main __attribute__((cleanup(ofs_buf_free))) = OFS_BUF(PAGE);
    const struct site_setting *s = &site_settings[first];
    enum site_generation generation = site_generation_of(site, first);
    if (generation == SITE_IFRAME && !inner) {
        draw_outer(site, first, reply);
        return;
    }
    site->loads++;
    bool rendered = generation == SITE_PSETTINGS;
    cJSON *config = new_config(site, !rendered);
    cJSON *controls = cJSON_AddArrayToObject(config, "controls");
    int here[SITE_SETTINGS];
    size_t n_here = 0;
    bool huge = false, managed = false;

    if (!inner)
        draw_back(site, s->category, &main);
    bool vouches = site_fault_on(&site->faults, SITE_HEADING_VOUCHES, first);
    site_add(&main, "<section class=\"card\">\n<h2>");
    site_escape(&main, vouches ? site_setting_label(first, site->lang)
                               : site_setting_row(first, site->lang));
    site_add(&main, "</h2>\n<p>");
    site_escape(&main, site->lang == SITE_JA ? site_words[SITE_JA].back : s->text);
    site_add(&main, "</p>\n<p><a class=\"more\" href=\"/help/\">%s</a></p>\n",
             site->lang == SITE_JA ? "詳細" : "Learn more");
    for (int i = first; i >= 0; i = site_setting_by_slug(s->slug, i)) {
        struct control c = setting_control(site, i, rendered), others[MOST_STRANGERS];
        size_t n = strangers(site, &c, others);
        draw_switch(site, &main, &c, generation);
        add_control(site, controls, &c, generation);
        for (size_t k = 0; k < n; k++) {
            draw_switch(site, &main, &others[k], generation);
            add_control(site, controls, &others[k], generation);
        }
        here[n_here++] = i;
        huge = huge || site_fault_on(&site->faults, SITE_HUGE_PAGE, i);
        managed = managed || site_fault_on(&site->faults, SITE_DISABLED_ON, i) ||
                  site_fault_on(&site->faults, SITE_DISABLED_OFF, i);
    }
    add_draws(site, first, config);
    if (managed)
        site_add(&main, "<p class=\"note\">This setting is managed by your organisation.</p>\n");
    site_add(&main, "</section>\n");
    cJSON_AddItemToObject(config, "faults", fault_names(site, here, n_here));
    draw_shell(site, inner ? SITE_FILE_INNER : SITE_FILE_SHELL, site_setting_row(first, site->lang),
               s->category, &main, config, (struct data){here, n_here}, huge, reply);
}

void site_draw_neighbour(struct ofs_site *site, const struct site_neighbour *neighbour,
                         struct ofs_serve_reply *reply)
{
    struct ofs_buf main __attribute__((cleanup(ofs_buf_free))) = OFS_BUF(PAGE);
    const char *base = strrchr(neighbour->slug, '/');
    char key[80];
    snprintf(key, sizeof key, "neighbour-%.60s", base ? base + 1 : neighbour->slug);
    struct control c = stranger(key, neighbour->text, 80, false);
    cJSON *config = new_config(site, true);
    cJSON_AddArrayToObject(config, "faults");
    add_control(site, cJSON_AddArrayToObject(config, "controls"), &c, SITE_CURRENT);
    draw_back(site, neighbour->category, &main);
    site_add(&main, "<section class=\"card\">\n<h2>");
    site_escape(&main, neighbour->text);
    site_add(&main, "</h2>\n<p>Not part of the rehearsal.</p>\n");
    draw_switch(site, &main, &c, SITE_CURRENT);
    site_add(&main, "</section>\n");
    draw_shell(site, SITE_FILE_SHELL, neighbour->text, neighbour->category, &main, config,
               (struct data){0}, false, reply);
}

void site_draw_plain(struct ofs_site *site, const char *title, const char *text,
                     struct ofs_serve_reply *reply)
{
    struct ofs_buf main __attribute__((cleanup(ofs_buf_free))) = OFS_BUF(PAGE);
    cJSON *config = new_config(site, true);
    cJSON_AddArrayToObject(config, "faults");
    cJSON_AddArrayToObject(config, "controls");
    site_add(&main, "<section class=\"card\"><h2>");
    site_escape(&main, title);
    site_add(&main, "</h2><p>");
    site_escape(&main, text);
    site_add(&main, "</p></section>\n");
    draw_shell(site, SITE_FILE_SHELL, title, NULL, &main, config, (struct data){0}, false, reply);
}

void site_draw_alone(struct ofs_site *site, const char *title, const char *main,
                     struct ofs_serve_reply *reply)
{
    const struct site_pair pairs[] = {
        {"lang", site_words[site->lang].code}, {"title", title}, {"main", main}, {NULL, NULL}};
    site_fill(&reply->body, SITE_FILE_ALONE, pairs);
}
