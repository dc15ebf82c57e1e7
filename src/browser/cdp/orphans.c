#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "browser/cdp/internal.h"

/* Orphaned tabs of killed runs. Such a tab is identified by its id, or by the mark in its first
 * address (browser/journal.h), both random. It is closed only if it is unchanged: on our scenario's
 * site or empty, and not used by the person. */

enum { FORGET_AFTER_S = 7 * 24 * 3600 };

static bool is_on_site(const char *url, const char *site)
{
    size_t n = strlen(site);
    return n && !strncmp(url, site, n) && (!url[n] || strchr("/?#", url[n]));
}

static const cJSON *find(const cJSON *targets, const struct ofs_journal_entry *note)
{
    const cJSON *info;
    cJSON_ArrayForEach(info, ofs_json_get(targets, "targetInfos"))
    {
        if ((note->target[0] && !strcmp(ofs_json_str(info, "targetId", ""), note->target)) ||
            !strcmp(ofs_json_str(info, "url", ""), note->mark))
            return info;
    }
    return NULL;
}

/* True when the entry is no longer needed. */
static bool settle(struct cdp *b, const struct ofs_journal_entry *note, const cJSON *targets,
                   ofs_deadline deadline, int *closed)
{
    const cJSON *info = find(targets, note);
    if (!info) /* not of this browser, or gone */
        return !strcmp(note->browser, b->id) || note->age_s > FORGET_AFTER_S;
    const char *url = ofs_json_str(info, "url", "");
    if (ofs_json_bool(info, "attached", true))
        return false;
    if (strcmp(url, note->mark) && strcmp(url, "about:blank") && !is_on_site(url, note->site))
        return true; /* the person has used it since: theirs now */
    bool done = ofs_cdp_close_target(b, ofs_json_str(info, "targetId", ""), deadline);
    *closed += done;
    return done;
}

int ofs_cdp_close_orphans(struct cdp *b, ofs_deadline deadline)
{
    struct ofs_journal_entry **notes = NULL;
    struct ofs_error ignored;
    OFS_AUTO_JSON targets = NULL;
    size_t n = ofs_journal_orphans(b->state, &notes);
    int closed = 0;
    bool told =
        n && !ofs_rpc_call(b->rpc, NULL, "Target.getTargets", NULL, deadline, &targets, &ignored);
    for (size_t i = 0; i < n; i++)
        ofs_journal_end(notes[i], told && settle(b, notes[i], targets, deadline, &closed));
    free(notes);
    return closed;
}
