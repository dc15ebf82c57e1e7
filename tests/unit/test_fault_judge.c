/*
 * The judge of tests/faults.tsv: each thing that must never happen, as an invented outcome. A judge
 * that never fails an outcome proves nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "rehearsal/faults.h"
#include "support/fault_job.h"
#include "support/wires_table.h"

#define ID "data-for-ai-improvement"
#define OTHER "ai-creation-tools"

/* The site's record: states at the end, saves, changes, what the pages received. */
#define SITE(state, writes, changes, reads, wrong)                                      \
    "{\"settings\":{\"" ID "\":\"" state "\",\"" OTHER "\":\"on\"},\"writes\":[" writes \
    "],\"changes\":[" changes "],\"reads\":[" reads "],\"wrong_touches\":[" wrong "]}"
#define WRITE(at) \
    "{\"id\":\"" ID "\",\"value\":false,\"status\":200,\"at_ms\":" at ",\"answered_ms\":" at "}"
#define MOMENT(state, at) "{\"id\":\"" ID "\",\"state\":\"" state "\",\"at_ms\":" at "}"
#define WAS SITE("on", "", "", "", "")
#define NOW_OFF SITE("off", WRITE("1000"), MOMENT("off", "1000"), MOMENT("off", "7100"), "")

/* The report of one setting. */
#define REPORT(exit, verdict, reason, before, after, proofs, detail)                              \
    "{\"exit\":" exit ",\"browser\":{\"protocol\":\"cdp\",\"wire\":\"websocket\"},\"settings\":[" \
    "{\"id\":\"" ID "\",\"wanted\":\"off\",\"verdict\":\"" verdict "\",\"reason\":" reason        \
    ",\"before\":" before ",\"after\":" after ",\"detail\":\"" detail "\",\"proofs\":[" proofs    \
    "]}]}"
#define FIXED REPORT("0", "fixed", "null", "\"on\"", "\"off\"", "\"reload\"", "it is off now")
#define AS_WANTED REPORT("0", "as-wanted", "null", "\"off\"", "\"off\"", "", "it is off")
#define DIFFERS REPORT("2", "differs", "null", "\"on\"", "\"on\"", "", "it is on")
#define NOT_READY REPORT("3", "unknown", "\"not-ready\"", "null", "null", "", "look again later")

