#include "rehearsal/faults.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

const struct site_fault_row site_fault_rows[] = {
#define X(symbol, name, kind, text) {name, kind, text},
    SITE_FAULT_TABLE(X)
#undef X
        {NULL, NULL, NULL},
};

static int find_fault(const char *name)
{
    for (int i = 0; i < SITE_FAULT_COUNT; i++)
        if (!strcmp(site_fault_rows[i].name, name))
            return i;
    return -1;
}

static int unknown(const char *what, const char *word, const char *const *words,
                   struct ofs_error *err)
{
    const char *near = ofs_text_closest(word, words);
    ofs_fail(err, OFS_ERR_USAGE, "there is no %s \"%s\"", what, word);
    return near ? ofs_hint(err, "did you mean \"%s\"?", near)
                : ofs_hint(err, "'offswitch rehearse --list-faults' lists them");
}

static int parse_one(struct site_faults *faults, char *word, struct ofs_error *err)
{
    const char *words[(int)SITE_FAULT_COUNT + 1] = {NULL};
    const char *ids[SITE_SETTINGS + 1] = {NULL};
    for (int i = 0; i < SITE_FAULT_COUNT; i++)
        words[i] = site_fault_rows[i].name;
    for (int i = 0; i < SITE_SETTINGS; i++)
        ids[i] = site_settings[i].id;
    char *id = strchr(word, '@');
    if (id)
        *id++ = '\0';
    int fault = find_fault(word);
    if (fault < 0)
        return unknown("fault", word, words, err);
    if (!id) {
        faults->everywhere[fault] = true;
        return 0;
    }
    int setting = site_setting_by_id(id);
    if (setting < 0)
        return unknown("setting", id, ids, err);
    faults->at[fault][setting] = true;
    return 0;
}

int site_faults_parse(struct site_faults *faults, const char *text, struct ofs_error *err)
{
    memset(faults, 0, sizeof *faults);
    for (const char *at = text ? text : ""; *at;) {
        char word[128];
        size_t n = strcspn(at, ",");
        if (n >= sizeof word)
            return ofs_fail(err, OFS_ERR_USAGE, "there is no fault with so long a name");
        memcpy(word, at, n);
        word[n] = '\0';
        if (n && parse_one(faults, word, err))
            return -1;
        at += n + (at[n] == ',');
    }
    return 0;
}

bool site_fault_on(const struct site_faults *faults, enum site_fault fault, int setting)
{
    return faults->everywhere[fault] || (setting >= 0 && faults->at[fault][setting]);
}
