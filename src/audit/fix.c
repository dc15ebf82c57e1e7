#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/internal.h"
#include "audit/record.h"
#include "base/json.h"

enum {
    LATER = 2000,      /* ms: a save may be shown late, then the tab is reloaded once more */
    RELOADS = 2,       /* after the first one */
    READ_BACK = 45000, /* ms beyond the run's deadline, for reading back what was pressed */
};

/* ---- presses that could overwrite each other ---- */

static const char *save_path(const struct ofs_setting *setting)
{
    return ofs_json_str(setting->save, "path", NULL);
}

/* A setting with its own save request cannot overwrite another one. */
static bool must_be_alone(const struct ofs_job *job, const struct ofs_entry *entry)
{
    const char *path = save_path(entry->setting);
    for (size_t i = 0; path && i < job->n_entries; i++) {
        const char *other = save_path(job->entries[i].setting);
        if (&job->entries[i] != entry && other && !strcmp(other, path))
            return true;
    }
    return !path;
}

static int begin_press(struct ofs_job *job, bool alone, struct ofs_error *err)
{
    while (job->pressing_alone || (alone && job->pressing))
        if (ofs_loop_turn(job->loop, job->deadline, err))
            return -1;
    job->pressing++;
    job->pressing_alone += alone;
    return 0;
}

static void end_press(struct ofs_job *job, bool alone)
{
    job->pressing--;
    job->pressing_alone -= alone;
    ofs_loop_notify(job->loop);
}

/* ---- the second stage: press, and read back after a reload ---- */

static bool wants_press(const struct ofs_job *job, const struct ofs_entry *entry)
{
    /* if it is not set, the check may have read pages with parts from a cache */
    return job->options.presses && entry->result->verdict == OFS_VERDICT_DIFFERS &&
           !entry->result->left && !entry->was_tried;
}

static const char *turned(const char *state)
{
    return !strcmp(state, "on") ? "off" : "on";
}

/* The site was blocked before this setting's turn. */
static void mark_not_attempted(const struct ofs_job *job, struct ofs_entry *entry)
{
    snprintf(entry->result->detail, sizeof entry->result->detail,
             "it is %s and was not clicked; before that: %.340s", entry->result->before,
             job->halt_detail);
}

/* The page must still say what the person agreed to. */
static int revalidate(struct ofs_worker *worker, struct ofs_entry *entry, bool *ret_same,
                      struct ofs_error *err)
{
    struct ofs_observation now;
    *ret_same = false;
    if (ofs_reread_setting(worker, entry, OFS_REREAD_HERE, worker->job->deadline, &now, err))
        return -1;
    ofs_record_seen(worker->job, entry, "before", &now);
    *ret_same = !now.reason && !strcmp(now.state, entry->seen.state) &&
                now.inverted == entry->seen.inverted && !now.disabled;
    if (*ret_same)
        return 0;
    char before[OFS_STATE_SIZE];
    memcpy(before, entry->result->before, sizeof before);
    entry->seen = now;
    ofs_judge_check(&now, entry->result);
    memcpy(entry->result->before, before, sizeof before); /* as the check read it */
    return 0;
}

static void leave_to_other_run(struct ofs_entry *entry, const struct ofs_error *err)
{
    entry->result->left = true;
    snprintf(entry->result->detail, sizeof entry->result->detail,
             "it is %s and was not clicked: %.300s; run again when that has ended",
             entry->result->before, err->text);
}

static int press_and_settle(struct ofs_worker *worker, struct ofs_entry *entry,
                            struct ofs_error *err)
{
    struct ofs_job *job = worker->job;
    const char *wanted = entry->setting->wanted;
    bool alone = must_be_alone(job, entry), same;
    if (begin_press(job, alone, err))
        return -1;
    int rc = revalidate(worker, entry, &same, err);
    if (!rc && same)
        rc = ofs_record_intent(job, entry, err);
    if (rc && same && err->code == OFS_ERR_REFUSED) {
        leave_to_other_run(entry, err);
        rc = 0;
        same = false;
    }
    if (!rc && same) {
        int64_t began = ofs_now_ms();
        entry->was_tried = true;
        job->pressed_ms = began;
        rc = ofs_page_press(worker->page, entry->setting,
                            entry->seen.inverted ? turned(wanted) : wanted, job->deadline,
                            &entry->press, err);
        ofs_record_pressed(job, entry, rc ? err : NULL);
        job->pressed_ms = entry->settled_ms = ofs_now_ms();
        entry->result->times.pressing += entry->settled_ms - began;
    }
    end_press(job, alone);
    return rc;
}

