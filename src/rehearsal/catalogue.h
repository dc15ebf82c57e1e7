/*
 * catalogue.h: the contents of the replica's settings site: its settings, its index pages with all
 * their other entries, and the languages. Constant tables and look-ups in them; nothing here is
 * owned or freed. The settings, their addresses, keys and wordings are those that are known of the
 * real site; the other index entries and the address and key of `ai-creation-tools` are made up.
 */
#ifndef OFS_REHEARSAL_CATALOGUE_H
#define OFS_REHEARSAL_CATALOGUE_H

#include <stdbool.h>
#include <stddef.h>

enum site_lang {
    SITE_EN,
    SITE_DE,
    SITE_FR,
    SITE_IT,
    SITE_NL,
    SITE_PT,
    SITE_PL,
    SITE_ES,
    SITE_JA, /* a language that no scenario knows: nothing on its pages is in English */
    SITE_LANGS,
};

enum { SITE_SETTINGS = 14 };

/* The words around the settings, in one language. */
struct site_words {
    const char *code;
    const char *on, *off, *yes, *no;
    const char *saved, *failed;
    const char *back;
    const char *negation; /* put in front of a label to invert its meaning */
};

struct site_setting {
    const char *id;
    const char *slug; /* below /mypreferences/d/ */
    const char *key;
    const char *input_id; /* the input carries this id instead of being labelled by the key */
    const char *category;
    const char *row[SITE_LANGS];   /* NULL: as in English */
    const char *label[SITE_LANGS]; /* NULL: as in English */
    const char *text;
};

struct site_category {
    const char *slug; /* below /mypreferences/d/categories/ */
    const char *title;
    const char *title_ja;
};

/* An index entry that is not one of the settings. */
struct site_neighbour {
    const char *category;
    const char *slug;
    const char *text;
    bool dangerous; /* opening it is already a wrong touch */
};

extern const struct site_words site_words[SITE_LANGS];
extern const struct site_setting site_settings[SITE_SETTINGS];
extern const struct site_category site_categories[];  /* ended by a NULL slug */
extern const struct site_neighbour site_neighbours[]; /* ended by a NULL slug */

/* The index of a setting, or -1. */
int site_setting_by_id(const char *id);
int site_setting_by_key(const char *key);
/* The first setting on the page with that slug, or -1; `after`: -1, or the previous one, to
 * iterate. */
int site_setting_by_slug(const char *slug, int after);

/* The text of a switch and an index entry that no scenario knows. */
#define SITE_AGENT_TEXT "Use your posts to train agent models"

const char *site_category_title(const struct site_category *category, enum site_lang lang);
/* Static; in Japanese until the next call. */
const char *site_neighbour_text(const struct site_neighbour *neighbour, enum site_lang lang);
/* In Japanese until the next call. */
const char *site_setting_row(int setting, enum site_lang lang);
const char *site_setting_label(int setting, enum site_lang lang);

const struct site_category *site_category_by_slug(const char *slug);
const struct site_neighbour *site_neighbour_by_slug(const char *slug);

/* -1 if there is no such language. */
int site_lang_by_code(const char *code);

#endif