static const struct judge_case {
    const char *name;
    const char *with, *start, *fix, *truth, *writes, *also;
    const char *before, *after, *report, *left;
    int exit;
    const char *words; /* of the complaint; NULL: there is none */
    bool is_grave;
} cases[] = {
    {"all right", "-", "on", "fixed", "off", "1", "-", WAS, NOW_OFF, FIXED, "[]", 0, NULL, false},
    {"false off", "-", "on", "fixed", "off|on", "0-1", "-", WAS, SITE("on", "", "", "", ""), FIXED,
     "[]", 0, "FALSE off", true},
    {"false as-wanted, but the table allows the verdict", "-", "on", "as-wanted", "on", "0", "-",
     WAS, WAS, AS_WANTED, "[]", 0, "FALSE off", true},
    {"undone before the hold is over", "-", "on", "fixed", "on", "1", "-", WAS,
     SITE("on", WRITE("1000"), MOMENT("off", "1000") "," MOMENT("on", "6900"),
          MOMENT("off", "3000"), ""),
     FIXED, "[]", 0, "FALSE off", true},
    {"undone before the last read", "-", "on", "fixed", "on", "1", "-", WAS,
     SITE("on", WRITE("1000"), MOMENT("off", "1000") "," MOMENT("on", "7400"), MOMENT("on", "7500"),
          ""),
     FIXED, "[]", 0, "FALSE off", true},
    {"undone when the program could not see it", "-", "on", "fixed", "on", "1", "-", WAS,
     SITE("on", WRITE("1000"), MOMENT("off", "1000") "," MOMENT("on", "9000"),
          MOMENT("off", "7500"), ""),
     FIXED, "[]", 0, NULL, false},
    {"a shorter hold", "--hold=2", "on", "fixed", "on", "1", "-", WAS,
     SITE("on", WRITE("1000"), MOMENT("off", "1000") "," MOMENT("on", "3500"),
          MOMENT("off", "2500"), ""),
     FIXED, "[]", 0, NULL, false},
    {"two saves", "-", "on", "fixed", "off", "1", "-", WAS,
     SITE("off", WRITE("1000") "," WRITE("2000"), MOMENT("off", "1000"), MOMENT("off", "8100"), ""),
     FIXED, "[]", 0, "2 saves", true},
    {"one save too few", "-", "on", "fixed", "off", "1", "-", WAS, SITE("off", "", "", "", ""),
     FIXED, "[]", 0, "0 saves", false},
    {"a wrong touch", "-", "on", "fixed", "off", "1", "-", WAS,
     SITE("off", WRITE("1000"), MOMENT("off", "1000"), "", "{\"what\":\"pressed\"}"), FIXED, "[]",
     0, "WRONG TOUCH", true},
    {"another setting was changed", "-", "on", "fixed", "off", "1", "-",
     "{\"settings\":{\"" ID "\":\"on\",\"" OTHER "\":\"off\"}}", NOW_OFF, FIXED, "[]", 0,
     "was changed to on", true},
    {"a tab is left", "-", "on", "fixed", "off", "1", "-", WAS, NOW_OFF, FIXED,
     "[\"a tab is open\"]", 0, "left behind", true},
    {"a session is left", "-", "on", "fixed", "off", "1", "-", WAS, NOW_OFF, FIXED,
     "[\"a session is open\"]", 0, "left behind", true},
    {"a proof without its event", "-", "on", "fixed", "off", "1", "no-save", WAS, NOW_OFF,
     REPORT("0", "fixed", "null", "\"on\"", "\"off\"", "\"reload\",\"save-acknowledged\"", "off"),
     "[]", 0, "save-acknowledged is among", true},
    {"fixed without a reload", "-", "on", "fixed", "off", "1", "-", WAS, NOW_OFF,
     REPORT("0", "fixed", "null", "\"on\"", "\"off\"", "", "off"), "[]", 0, "proof of a reload",
     true},
    {"not-kept, but the setting is off", "-", "on", "not-kept", "off", "1", "-", WAS, NOW_OFF,
     REPORT("5", "not-kept", "null", "\"on\"", "\"off\"", "", "on still"), "[]", 5, "is said of",
     true},
    {"a wrong before", "-", "on", "fixed", "off", "1", "-", WAS, NOW_OFF,
     REPORT("0", "fixed", "null", "\"off\"", "\"off\"", "\"reload\"", "off"), "[]", 0, "before is",
     true},
    {"locked is not excused by a slow machine", "-", "on", "differs", "on", "0", "-", WAS, WAS,
     REPORT("3", "locked", "null", "null", "null", "", "ask"), "[]", 3, "is locked", true},
    {"not-ready is excused by a slow machine", "-", "on", "differs", "on", "0", "-", WAS, WAS,
     NOT_READY, "[]", 3, "not-ready", false},
    {"it differs and was not pressed", "-", "on", "fixed", "off|on", "0-1", "-", WAS, WAS, DIFFERS,
     "[]", 2, "is differs", false},
    {"another exit status", "-", "on", "fixed", "off", "1", "-", WAS, NOW_OFF, FIXED, "[]", 2,
     "exit 2", false},
    {"the unlisted switch is not reported", "-", "on", "fixed", "off", "1", "unlisted-agent", WAS,
     NOW_OFF, FIXED, "[]", 0, "unlisted", false},
};

static void judge(const struct judge_case *c, struct ofs_buf *said, struct job_judgement *ret)
{
    struct ofs_error err;
    const struct fault_row row = {.faults = "-",
                                  .with = c->with,
                                  .only = ID,
                                  .start = c->start,
                                  .check = "differs",
                                  .fix = c->fix,
                                  .truth = c->truth,
                                  .writes = c->writes,
                                  .also = c->also};
    struct outcome outcome = {.peer = peer_find("cdp"), .end = {.in_time = true, .exit = c->exit}};
    outcome.before = ofs_json_parse(c->before, strlen(c->before), &err);
    outcome.after = ofs_json_parse(c->after, strlen(c->after), &err);
    outcome.left = ofs_json_parse(c->left, strlen(c->left), &err);
    outcome.end.report = ofs_json_parse(c->report, strlen(c->report), &err);
    assert_non_null(outcome.before);
    assert_non_null(outcome.after);
    assert_non_null(outcome.left);
    assert_non_null(outcome.end.report);
    *ret = job_judge(&row, true, &outcome, said);
    outcome_clear(&outcome);
}

