#include "support/past.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record/recording.h"

enum { MOST = 16 };

static enum ofs_verdict verdict_of(const char *word)
{
    for (int v = OFS_VERDICT_UNKNOWN; v <= OFS_VERDICT_SKIPPED; v++)
        if (!strcmp(ofs_verdict_word((enum ofs_verdict)v), word))
            return (enum ofs_verdict)v;
    fail_msg("no verdict %s", word);
    return OFS_VERDICT_UNKNOWN;
}

/* "a:on>off:fixed" */
static void read_result(char *word, struct ofs_result *ret)
{
    char *before = strchr(word, ':'), *after = strchr(word, '>'), *verdict = strrchr(word, ':');
    *before = *after = *verdict = '\0';
    *ret = (struct ofs_result){.id = word,
                               .title = word,
                               .group = "ai",
                               .wanted = "off",
                               .verdict = verdict_of(verdict + 1),
                               .located = "key",
                               .ready = "quiet"};
    snprintf(ret->before, sizeof ret->before, "%s", before + 1);
    snprintf(ret->after, sizeof ret->after, "%s", after + 1);
    snprintf(ret->page, sizeof ret->page, "/settings/%s", word);
    snprintf(ret->wording, sizeof ret->wording, "Use %s", word);
    snprintf(ret->detail, sizeof ret->detail, "a sentence");
    if (ret->verdict == OFS_VERDICT_UNKNOWN)
        ret->reason = "not-ready";
    ret->proof_reload = ret->verdict == OFS_VERDICT_FIXED;
}

static void press(struct ofs_recording *recording, const struct ofs_result *r)
{
    struct ofs_error err = {0};
    int64_t number;
    if (!r->before[0] || !r->after[0] || !strcmp(r->before, r->after))
        return;
    if (ofs_recording_intend(recording,
                             &(struct ofs_intent){.setting = r->id,
                                                  .from = r->before,
                                                  .to = r->after,
                                                  .url = r->page,
                                                  .wording = r->wording},
                             &number, &err) ||
        ofs_recording_outcome(recording, number, "yes", r->after, NULL, &err))
        fail_msg("%s", err.text);
}

void past_add(struct ofs_ledger *ledger, const struct past *past, char ret_id[40])
{
    struct ofs_error err = {0};
    struct ofs_result results[MOST];
    struct ofs_run run = {.command = past->command,
                          .scenario_id = "example",
                          .scenario_version = "1",
                          .scenario_sha256 = past->sha256 ? past->sha256 : "same",
                          .origin = "https://www.example.com",
                          .protocol = "cdp",
                          .wire = "pipe",
                          .browser_name = "Chrome",
                          .label = past->label,
                          .results = results};
    char *words = strdup(past->settings), *rest = words, *word;
    char last[OFS_HINT_SIZE];
    bool changed;
    ofs_run_begin(&run);
    snprintf(run.started, sizeof run.started, "%s", past->started);
    snprintf(run.finished, sizeof run.finished, "%s", past->started);
    while ((word = strsep(&rest, " ")) && run.n_results < MOST)
        if (*word)
            read_result(word, &results[run.n_results++]);
    struct ofs_recording *recording = ofs_recording_begin(
        ledger, &run,
        &(struct ofs_recording_facts){
            .scenario_title = "Example", .stale_after_days = 30, .profile = "own"},
        &err);
    if (!recording || (past->account &&
                       ofs_recording_account(recording, &run, past->account, &changed, last, &err)))
        fail_msg("%s", err.text);
    for (size_t i = 0; i < run.n_results; i++)
        press(recording, &results[i]);
    run.exit = ofs_run_status(&run);
    if (ofs_recording_finish(recording, &run, &err))
        fail_msg("%s", err.text);
    if (ret_id)
        memcpy(ret_id, run.id, sizeof run.id);
    ofs_recording_free(recording);
    free(words);
}
