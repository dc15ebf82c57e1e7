#include <stdio.h>
#include <stdlib.h>
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
    if (now.reason || strcmp(now.state, entry->seen.state) ||
        now.inverted != entry->seen.inverted || now.disabled) {
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
    int rc =
        ofs_page_flip(job->page, entry->setting, entry->seen.inverted ? turned(wanted) : wanted,
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
        if (ofs_loop_turn(job->browser->loop, ofs_deadline_min(until, job->deadline), &soft) &&
            (soft.code != OFS_ERR_TIMEOUT || ofs_deadline_left(job->deadline) == 0)) {
            *err = soft;
            return -1;
        }
    }
    return 0;
}

static bool agrees(const struct ofs_entry *entry)
{
    return entry->was_reloaded && !strcmp(entry->last.state, entry->reloaded.state);
}

/* The last act: read again, in fresh tabs, everything that was pressed. */
static int read_last(struct ofs_job *job, struct ofs_reading *readings, struct ofs_error *err)
{
    size_t n = 0;
    for (size_t i = 0; i < job->n_entries; i++)
        if (was_pressed(&job->entries[i]))
            readings[n++] =
                (struct ofs_reading){.entry = &job->entries[i],
                                     .visit = ofs_reread_visit(&job->entries[i], OFS_REREAD_LAST),
                                     .seen = &job->entries[i].last};
    if (n == 0)
        return 0;
    job->halt =
        NULL; /* a gate that closed meanwhile is knocked at once more, to know how it stands */
    if (hold(job, err) || ofs_read_side_by_side(job, NULL, readings, n, err))
        return -1;
    for (size_t i = 0; i < n; i++) {
        struct ofs_entry *entry = readings[i].entry;
        if (!readings[i].was_seen) {
            entry->last.reason = job->halt;
            memcpy(entry->last.detail, job->halt_detail, sizeof entry->last.detail);
        }
        ofs_compare_shape(entry, &entry->last);
        /* Two reads differ: a third one, reloaded, decides. */
        if (!agrees(entry) && !entry->last.reason &&
            ofs_reread_setting(job, job->page, entry, OFS_REREAD_LAST, &entry->last, err))
            return -1;
        ofs_judge_fix(
            &(struct ofs_evidence){.flip = &entry->flip,
                                   .reloaded = entry->was_reloaded ? &entry->reloaded : NULL,
                                   .fresh = &entry->last},
            entry->result);
        ofs_tell(job, entry, ofs_verdict_word(entry->result->verdict));
    }
    return 0;
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

/* A gate of the site closed before its turn came. */
static void leave(const struct ofs_job *job, struct ofs_entry *entry)
{
    snprintf(entry->result->detail, sizeof entry->result->detail,
             "it is %s and was not pressed; before that: %.340s", entry->result->before,
             job->halt_detail);
}

void ofs_job_fix(struct ofs_job *job)
{
    struct ofs_error end = {0};
    int rc = 0;
    for (size_t i = 0; !rc && i < job->n_entries; i++) {
        struct ofs_entry *entry = &job->entries[i];
        if (entry->result->verdict != OFS_VERDICT_DIFFERS)
            continue;
        if (job->halt)
            leave(job, entry);
        else
            rc = flip(job, entry, &end);
    }
    struct ofs_reading *readings = calloc(job->n_entries + 1, sizeof *readings);
    if (!rc && !readings)
        rc = ofs_fail(&end, OFS_ERR_SYSTEM, "out of memory");
    if (!rc)
        rc = read_last(job, readings, &end);
    free(readings);
    if (rc)
        mark_unfinished(job, &end);
    job->run.exit = ofs_run_status(&job->run);
}
