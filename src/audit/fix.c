#include <stdio.h>
#include <string.h>

#include "audit/audit.h"

/* A site may undo a flip some seconds later, so the last read of a run comes no sooner than this
 * after the press and its save. Milliseconds. */
enum { HOLD = 6000 };

static const char *turned(const char *state)
{
    return !strcmp(state, "on") ? "off" : "on";
}

/* Go back to where the setting was seen: the page must still say what the person said yes to. */
static int stand_before(struct ofs_job *job, struct ofs_entry *entry, bool *ret_same,
                        struct ofs_error *err)
{
    struct ofs_observation now;
    *ret_same = false;
    if (ofs_reread_setting(job, job->page, entry, OFS_REREAD_HERE, &now, err))
        return -1;
    if (now.reason || strcmp(now.state, entry->seen.state) || now.inverted != entry->seen.inverted ||
        now.disabled) {
        char before[OFS_STATE_SIZE];
        memcpy(before, entry->result->before, sizeof before);
        entry->seen = now;
        ofs_judge_check(&now, entry->result);
        memcpy(entry->result->before, before, sizeof before); /* as the check read it */
        return 0;
    }
    *ret_same = true;
    return 0;
}

static int flip(struct ofs_job *job, struct ofs_entry *entry, struct ofs_error *err)
{
    const char *wanted = entry->setting->wanted;
    bool same;
    ofs_tell(job, entry, "flipping");
    if (stand_before(job, entry, &same, err))
        return -1;
    if (!same)
        return 0;
    entry->was_tried = true;
    int rc = ofs_page_flip(job->page, entry->setting, entry->seen.inverted ? turned(wanted) : wanted,
                           job->deadline, &entry->flip, err);
    entry->settled_ms = ofs_now_ms();
    if (!rc && !entry->flip.sent)
        ofs_judge_fix(&(struct ofs_evidence){.flip = &entry->flip}, entry->result);
    if (rc || !entry->flip.sent)
        return rc;
    ofs_tell(job, entry, "reading it back");
    if (ofs_reread_setting(job, job->page, entry, OFS_REREAD_RELOADED, &entry->reloaded, err))
        return -1;
    entry->was_reloaded = true;
    return 0;
}

/* The last act: read again, in a fresh tab, everything that was pressed. */
static int prove(struct ofs_job *job, struct ofs_page *fresh, struct ofs_entry *entry,
                 struct ofs_error *err)
{
    struct ofs_observation last;
    ofs_tell(job, entry, "reading it in a fresh tab");
    if (ofs_reread_setting(job, fresh, entry, OFS_REREAD_LAST, &last, err))
        return -1;
    bool agree = entry->was_reloaded && !strcmp(last.state, entry->reloaded.state);
    if (!agree && !last.reason && ofs_reread_setting(job, fresh, entry, OFS_REREAD_LAST, &last, err))
        return -1; /* two reads differ: a third one, reloaded, decides */
    ofs_judge_fix(&(struct ofs_evidence){.flip = &entry->flip,
                                         .reloaded = entry->was_reloaded ? &entry->reloaded : NULL,
                                         .fresh = &last},
                  entry->result);
    ofs_tell(job, entry, ofs_verdict_word(entry->result->verdict));
    return 0;
}

static bool was_pressed(const struct ofs_entry *entry)
{
    return entry->flip.sent;
}

static int hold(struct ofs_job *job, struct ofs_error *err)
{
    int64_t last = 0;
    for (size_t i = 0; i < job->n_entries; i++)
        if (was_pressed(&job->entries[i]) && job->entries[i].settled_ms > last)
            last = job->entries[i].settled_ms;
    ofs_deadline until = last + HOLD;
    while (ofs_now_ms() < until) {
        struct ofs_error soft;
        if (ofs_browser_turn(job->browser, ofs_deadline_min(until, job->deadline), &soft) &&
            (soft.code != OFS_ERR_TIMEOUT || ofs_deadline_left(job->deadline) == 0)) {
            *err = soft;
            return -1;
        }
    }
    return 0;
}

static int prove_all(struct ofs_job *job, struct ofs_error *err)
{
    bool any = false;
    for (size_t i = 0; i < job->n_entries; i++)
        any = any || was_pressed(&job->entries[i]);
    if (!any)
        return 0;
    if (hold(job, err))
        return -1;
    struct ofs_page *fresh = ofs_page_open(job->browser, job->scenario, job->origin,
                                           job->options.wording, job->deadline, err);
    int rc = fresh ? 0 : -1;
    for (size_t i = 0; !rc && i < job->n_entries; i++)
        if (was_pressed(&job->entries[i]))
            rc = prove(job, fresh, &job->entries[i], err);
    ofs_page_close(fresh, ofs_deadline_in(3000));
    return rc;
}

/* What was pressed or was going to be, and has no verdict of a fix yet. */
static void mark_unfinished(struct ofs_job *job, const struct ofs_error *err)
{
    for (size_t i = 0; i < job->n_entries; i++) {
        struct ofs_entry *entry = &job->entries[i];
        if (entry->result->verdict != OFS_VERDICT_DIFFERS)
            continue;
        bool touched = was_pressed(entry) || err->maybe_done;
        if (!entry->was_tried) { /* nothing was done to it: it still differs */
            snprintf(entry->result->detail, sizeof entry->result->detail,
                     "it is %s and was not pressed: %.300s; run again", entry->result->before,
                     err->text);
            continue;
        }
        ofs_mark_unread(entry->result, err);
        if (touched) {
            entry->result->after[0] = '\0';
            snprintf(entry->result->detail, sizeof entry->result->detail,
                     "pressed once, and then: %.300s; run check to see how it stands", err->text);
        }
    }
}

int ofs_job_fix(struct ofs_job *job, struct ofs_error *err)
{
    struct ofs_error end = {0};
    int rc = 0;
    (void)err;
    for (size_t i = 0; !rc && i < job->n_entries; i++) {
        struct ofs_entry *entry = &job->entries[i];
        if (entry->result->verdict != OFS_VERDICT_DIFFERS || job->halt)
            continue;
        rc = flip(job, entry, &end);
    }
    if (!rc)
        rc = prove_all(job, &end);
    if (rc)
        mark_unfinished(job, &end);
    job->run.exit = ofs_run_status(&job->run);
    return 0;
}