static bool is_right(const struct ofs_entry *entry, const struct ofs_observation *seen)
{
    return !seen->reason && !strcmp(seen->state, entry->setting->wanted);
}

static int pause_for(struct ofs_job *job, int64_t ms, ofs_deadline deadline, struct ofs_error *err)
{
    return ofs_loop_sleep(job->loop, ofs_deadline_min(ofs_deadline_in(ms), deadline), err);
}

/* Reload in the tab that pressed. A site may need a moment until it shows what it has saved. */
static int read_back(struct ofs_worker *worker, struct ofs_entry *entry, struct ofs_error *err)
{
    ofs_deadline deadline = worker->job->deadline + READ_BACK;
    ofs_tell(worker->job, entry, "reading it back");
    for (int i = 0; i <= RELOADS; i++) {
        if (i && pause_for(worker->job, LATER, deadline, err))
            return -1;
        if (ofs_reread_setting(worker, entry, OFS_REREAD_LOADED, deadline, &entry->reloaded, err))
            return -1;
        entry->was_reloaded = true;
        ofs_record_seen(worker->job, entry, "reload", &entry->reloaded);
        bool refused = entry->press.save_status >= 400 || entry->press.save_failed;
        /* a save that the site processes late may contradict a page while it loads */
        bool again =
            !entry->reloaded.reason || (!i && !strcmp(entry->reloaded.reason, "not-ready"));
        if (is_right(entry, &entry->reloaded) || !again || refused)
            break;
    }
    return 0;
}

static int fix_one(struct ofs_worker *worker, struct ofs_entry *entry, struct ofs_error *err)
{
    struct ofs_job *job = worker->job;
    if (job->halt) {
        mark_not_attempted(job, entry);
        return 0;
    }
    ofs_tell(job, entry, "turning it");
    if (press_and_settle(worker, entry, err))
        return -1;
    if (!entry->was_tried)
        return 0;
    if (!entry->press.sent) {
        ofs_judge_fix(&(struct ofs_proofs){.press = &entry->press}, entry->result);
        return 0;
    }
    return read_back(worker, entry, err);
}

/* The page failed during work on this setting. A setting that may have been pressed gets its last
 * read; otherwise it keeps its verdict and names the reason. */
static void fix_failed(struct ofs_job *job, struct ofs_entry *entry, const struct ofs_error *err)
{
    (void)job;
    if (err->maybe_done)
        entry->press.sent = true;
    entry->unread = ofs_reason_of_error(err);
    if (entry->press.sent)
        entry->settled_ms = ofs_now_ms();
    else if (entry->was_tried)
        ofs_mark_unread(entry->result, err);
    else
        snprintf(entry->result->detail, sizeof entry->result->detail,
                 "it is %s and was not clicked: %.300s; run again", entry->result->before,
                 err->text);
    entry->was_tried = true;
}

/* ---- the last stage: a fresh tab, after the hold ---- */

static bool wants_last_read(const struct ofs_job *job, const struct ofs_entry *entry)
{
    (void)job;
    return entry->press.sent && !entry->was_read_last;
}

static ofs_deadline hold_end(const struct ofs_job *job)
{
    int64_t last = 0;
    for (size_t i = 0; i < job->n_entries; i++)
        if (job->entries[i].press.sent && job->entries[i].settled_ms > last)
            last = job->entries[i].settled_ms;
    return last + job->options.hold_ms;
}

/* Tabs are opened during the hold, and used after it. */
static int hold(struct ofs_worker *worker, struct ofs_error *err)
{
    int64_t left = ofs_deadline_left(hold_end(worker->job));
    return left ? pause_for(worker->job, left, OFS_NEVER, err) : 0;
}