static void test_complaints(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct judge_case *c = &cases[i];
        OFS_AUTO_BUF said = OFS_BUF(1 << 16);
        struct job_judgement made;
        judge(c, &said, &made);
        const char *text = ofs_buf_str(&said);
        if (!c->words != !made.n)
            fail_msg("%s: %d complaints: %s", c->name, made.n, text);
        if (c->words && !strstr(text, c->words))
            fail_msg("%s: \"%s\" is missing in: %s", c->name, c->words, text);
        if (c->is_grave != made.is_grave)
            fail_msg("%s: it %s grave: %s", c->name, made.is_grave ? "is" : "is not", text);
    }
}

static void test_killed_program_is_judged(void **state)
{
    (void)state;
    struct ofs_error err;
    OFS_AUTO_BUF said = OFS_BUF(1 << 16);
    const struct fault_row row = {.faults = "-",
                                  .with = "-",
                                  .only = ID,
                                  .start = "on",
                                  .check = "differs",
                                  .fix = "fixed",
                                  .truth = "off",
                                  .writes = "1",
                                  .also = "-"};
    struct outcome outcome = {.peer = peer_find("cdp")};
    const char *after = SITE("off", WRITE("1") "," WRITE("2"), "", "", "{\"what\":\"pressed\"}");
    outcome.before = ofs_json_parse(WAS, strlen(WAS), &err);
    outcome.after = ofs_json_parse(after, strlen(after), &err);
    struct job_judgement made = job_judge(&row, true, &outcome, &said);
    assert_true(made.is_grave);
    assert_non_null(strstr(ofs_buf_str(&said), "had not ended in time"));
    assert_non_null(strstr(ofs_buf_str(&said), "WRONG TOUCH"));
    assert_non_null(strstr(ofs_buf_str(&said), "2 saves"));
    outcome_clear(&outcome);
}

static void test_seed_per_row(void **state)
{
    (void)state;
    const struct fault_row one = {.faults = "save-late,random-delays", .with = "-", .name = "one"};
    const struct fault_row two = {.faults = "save-late", .with = "-", .name = "two"};
    const struct job_place place = {.seed = 1}, other = {.seed = 2};
    assert_true(job_is_random(&one));
    assert_false(job_is_random(&two));
    assert_true(job_seed(&one, &place) == job_seed(&one, &place));
    assert_true(job_seed(&one, &place) != job_seed(&two, &place));
    assert_true(job_seed(&one, &place) != job_seed(&one, &other));
}

static void assert_answers(const struct fault_row *row, const char *cell, const char *column)
{
    char part[200];
    if (!strcmp(cell, "-"))
        return;
    if (cell_parts(cell) != 1 && cell_parts(cell) != cell_parts(row->only))
        fail_msg("line %d: %s is for other settings", row->line, column);
    for (size_t i = 0; i < cell_parts(cell); i++) {
        char *rest = NULL;
        cell_part(cell, i, part, sizeof part);
        for (char *word = strtok_r(part, "|", &rest); word; word = strtok_r(NULL, "|", &rest))
            if (contract_status(word) < 0)
                fail_msg("line %d: %s has no verdict \"%s\"", row->line, column, word);
    }
}

/* Each fault of the replica has a row; each row has an answer that the contract knows and a unique
 * name; each wire's own answers belong to existing rows. */
static void test_table_is_valid(void **state)
{
    (void)state;
    for (const struct peer_kind *wire = peer_kinds; wire->name; wire++) {
        struct fault_table table;
        struct wires_table wires;
        struct site_faults faults;
        struct ofs_error err = {0};
        assert_int_equal(fault_table_load(&table, "tests/faults.tsv", &err), 0);
        assert_int_equal(fault_table_missing(&table), 0);
        if (wires_apply(&table, "tests/wires.tsv", wire->name, &wires, &err))
            fail_msg("%s", err.text);
        for (size_t i = 0; i < table.n; i++) {
            const struct fault_row *row = &table.rows[i];
            assert_answers(row, row->check, "check");
            assert_answers(row, row->fix, "fix");
            if (strcmp(row->faults, "-") && site_faults_parse(&faults, row->faults, &err))
                fail_msg("line %d: %s", row->line, err.text);
            for (size_t k = 0; k < i; k++)
                if (!strcmp(row->name, table.rows[k].name))
                    fail_msg("line %d repeats line %d", row->line, table.rows[k].line);
        }
        wires_free(&wires);
        fault_table_free(&table);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_complaints),
        cmocka_unit_test(test_killed_program_is_judged),
        cmocka_unit_test(test_seed_per_row),
        cmocka_unit_test(test_table_is_valid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
