/*
 * Runs in the ledger: written, interrupted, resolved, chained, removed, and several at once.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/text.h"
#include "record/chain.h"
#include "record/choices.h"
#include "record/history.h"
#include "record/recording.h"
#include "support/past.h"
#include "support/scratch.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

static struct ofs_ledger *must_open(const char *state)
{
    struct ofs_error err = {0};
    struct ofs_ledger *ledger = ofs_ledger_open(state, &err);
    if (!ledger)
        fail_msg("%s", err.text);
    return ledger;
}

static struct ofs_run a_run(const char *command)
{
    struct ofs_run run = {.command = command,
                          .scenario_id = "example",
                          .scenario_version = "1",
                          .scenario_sha256 = "same",
                          .origin = "https://www.example.com"};
    ofs_run_begin(&run);
    return run;
}

static struct ofs_recording *must_begin(struct ofs_ledger *ledger, const struct ofs_run *run)
{
    struct ofs_error err = {0};
    struct ofs_recording *recording = ofs_recording_begin(
        ledger, run, &(struct ofs_recording_facts){.scenario_title = "Example", .profile = "own"},
        &err);
    if (!recording)
        fail_msg("%s", err.text);
    return recording;
}

static const struct ofs_intent press = {
    .setting = "a", .from = "on", .to = "off", .url = "https://www.example.com/a", .wording = "A"};

/* A process that is about to press, and is killed there. */
static void die_during_press(const char *state)
{
    pid_t child = fork();
    if (child == 0) {
        struct ofs_error err;
        int64_t number;
        struct ofs_ledger *ledger = must_open(state);
        struct ofs_run run = a_run("fix");
        struct ofs_recording *recording = must_begin(ledger, &run);
        if (ofs_recording_intend(recording, &press, &number, &err))
            _exit(1);
        kill(getpid(), SIGKILL);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
}

static int faults_of(struct ofs_ledger *ledger, const char *words)
{
    struct ofs_error err = {0};
    OFS_AUTO_JSON report = ofs_chain_verify(ledger, &err);
    const cJSON *fault;
    int n = 0;
    if (!report)
        fail_msg("%s", err.text);
    cJSON_ArrayForEach(fault, ofs_json_get(report, "faults"))
    {
        n += !words || strstr(ofs_json_str(fault, "text", ""), words) != NULL;
    }
    return n;
}

static void test_a_press_of_a_dead_run_is_found(void **state)
{
    struct ofs_error err = {0};
    die_during_press(*state);
    OFS_AUTO_LEDGER ledger = must_open(*state);
    struct ofs_run run = a_run("check");
    struct ofs_recording *recording = must_begin(ledger, &run);
    OFS_AUTO_JSON before = ofs_recording_unfinished(recording, &err);
    assert_int_equal(cJSON_GetArraySize(before), 1);
    assert_string_equal(ofs_json_str(cJSON_GetArrayItem(before, 0), "setting", ""), "a");
    const struct ofs_seen seen = {.setting = "a", .act = "check", .state = "off"};
    assert_int_equal(ofs_recording_observe(recording, &seen, &err), 0);
    assert_int_equal(ofs_recording_finish(recording, &run, &err), 0);
    OFS_AUTO_JSON after = ofs_recording_unfinished(recording, &err);
    assert_int_equal(cJSON_GetArraySize(after), 0);
    ofs_recording_free(recording);
    struct ofs_db *db = ofs_ledger_db(ledger);
    assert_int_equal(
        ofs_db_number(db, -1, "SELECT count(*) FROM runs WHERE ended = 'broken-off'", ""), 1);
    OFS_AUTO_JSON outcome = ofs_db_row(db, &err, "SELECT sent, state FROM outcomes", "");
    assert_string_equal(ofs_json_str(outcome, "sent", ""), "unknown");
    assert_string_equal(ofs_json_str(outcome, "state", ""), "off");
    assert_int_equal(faults_of(ledger, NULL), 0);
}

static void test_an_unreadable_setting_stays_unfinished(void **state)
{
    struct ofs_error err = {0};
    die_during_press(*state);
    OFS_AUTO_LEDGER ledger = must_open(*state);
    struct ofs_run run = a_run("check");
    struct ofs_recording *recording = must_begin(ledger, &run);
    const struct ofs_seen seen = {.setting = "a", .act = "check", .reason = "not-ready"};
    assert_int_equal(ofs_recording_observe(recording, &seen, &err), 0);
    assert_int_equal(ofs_recording_finish(recording, &run, &err), 0);
    OFS_AUTO_JSON after = ofs_recording_unfinished(recording, &err);
    assert_int_equal(cJSON_GetArraySize(after), 1);
    ofs_recording_free(recording);
}

static void test_a_living_run_is_left_alone(void **state)
{
    OFS_AUTO_LEDGER one = must_open(*state);
    OFS_AUTO_LEDGER two = must_open(*state);
    struct ofs_run first = a_run("fix"), second = a_run("check");
    struct ofs_recording *a = must_begin(one, &first);
    struct ofs_recording *b = must_begin(two, &second);
    assert_int_equal(
        ofs_db_number(ofs_ledger_db(two), -1, "SELECT count(*) FROM runs WHERE ended IS NULL", ""),
        2);
    ofs_recording_free(a); /* exits without writing anything */
    struct ofs_run third = a_run("check");
    struct ofs_recording *c = must_begin(two, &third);
    assert_int_equal(ofs_db_number(ofs_ledger_db(two), -1,
                                   "SELECT count(*) FROM runs WHERE ended = 'broken-off'", ""),
                     1);
    ofs_recording_free(b);
    ofs_recording_free(c);
}

static int try_intent(struct ofs_recording *recording, enum ofs_error_code *ret_code)
{
    struct ofs_error err = {0};
    int64_t number;
    int rc = ofs_recording_intend(
        recording,
        &(struct ofs_intent){
            .setting = "a", .from = "on", .to = "off", .url = "/a", .wording = "Use a"},
        &number, &err);
    *ret_code = err.code;
    return rc;
}

/* What one run has pressed, another run in progress does not press; for another account it does. */
static void test_one_press_at_a_time(void **state)
{
    struct ofs_error err = {0};
    enum ofs_error_code code;
    char last[OFS_HINT_SIZE];
    bool changed;
    OFS_AUTO_LEDGER ledger = must_open(*state);
    struct ofs_run one = a_run("fix"), two = a_run("fix"), other = a_run("fix");
    struct ofs_recording *first = must_begin(ledger, &one);
    struct ofs_recording *second = must_begin(ledger, &two);
    struct ofs_recording *third = must_begin(ledger, &other);
    assert_int_equal(ofs_recording_account(first, &one, "Anna", &changed, last, &err), 0);
    assert_int_equal(ofs_recording_account(third, &other, "Bo", &changed, last, &err), 0);
    assert_int_equal(try_intent(first, &code), 0);
    assert_int_equal(try_intent(second, &code), -1);
    assert_int_equal(code, OFS_ERR_REFUSED);
    assert_int_equal(try_intent(third, &code), 0);
    assert_int_equal(ofs_recording_finish(first, &one, &err), 0);
    ofs_recording_free(third); /* died */
    ofs_recording_free(first);
    assert_int_equal(try_intent(second, &code), 0);
    ofs_recording_free(second);
}

static void test_two_at_once(void **state)
{
    enum { PROCESSES = 4, RUNS = 15 };
    static const char *const accounts[PROCESSES] = {"a", "b", "c", "d"};
    for (int i = 0; i < PROCESSES; i++)
        if (fork() == 0) {
            struct ofs_ledger *ledger = must_open(*state);
            for (int k = 0; k < RUNS; k++)
                past_add(ledger,
                         &(struct past){"fix", "2026-01-01T00:00:00Z", "a:on>off:fixed b:>:unknown",
                                        accounts[i], NULL, NULL},
                         NULL);
            _exit(0);
        }
    for (int i = 0; i < PROCESSES; i++) {
        int status;
        assert_true(wait(&status) > 0);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    OFS_AUTO_LEDGER ledger = must_open(*state);
    struct ofs_db *db = ofs_ledger_db(ledger);
    assert_int_equal(
        ofs_db_number(db, -1, "SELECT count(*) FROM runs WHERE ended = 'finished'", ""),
        PROCESSES * RUNS);
    assert_int_equal(ofs_db_number(db, -1, "SELECT count(*) FROM results", ""),
                     PROCESSES * RUNS * 2);
    assert_int_equal(faults_of(ledger, NULL), 0);
}

static void three_runs(struct ofs_ledger *ledger)
{
    past_add(ledger,
             &(struct past){.command = "check",
                            .started = "2026-01-01T00:00:00Z",
                            .settings = "a:on>:differs"},
             NULL);
    past_add(ledger,
             &(struct past){.command = "fix",
                            .started = "2026-01-02T00:00:00Z",
                            .settings = "a:on>off:fixed",
                            .account = "Anna Petrova"},
             NULL);
    past_add(ledger,
             &(struct past){.command = "check",
                            .started = "2026-01-03T00:00:00Z",
                            .settings = "a:off>:as-wanted"},
             NULL);
}

static void test_edits_are_found(void **state)
{
    static const struct {
        const char *sql, *words;
    } rows[] = {
        {"UPDATE results SET verdict = 'as-wanted' WHERE verdict = 'differs'", "changed after"},
        {"UPDATE runs SET started = '2025-01-01T00:00:00Z' WHERE n = 2", "changed after"},
        {"UPDATE intents SET from_state = 'off'", "changed after"},
        {"UPDATE outcomes SET state = 'on'", "changed after"},
        {"DELETE FROM results WHERE run = 2", "changed after"},
        {"DELETE FROM runs WHERE n = 2", "nothing says that it was removed"},
        {"DELETE FROM chain WHERE n = 2", "links are missing before"},
        {"DELETE FROM chain WHERE n = 3", "links are missing at the end"},
        {"DELETE FROM chain WHERE n = 3", "no link vouches for it"},
        {"UPDATE chain SET content = 'x' WHERE n = 2", "its link was changed"},
        {"UPDATE chain SET hash = 'x' WHERE n = 2", "does not follow"},
        {"UPDATE chain SET at = 'x' WHERE n = 1", "its link was changed"},
        {"INSERT INTO runs SELECT 9, 'forged', command, label, scenario, scenario_title,"
         " scenario_version, scenario_sha256, stale_after_days, origin, browser, browser_version,"
         " protocol, wire, profile, account, account_hint, scope, undoes, program, started,"
         " finished, ended, exit, error, unlisted, manual, scenario_file FROM runs WHERE n = 3",
         "no link vouches for it"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ofs_error err = {0};
        OFS_AUTO_STR dir = ofs_text_printf("%s/%zu", (char *)*state, i);
        assert_int_equal(mkdir(dir, 0700), 0);
        OFS_AUTO_LEDGER ledger = must_open(dir);
        three_runs(ledger);
        assert_int_equal(faults_of(ledger, NULL), 0);
        assert_int_equal(ofs_db_script(ofs_ledger_db(ledger), rows[i].sql, &err), 0);
        if (faults_of(ledger, rows[i].words) < 1)
            fail_msg("not noticed: %s", rows[i].sql);
    }
}

/* One pixel. */
static const char pixel[] = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk"
                            "+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/* A run with pictures, a decision that was changed once, and a step. */
static void choices_and_pictures(struct ofs_ledger *ledger)
{
    struct ofs_error err = {0};
    struct ofs_run run = a_run("fix");
    struct ofs_recording *recording = must_begin(ledger, &run);
    static const char *const moments[] = {"before", "after"};
    for (size_t i = 0; i < COUNT(moments); i++)
        assert_int_equal(
            ofs_recording_picture(recording, "a", moments[i], "2026-01-01T00:00:00Z", pixel, &err),
            0);
    assert_int_equal(
        ofs_recording_picture(recording, "a", "after", "2026-01-01T00:00:00Z", "no picture", &err),
        -1);
    snprintf(run.finished, sizeof run.finished, "%s", run.started);
    assert_int_equal(ofs_recording_finish(recording, &run, &err), 0);
    ofs_recording_free(recording);
    assert_int_equal(ofs_choice_keep(ledger, "example", "b", "why", NULL, &err), 0);
    assert_int_equal(ofs_choice_keep(ledger, "example", "b", "why not", "2027-01-01", &err), 0);
    assert_int_equal(ofs_choice_done(ledger, "example", "object", "2026-01-01", NULL, &err), 0);
}

static void test_choices_and_pictures_are_in_the_chain(void **state)
{
    static const struct {
        const char *sql, *words;
    } rows[] = {
        {"UPDATE waivers SET because = 'another reason' WHERE n = 2", "changed after"},
        {"UPDATE waivers SET withdrawn = NULL", "changed after"},
        {"UPDATE waivers SET withdrawn = '2026-01-01T00:00:00Z' WHERE n = 2", "no link vouches"},
        {"UPDATE waivers SET until = '2099-01-01' WHERE n = 2", "changed after"},
        {"DELETE FROM waivers WHERE n = 1", "nothing says that it was removed"},
        {"INSERT INTO waivers VALUES (9, 'example', 'a', 'forged', '2026-01-01', NULL, NULL)",
         "no link vouches"},
        {"UPDATE done SET done_on = '2025-01-01'", "changed after"},
        {"DELETE FROM done", "nothing says that it was removed"},
        {"INSERT INTO done VALUES (9, 'example', 'x', '2026-01-01', NULL, '2026-01-01')",
         "no link vouches"},
        {"UPDATE shown SET at = '2025-01-01T00:00:00Z'", "changed after"},
        {"DELETE FROM shown WHERE moment = 'before'", "changed after"},
        {"UPDATE pictures SET png = 'AAAA'", "a picture of it was changed"},
        {"PRAGMA foreign_keys = OFF; DELETE FROM pictures", "a picture of it is gone"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ofs_error err = {0};
        OFS_AUTO_STR dir = ofs_text_printf("%s/%zu", (char *)*state, i);
        assert_int_equal(mkdir(dir, 0700), 0);
        OFS_AUTO_LEDGER ledger = must_open(dir);
        choices_and_pictures(ledger);
        assert_int_equal(faults_of(ledger, NULL), 0);
        assert_int_equal(
            ofs_db_number(ofs_ledger_db(ledger), 0, "SELECT count(*) FROM pictures", ""), 1);
        assert_int_equal(ofs_db_script(ofs_ledger_db(ledger), rows[i].sql, &err), 0);
        if (faults_of(ledger, rows[i].words) < 1)
            fail_msg("not noticed: %s", rows[i].sql);
    }
}

/* The numbers of forgotten rows are not used again. */
static void test_forgotten_choices_leave_stubs(void **state)
{
    struct ofs_error err = {0};
    OFS_AUTO_LEDGER ledger = must_open(*state);
    for (int i = 0; i < 2; i++) {
        choices_and_pictures(ledger);
        OFS_AUTO_JSON before = ofs_chain_verify(ledger, &err);
        assert_int_equal(ofs_chain_forget(ledger, &(struct ofs_forget){.all = true}, &err), 1);
        OFS_AUTO_JSON report = ofs_chain_verify(ledger, &err);
        assert_int_equal(cJSON_GetArraySize(ofs_json_get(before, "faults")), 0);
        assert_int_equal((int)ofs_json_num(before, "choices", -1), 4);
        assert_int_equal((int)ofs_json_num(report, "choices", -1), 0);
        assert_int_equal((int)ofs_json_num(report, "removed", -1), 4 * (i + 1));
        assert_int_equal(cJSON_GetArraySize(ofs_json_get(report, "faults")), 0);
        assert_int_equal(
            ofs_db_number(ofs_ledger_db(ledger), -1, "SELECT count(*) FROM pictures", ""), 0);
    }
}

/* A ledger of version 4: decisions had no links, and runs no pictures. */
static const char old_ledger[] =
    "DROP TABLE shown; DROP TABLE pictures;"
    "INSERT INTO waivers VALUES (7, 'example', 'a', 'why', '2026-01-01', NULL, NULL);"
    "INSERT INTO waivers VALUES (3, 'example', 'b', 'why', '2026-01-01', NULL, '2026-01-02');"
    "INSERT INTO done VALUES (1, 'example', 'x', '2026-01-01', NULL, '2026-01-01');"
    "UPDATE chain SET format = 1; PRAGMA user_version = 4";

static void test_old_choices_are_adopted(void **state)
{
    struct ofs_error err = {0};
    {
        OFS_AUTO_LEDGER old = must_open(*state);
        assert_int_equal(ofs_db_script(ofs_ledger_db(old), old_ledger, &err), 0);
    }
    OFS_AUTO_LEDGER ledger = must_open(*state);
    assert_int_equal(faults_of(ledger, NULL), 0);
    assert_int_equal(ofs_choice_keep(ledger, "example", "c", "why", NULL, &err), 0);
    OFS_AUTO_JSON report = ofs_chain_verify(ledger, &err);
    assert_int_equal((int)ofs_json_num(report, "choices", -1), 5);
    assert_int_equal(cJSON_GetArraySize(ofs_json_get(report, "faults")), 0);
}

/* What was cut off at the end of an old chain is still detected. */
static void test_old_cut_is_found(void **state)
{
    struct ofs_error err = {0};
    {
        OFS_AUTO_LEDGER old = must_open(*state);
        three_runs(old);
        assert_int_equal(ofs_db_script(ofs_ledger_db(old),
                                       "DELETE FROM runs WHERE n = 3; DELETE FROM chain WHERE n = "
                                       "3; DROP TABLE shown; DROP TABLE pictures;"
                                       "PRAGMA user_version = 4",
                                       &err),
                         0);
    }
    OFS_AUTO_LEDGER ledger = must_open(*state);
    assert_int_equal(faults_of(ledger, "links are missing at the end"), 1);
}

static void test_forgetting_leaves_a_stub(void **state)
{
    static const struct {
        struct ofs_forget which;
        int removed;
    } rows[] = {
        {{.before = "2026-01-02"}, 1},
        {{.before = "2020-01-01"}, 0},
        {{.account = "A. P."}, 1},
        {{.account = "B. B."}, 0},
        {{.all = true}, 3},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ofs_error err = {0};
        OFS_AUTO_STR dir = ofs_text_printf("%s/%zu", (char *)*state, i);
        assert_int_equal(mkdir(dir, 0700), 0);
        OFS_AUTO_LEDGER ledger = must_open(dir);
        three_runs(ledger);
        assert_int_equal(ofs_chain_count(ledger, &rows[i].which, &err), rows[i].removed);
        assert_int_equal(ofs_chain_forget(ledger, &rows[i].which, &err), rows[i].removed);
        OFS_AUTO_JSON report = ofs_chain_verify(ledger, &err);
        assert_int_equal((int)ofs_json_num(report, "removed", -1), rows[i].removed);
        assert_int_equal((int)ofs_json_num(report, "runs", -1), 3 - rows[i].removed);
        assert_int_equal(cJSON_GetArraySize(ofs_json_get(report, "faults")), 0);
    }
}

static void test_forgotten_data_is_erased(void **state)
{
    struct ofs_error err = {0};
    OFS_AUTO_LEDGER ledger = must_open(*state);
    past_add(ledger,
             &(struct past){.command = "check",
                            .started = "2026-01-01T00:00:00Z",
                            .settings = "secretsetting:on>:differs"},
             NULL);
    assert_int_equal(ofs_chain_forget(ledger, &(struct ofs_forget){.all = true}, &err), 1);
    static const char *const names[] = {"ledger.db", "ledger.db-wal"};
    for (size_t i = 0; i < COUNT(names); i++) {
        OFS_AUTO_BUF bytes = OFS_BUF(1 << 24);
        OFS_AUTO_STR path = ofs_text_printf("%s/%s", (char *)*state, names[i]);
        assert_int_equal(ofs_buf_read_file(&bytes, path, &err), 0);
        assert_null(memmem(ofs_buf_str(&bytes), bytes.len, "secretsetting", 13));
    }
}

static int add_line(void *ctx, const cJSON *value)
{
    OFS_AUTO_STR text = cJSON_PrintUnformatted(value);
    struct ofs_error err;
    return ofs_buf_printf(ctx, &err, "%s\n", text);
}

static void test_export(void **state)
{
    struct ofs_error err = {0};
    OFS_AUTO_BUF out = OFS_BUF(1 << 20);
    OFS_AUTO_LEDGER ledger = must_open(*state);
    three_runs(ledger);
    assert_int_equal(ofs_chain_export(ledger, add_line, &out, &err), 0);
    int lines = 0;
    const char *p = ofs_buf_str(&out);
    for (; *p; p += strcspn(p, "\n") + 1, lines++) {
        OFS_AUTO_JSON value = ofs_json_parse(p, strcspn(p, "\n"), &err);
        assert_non_null(value);
        assert_string_equal(ofs_json_str(value, "kind", ""), "link");
        assert_string_equal(ofs_json_str(value, "record/run/scenario", ""), "example");
    }
    assert_int_equal(lines, 3);
    assert_null(strstr(ofs_buf_str(&out), "Petrova"));
    assert_non_null(strstr(ofs_buf_str(&out), "A. P."));
}

static void test_another_account(void **state)
{
    struct ofs_error err = {0};
    char last[OFS_HINT_SIZE];
    bool changed;
    OFS_AUTO_LEDGER ledger = must_open(*state);
    three_runs(ledger);
    struct ofs_run run = a_run("check");
    struct ofs_recording *recording = must_begin(ledger, &run);
    assert_int_equal(ofs_recording_account(recording, &run, "Anna Petrova", &changed, last, &err),
                     0);
    assert_false(changed);
    assert_string_equal(run.account_hint, "A. P.");
    assert_int_equal(ofs_recording_account(recording, &run, "Bo Berg", &changed, last, &err), 0);
    assert_true(changed);
    assert_string_equal(last, "A. P.");
    ofs_recording_free(recording);
}

/* A file system of our own, if that is allowed; else the test is skipped. */
static char *small_disk(const char *state, const char *options)
{
    char *path = ofs_text_printf("%s/disk", state);
    mkdir(path, 0700);
    if (mount("tmpfs", path, "tmpfs", 0, options)) {
        free(path);
        return NULL;
    }
    return path;
}

static void test_full_disk(void **state)
{
    struct ofs_error err = {0};
    int64_t number;
    OFS_AUTO_STR disk = small_disk(*state, "size=400k");
    if (!disk)
        skip();
    struct ofs_ledger *ledger = must_open(disk);
    struct ofs_run run = a_run("fix");
    struct ofs_recording *recording = must_begin(ledger, &run);
    OFS_AUTO_STR filler = ofs_text_printf("%s/filler", disk);
    FILE *file = fopen(filler, "w");
    for (int i = 0; i < 500; i++)
        fprintf(file, "%1024d", i);
    fclose(file);
    int rc = 0; /* the log may have some space left */
    for (int i = 0; !rc && i < 200; i++)
        rc = ofs_recording_intend(recording, &press, &number, &err);
    assert_int_equal(rc, -1);
    assert_int_equal(err.code, OFS_ERR_STATE);
    assert_non_null(strstr(err.text, "disk"));
    unlink(filler);
    assert_int_equal(ofs_recording_intend(recording, &press, &number, &err), 0);
    ofs_recording_free(recording);
    ofs_ledger_free(ledger);
    umount(disk);
}

static void test_read_only_disk(void **state)
{
    struct ofs_error err = {0};
    OFS_AUTO_STR disk = small_disk(*state, "size=4m");
    if (!disk)
        skip();
    struct ofs_ledger *ledger = must_open(disk);
    three_runs(ledger);
    ofs_ledger_free(ledger);
    assert_int_equal(mount("tmpfs", disk, "tmpfs", MS_REMOUNT | MS_RDONLY, NULL), 0);
    struct ofs_run run = a_run("fix");
    ledger = ofs_ledger_open(disk, &err);
    struct ofs_recording *recording =
        ledger ? ofs_recording_begin(ledger, &run,
                                     &(struct ofs_recording_facts){.scenario_title = "E"}, &err)
               : NULL;
    assert_null(recording);
    assert_int_equal(err.code, OFS_ERR_STATE);
    ofs_ledger_free(ledger);
    ledger = ofs_ledger_open_to_read(disk, &err); /* what was kept can still be read */
    if (!ledger)
        fail_msg("%s", err.text);
    OFS_AUTO_JSON status = ofs_history_status(ledger, NULL, "2026-01-05T00:00:00Z", &err);
    assert_int_equal(cJSON_GetArraySize(status), 2);
    ofs_ledger_free(ledger);
    umount(disk);
}

int main(void)
{
#define WITH_STATE(test) cmocka_unit_test_setup_teardown(test, scratch_set_up, scratch_tear_down)
    const struct CMUnitTest tests[] = {
        WITH_STATE(test_a_press_of_a_dead_run_is_found),
        WITH_STATE(test_an_unreadable_setting_stays_unfinished),
        WITH_STATE(test_a_living_run_is_left_alone),
        WITH_STATE(test_one_press_at_a_time),
        WITH_STATE(test_two_at_once),
        WITH_STATE(test_edits_are_found),
        WITH_STATE(test_choices_and_pictures_are_in_the_chain),
        WITH_STATE(test_forgotten_choices_leave_stubs),
        WITH_STATE(test_old_choices_are_adopted),
        WITH_STATE(test_old_cut_is_found),
        WITH_STATE(test_forgetting_leaves_a_stub),
        WITH_STATE(test_forgotten_data_is_erased),
        WITH_STATE(test_export),
        WITH_STATE(test_another_account),
        WITH_STATE(test_full_disk),
        WITH_STATE(test_read_only_disk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