static int read_last(struct ofs_worker *worker, struct ofs_entry *entry, struct ofs_error *err)
{
    struct ofs_job *job = worker->job;
    entry->result->times.holding += ofs_now_ms() > entry->settled_ms ? job->options.hold_ms : 0;
    ofs_tell(job, entry, "reading it in a fresh tab");
    if (job->halt)
        ofs_cannot(&entry->fresh, job->halt, "%s", job->halt_detail);
    else if (ofs_reread_setting(worker, entry, OFS_REREAD_LOADED, job->deadline + READ_BACK,
                                &entry->fresh, err))
        return -1;
    entry->was_read_last = true;
    ofs_record_seen(job, entry, "last", &entry->fresh);
    ofs_judge_fix(&(struct ofs_proofs){.press = &entry->press,
                                       .reloaded = entry->was_reloaded ? &entry->reloaded : NULL,
                                       .unread = entry->unread,
                                       .fresh = &entry->fresh,
                                       .held = job->options.hold_ms > 0},
                  entry->result);
    ofs_tell(job, entry, ofs_verdict_word(entry->result->verdict));
    struct ofs_picture after;
    int rc = ofs_take_picture(worker, entry, &after, err);
    ofs_record_picture(job, entry, "after", &after);
    ofs_picture_clear(&after);
    return rc;
}

static void last_failed(struct ofs_job *job, struct ofs_entry *entry, const struct ofs_error *err)
{
    entry->was_read_last = true;
    ofs_mark_unread(entry->result, err);
    entry->result->after[0] = '\0';
    snprintf(entry->result->detail, sizeof entry->result->detail,
             "clicked once, then: %.300s; run check to see its state", err->text);
    ofs_tell(job, entry, ofs_verdict_word(entry->result->verdict));
}

/* The error that ended the run applies to every unfinished setting. */
static void mark_unfinished(struct ofs_job *job)
{
    const struct ofs_error *end = &job->end;
    for (size_t i = 0; i < job->n_entries; i++) {
        struct ofs_entry *entry = &job->entries[i];
        if (wants_last_read(job, entry))
            last_failed(job, entry, end);
        else if (entry->result->verdict == OFS_VERDICT_DIFFERS && entry->was_tried &&
                 !entry->press.sent)
            ofs_mark_unread(entry->result, end);
        else if (wants_press(job, entry))
            snprintf(entry->result->detail, sizeof entry->result->detail,
                     "it is %s and was not clicked: %.300s; run again", entry->result->before,
                     end->text);
    }
}

void ofs_job_fix(struct ofs_job *job)
{
    const struct ofs_stage press = {
        .wants = wants_press, .work = fix_one, .failed = fix_failed, .deadline = job->deadline};
    const struct ofs_stage last = {.wants = wants_last_read,
                                   .work = read_last,
                                   .failed = last_failed,
                                   .prepare = hold,
                                   .deadline = job->deadline + READ_BACK};
    ofs_pump(job, &press);
    ofs_close_tabs(job); /* the last reads are made in tabs that have pressed nothing */
    /* If a run timed out, or its ledger failed, it still reads back what it has pressed. */
    struct ofs_error end = job->end;
    for (size_t i = 0; i < job->n_entries; i++)
        if (end.code != OFS_ERR_NONE && !job->entries[i].unread)
            job->entries[i].unread = ofs_reason_of_error(&end);
    if (end.code == OFS_ERR_TIMEOUT || end.code == OFS_ERR_STATE)
        job->end = (struct ofs_error){0};
    job->halt = NULL; /* retry once even after a blocker */
    job->run.hold_ms = job->options.hold_ms;
    if (job->end.code == OFS_ERR_NONE)
        ofs_pump(job, &last);
    if (job->end.code == OFS_ERR_NONE)
        job->end = end;
    if (job->end.code != OFS_ERR_NONE)
        mark_unfinished(job);
    job->run.exit = ofs_run_status(&job->run);
}
