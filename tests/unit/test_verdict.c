/*
 * From observations to verdicts. Two rules apply to every row: only a state that was read is
 * as-wanted or fixed, and everything unknown has a reason of the contract.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/internal.h"
#include "base/json.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

static const char *const reasons[] = {
    "signed-out",   "checkpoint",   "blocked",    "load-failed", "timed-out",
    "not-ready",    "not-found",    "ambiguous",  "covered",     "wording-changed",
    "wrong-origin", "browser-lost", "no-browser", "interrupted",
};

static bool is_reason(const char *word)
{
    for (size_t i = 0; word && i < COUNT(reasons); i++)
        if (!strcmp(reasons[i], word))
            return true;
    return false;
}

/* What holds for every result, whatever led to it. */
static void assert_sound(const struct ofs_result *r)
{
    if (r->verdict == OFS_VERDICT_UNKNOWN)
        assert_true(is_reason(r->reason));
    else
        assert_null(r->reason);
    if (r->verdict == OFS_VERDICT_AS_WANTED || r->verdict == OFS_VERDICT_FIXED)
        assert_string_equal(r->after, r->wanted);
    if (r->verdict != OFS_VERDICT_FIXED)
        assert_false(r->proof_reload || r->proof_fresh_tab || r->proof_save || r->proof_served ||
                     r->proof_held);
    assert_true(r->detail[0] != '\0');
}

static struct ofs_result result_for(const char *wanted)
{
    return (struct ofs_result){
        .id = "s", .title = "S", .group = "ai", .wanted = wanted, .reason = "interrupted"};
}

/* ---- ofs_observe ---- */

/* Texts are written with ' for ". */
static cJSON *parse(const char *text)
{
    struct ofs_error err = {0};
    char *copy = strdup(text);
    assert_non_null(copy);
    for (char *p = copy; *p; p++)
        *p = *p == '\'' ? '"' : *p;
    cJSON *value = ofs_json_parse(copy, strlen(copy), &err);
    if (!value)
        fail_msg("%s: %s", text, err.text);
    free(copy);
    return value;
}

#define LOOK(match) "{'path': '/p', 'matches': {'s': {" match "}, 'other': {'count': 2}}}"
#define ONE "'rung': 'key', 'count': 1, 'said': 'Words', 'wording': 'known', "

static const struct observe_row {
    const char *visit_reason, *look; /* look NULL: nothing was read */
    const char *reason, *state, *part;
    bool absent, disabled, inverted;
    const char *located;
} observe_rows[] = {
    {NULL, LOOK(ONE "'state': 'on'"), NULL, "on", "", .located = "key"},
    {NULL, LOOK(ONE "'state': 'off'"), NULL, "off", "", .located = "key"},
    {NULL, LOOK(ONE "'state': 'everyone'"), "wording-changed", "", "everyone", .located = "key"},
    {NULL, LOOK(ONE "'state': 'off', 'disabled': true"), NULL, "off", "", .disabled = true,
     .located = "key"},
    /* an inverted wording exchanges on and off, and nothing else */
    {NULL,
     LOOK("'rung': 'label', 'count': 1, 'said': 'Opt out', 'wording': 'inverted', "
          "'state': 'on'"),
     NULL, "off", "", .inverted = true, .located = "label"},
    {NULL,
     LOOK("'rung': 'label', 'count': 1, 'said': 'Opt out', 'wording': 'inverted', "
          "'state': 'off'"),
     NULL, "on", "", .inverted = true, .located = "label"},
    /* no wording is known, so none can be wrong */
    {NULL, LOOK("'rung': 'key', 'count': 1, 'said': 'W', 'wording': 'unlisted', 'state': 'on'"),
     NULL, "on", "", .located = "key"},
    {NULL, LOOK("'rung': 'part', 'count': 1, 'wording': 'known', 'state': 'on'"), NULL, "on", "",
     .located = "part"},
    {NULL, LOOK("'rung': 'visible', 'count': 1, 'wording': 'known', 'state': 'on'"), NULL, "on", "",
     .located = "visible"},
    /* reasons why a state cannot be read */
    {NULL,
     LOOK("'rung': 'key', 'count': 1, 'said': 'New words', 'wording': 'unknown', "
          "'state': 'off'"),
     "wording-changed", "", "New words", .located = "key"},
    {NULL, LOOK("'rung': 'label', 'count': 2, 'said': 'Words', 'wording': 'known', 'state': 'off'"),
     "ambiguous", "", "2 controls", .located = "label"},
    {NULL, LOOK("'rung': 'label', 'count': 2, 'said': 'W', 'wording': 'unknown', 'state': 'off'"),
     "ambiguous", "", "2 controls", .located = "label"},
    {NULL, LOOK("'rung': 'label', 'said': 'Words', 'wording': 'known', 'state': 'off'"),
     "ambiguous", "", "", .located = "label"}, /* a missing count is not a single control */
    {NULL, LOOK(ONE "'state': null"), "not-ready", "", "neither on nor off", .located = "key"},
    {NULL, LOOK(ONE "'state': ''"), "not-ready", "", "", .located = "key"},
    {NULL, LOOK(ONE "'state': true"), "not-ready", "", "", .located = "key"},
    {NULL, LOOK(ONE "'checked': false"), "not-ready", "", "", .located = "key"},
    {NULL, "{'path': '/p', 'matches': {'other': {'count': 1, 'state': 'off'}}}", "not-found", "",
     "not on its page", .absent = true},
    {NULL, "{'path': '/p', 'matches': {}}", "not-found", "", "", .absent = true},
    {NULL, "{'path': '/p'}", "not-found", "", "", .absent = true},
    {NULL, "[]", "not-found", "", "", .absent = true},
    /* what cannot be inspected may contain it, or another of its kind */
    {NULL, "{'path': '/p', 'sealed': 1, 'matches': {'s': {" ONE "'state': 'off'}}}", "ambiguous",
     "", "cannot be looked into", .located = "key"},
    {NULL, "{'path': '/p', 'sealed': 2, 'matches': {}}", "not-found", "",
     .part = "cannot be looked into"},
    {NULL, "{'path': '/p', 'sealed': 0, 'matches': {'s': {" ONE "'state': 'off'}}}", NULL, "off",
     "", .located = "key"},
    /* the visit's result takes precedence over the last look; then nothing is absent */
    {"signed-out", LOOK(ONE "'state': 'off'"), "signed-out", "", .part = "the visit's words"},
    {"checkpoint", NULL, "checkpoint", "", .part = "the visit's words"},
    {"blocked", NULL, "blocked", "", .part = "the visit's words"},
    {"load-failed", "{'path': '/p', 'matches': {}}", "load-failed", "",
     .part = "the visit's words"},
    {"timed-out", NULL, "timed-out", "", .part = ""},
    {"not-ready", LOOK(ONE "'state': 'on'"), "not-ready", "", .part = ""},
    {"wrong-origin", NULL, "wrong-origin", "", .part = ""},
};

static void test_observe(void **state)
{
    (void)state;
    const struct ofs_setting setting = {.id = "s", .title = "S", .wanted = "off"};
    for (size_t i = 0; i < COUNT(observe_rows); i++) {
        const struct observe_row *row = &observe_rows[i];
        struct ofs_visit_result visited = {.reason = row->visit_reason,
                                           .detail = "the visit's words",
                                           .look = row->look ? parse(row->look) : NULL};
        struct ofs_observation o;
        memset(&o, 0x5a, sizeof o); /* nothing of the earlier result stays */
        ofs_observe(&setting, &visited, &o);
        bool same_reason =
            row->reason ? o.reason && !strcmp(o.reason, row->reason) : o.reason == NULL;
        if (!same_reason || strcmp(o.state, row->state) != 0 || !strstr(o.detail, row->part))
            fail_msg("row %zu: reason %s, state '%s', detail '%s'", i, o.reason ? o.reason : "none",
                     o.state, o.detail);
        assert_true((o.reason == NULL) == (o.state[0] != '\0')); /* one or the other */
        assert_int_equal(o.absent, row->absent);
        assert_int_equal(o.disabled, row->disabled);
        assert_int_equal(o.inverted, row->inverted);
        assert_false(o.not_offered || o.missing || o.unmarked);
        if (row->located)
            assert_string_equal(o.located, row->located);
        else
            assert_null(o.located);
        cJSON_Delete(visited.look);
    }
}

/* A switch is on or off; a choice of several is one of its words, if the scenario lists them. */
static void test_observe_choices(void **state)
{
    static const struct {
        const char *wanted, *choices, *wording, *reads, *state; /* state NULL: wording-changed */
    } rows[] = {
        {"nobody", "{'nobody': {}, 'everyone': {}}", "known", "nobody", "nobody"},
        {"nobody", "{'nobody': {}, 'everyone': {}}", "known", "everyone", "everyone"},
        {"nobody", "{'nobody': {}, 'everyone': {}}", "known", "friends", NULL},
        {"nobody", "{'nobody': {}, 'everyone': {}}", "known", "Nobody", NULL},
        {"nobody", NULL, "known", "friends", "friends"},
        {"nobody", NULL, "inverted", "friends", "friends"},
        {"off", NULL, "known", "nobody", NULL},
        {"on", NULL, "known", "ON", NULL},
        {"on", NULL, "known", "off", "off"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char look[300];
        OFS_AUTO_JSON choices = rows[i].choices ? parse(rows[i].choices) : NULL;
        const struct ofs_setting setting = {
            .id = "s", .wanted = rows[i].wanted, .choices = choices};
        struct ofs_observation o;
        snprintf(look, sizeof look, LOOK("'count': 1, 'wording': '%s', 'state': '%s'"),
                 rows[i].wording, rows[i].reads);
        struct ofs_visit_result visited = {.look = parse(look)};
        ofs_observe(&setting, &visited, &o);
        cJSON_Delete(visited.look);
        if (rows[i].state) {
            assert_null(o.reason);
            assert_string_equal(o.state, rows[i].state);
        } else {
            assert_string_equal(o.reason, "wording-changed");
            assert_string_equal(o.state, "");
            assert_non_null(strstr(o.detail, rows[i].reads));
        }
    }
}

static void test_observe_passes_on(void **state)
{
    (void)state;
    const struct ofs_setting setting = {.id = "s"};
    struct ofs_visit_result visited = {.missing = true, .unmarked = true, .reason = "load-failed"};
    struct ofs_observation o;
    ofs_observe(&setting, &visited, &o);
    assert_true(o.missing && o.unmarked);
}

/* However long a site's wording is, it fits. */
static void test_observe_long_words(void **state)
{
    (void)state;
    const struct ofs_setting setting = {.id = "s"};
    char said[5001], look[6000];
    memset(said, 'w', sizeof said - 1);
    said[sizeof said - 1] = '\0';
    snprintf(look, sizeof look,
             "{'path': '%.4000s', 'matches': {'s': {'count': 1, 'rung': '%.50s', 'said': '%.900s', "
             "'wording': 'unknown', 'state': 'off'}}}",
             said, said, said);
    struct ofs_visit_result visited = {.look = parse(look)};
    struct ofs_observation o;
    ofs_observe(&setting, &visited, &o);
    assert_string_equal(o.reason, "wording-changed");
    assert_null(o.located);
    cJSON_Delete(visited.look);
}

/* ---- ofs_judge_check ---- */

static const struct check_row {
    struct ofs_observation seen;
    const char *wanted;
    enum ofs_verdict verdict;
    const char *reason;
} check_rows[] = {
    {{.state = "off"}, "off", OFS_VERDICT_AS_WANTED, NULL},
    {{.state = "on"}, "off", OFS_VERDICT_DIFFERS, NULL},
    {{.state = "on"}, "on", OFS_VERDICT_AS_WANTED, NULL},
    {{.state = "off"}, "on", OFS_VERDICT_DIFFERS, NULL},
    {{.state = "nobody"}, "nobody", OFS_VERDICT_AS_WANTED, NULL},
    {{.state = "everyone"}, "nobody", OFS_VERDICT_DIFFERS, NULL},
    {{.state = "OFF"}, "off", OFS_VERDICT_DIFFERS, NULL},
    {{.state = "off", .inverted = true}, "off", OFS_VERDICT_AS_WANTED, NULL},
    /* locked is believed only if something supports it */
    {{.state = "on", .disabled = true, .has_lock_reason = true, .is_state_sure = true},
     "off",
     OFS_VERDICT_LOCKED,
     NULL},
    {{.state = "off", .disabled = true, .has_lock_reason = true, .is_state_sure = true},
     "off",
     OFS_VERDICT_LOCKED,
     NULL},
    {{.state = "off", .disabled = true, .has_lock_reason = true}, "off", OFS_VERDICT_LOCKED, NULL},
    {{.state = "on", .disabled = true}, "off", OFS_VERDICT_UNKNOWN, "not-ready"},
    {{.state = "off", .disabled = true}, "off", OFS_VERDICT_UNKNOWN, "not-ready"},
    {{.reason = "not-found", .detail = "d", .absent = true},
     "off",
     OFS_VERDICT_UNKNOWN,
     "not-found"},
    {{.reason = "not-found", .detail = "d", .absent = true, .not_offered = true},
     "off",
     OFS_VERDICT_NOT_OFFERED,
     NULL},
    {{.reason = "not-ready", .detail = "d", .disabled = true},
     "off",
     OFS_VERDICT_UNKNOWN,
     "not-ready"},
};

static void test_judge_check(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(check_rows); i++) {
        const struct check_row *row = &check_rows[i];
        struct ofs_result r = result_for(row->wanted);
        ofs_judge_check(&row->seen, &r);
        if (r.verdict != row->verdict)
            fail_msg("row %zu: %s instead of %s", i, ofs_verdict_word(r.verdict),
                     ofs_verdict_word(row->verdict));
        if (row->reason)
            assert_string_equal(r.reason, row->reason);
        bool is_told = row->verdict != OFS_VERDICT_UNKNOWN &&
                       (row->verdict != OFS_VERDICT_LOCKED || row->seen.is_state_sure);
        const char *told = is_told ? row->seen.state : "";
        assert_string_equal(r.before, told);
        assert_string_equal(r.after, told);
        assert_sound(&r);
    }
}

static void test_judge_check_reasons(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(reasons); i++) {
        struct ofs_result r = result_for("off");
        struct ofs_observation seen = {.reason = reasons[i], .detail = "in the visit's words"};
        ofs_judge_check(&seen, &r);
        assert_int_equal(r.verdict, OFS_VERDICT_UNKNOWN);
        assert_string_equal(r.reason, reasons[i]);
        assert_string_equal(r.detail, "in the visit's words");
        assert_string_equal(r.after, "");
        assert_int_equal(ofs_verdict_status(r.verdict), 3);
        assert_sound(&r);
    }
}

/* ---- ofs_judge_fix ---- */

/* Each result of a read after the press; wanted is off. */
static const struct ofs_observation reads[] = {
    {.state = "off"},
    {.state = "on"},
    {.state = "off", .disabled = true},
    {.reason = "signed-out", .detail = "d"},
    {.reason = "not-found", .detail = "d", .absent = true},
    {.reason = "timed-out", .detail = "d"},
    {.reason = "ambiguous", .detail = "d"},
};
enum { READS = COUNT(reads) };

static void judge(const struct ofs_press *press, int reloaded, int fresh, struct ofs_result *r)
{
    *r = result_for("off");
    snprintf(r->before, sizeof r->before, "on");
    snprintf(r->after, sizeof r->after, "on");
    ofs_judge_fix(&(struct ofs_proofs){.press = press,
                                       .reloaded = reloaded < READS ? &reads[reloaded] : NULL,
                                       .fresh = fresh < READS ? &reads[fresh] : NULL,
                                       .held = true},
                  r);
}

static void assert_fix(const struct ofs_press *press, int reloaded, int fresh,
                       const struct ofs_result *r)
{
    const struct ofs_observation *last = fresh < READS ? &reads[fresh] : NULL;
    bool reloaded_off = reloaded < READS && !strcmp(reads[reloaded].state, "off");
    assert_sound(r);
    assert_string_equal(r->before, "on");
    if (!press->sent) {
        assert_int_equal(r->verdict, OFS_VERDICT_UNKNOWN);
        assert_string_equal(r->reason, press->reason);
        assert_string_equal(r->after, "on"); /* it was not touched */
        return;
    }
    /* the fresh tab decides; a tab that pressed may still show the wish */
    if (!last || last->reason) {
        assert_int_equal(r->verdict, OFS_VERDICT_UNKNOWN);
        assert_string_equal(r->reason, last ? last->reason : "interrupted");
        assert_string_equal(r->after, "");
    } else if (strcmp(last->state, "off") != 0) {
        assert_int_equal(r->verdict, OFS_VERDICT_NOT_KEPT);
        assert_string_equal(r->after, "on");
    } else if (!reloaded_off) { /* the reads contradict each other */
        const char *why = reloaded < READS ? reads[reloaded].reason : "browser-lost";
        assert_int_equal(r->verdict, OFS_VERDICT_UNKNOWN);
        assert_string_equal(r->reason, why ? why : "not-ready");
        assert_string_equal(r->after, "");
    } else {
        bool saved = press->save_named && press->save_status >= 200 && press->save_status < 300;
        assert_int_equal(r->verdict, OFS_VERDICT_FIXED);
        assert_true(r->proof_reload && r->proof_fresh_tab && r->proof_held);
        assert_false(r->proof_served);
        assert_int_equal(r->proof_save, saved);
    }
}

/* A tab that was not read again because of the deadline was not lost. */
static void test_not_read_again(void **state)
{
    (void)state;
    static const char *const words[] = {"timed-out", "load-failed", NULL};
    const struct ofs_press press = {.sent = true, .arrived = true};
    const struct ofs_observation fresh = {.state = "off"};
    for (size_t i = 0; i < COUNT(words); i++) {
        struct ofs_result r = {.wanted = "off", .before = "on"};
        ofs_judge_fix(&(struct ofs_proofs){.press = &press, .fresh = &fresh, .unread = words[i]},
                      &r);
        assert_int_equal(r.verdict, OFS_VERDICT_UNKNOWN);
        assert_string_equal(r.reason, words[i] ? words[i] : "browser-lost");
    }
}

/* Each proof is claimed only for the read that gave it. */
static void test_proofs(void **state)
{
    (void)state;
    static const struct {
        enum ofs_served reloaded, fresh;
        bool held, served;
    } rows[] = {
        {OFS_SERVED_AGREES, OFS_SERVED_AGREES, true, true},
        {OFS_SERVED_AGREES, OFS_SERVED_UNKNOWN, true, false},
        {OFS_SERVED_UNKNOWN, OFS_SERVED_AGREES, false, true},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct ofs_press press = {.sent = true, .arrived = true};
        const struct ofs_observation reloaded = {.state = "off", .served = rows[i].reloaded},
                                     fresh = {.state = "off", .served = rows[i].fresh};
        struct ofs_result r = result_for("off");
        ofs_judge_fix(
            &(struct ofs_proofs){
                .press = &press, .reloaded = &reloaded, .fresh = &fresh, .held = rows[i].held},
            &r);
        assert_int_equal(r.verdict, OFS_VERDICT_FIXED);
        assert_int_equal(r.proof_served, rows[i].served);
        assert_int_equal(r.proof_held, rows[i].held);
    }
}

/* In a language without known wordings the site's own data prove the meaning of a control that was
 * found by its key; in a language with known wordings they do not. */
static void test_observe_data(void **state)
{
    (void)state;
    static const struct {
        const char *lang, *key;
        enum ofs_served served;
        const char *reason, *state;
    } rows[] = {
        {"ja", "k", OFS_SERVED_AGREES, NULL, "off"},
        {"ja", NULL, OFS_SERVED_AGREES, "wording-changed", ""},
        {"ja", "k", OFS_SERVED_UNKNOWN, "wording-changed", ""},
        {"ja", "k", OFS_SERVED_CONTRADICTS, "wording-changed", ""},
        {"en", "k", OFS_SERVED_AGREES, "wording-changed", ""},
        {"en-gb", "k", OFS_SERVED_AGREES, "wording-changed", ""},
        {"", "k", OFS_SERVED_AGREES, "wording-changed", ""},
    };
    OFS_AUTO_JSON labels = parse("{'en': ['Use my data']}");
    for (size_t i = 0; i < COUNT(rows); i++) {
        char look[300];
        const struct ofs_setting setting = {
            .id = "s", .wanted = "off", .key = rows[i].key, .labels = labels};
        snprintf(look, sizeof look,
                 "{'lang': '%s', 'matches': {'s': {'rung': 'key', 'count': 1, 'said': 'W', "
                 "'wording': 'unknown', 'state': 'off'}}}",
                 rows[i].lang);
        struct ofs_visit_result visited = {.look = parse(look), .served = rows[i].served};
        struct ofs_observation o;
        ofs_observe(&setting, &visited, &o);
        cJSON_Delete(visited.look);
        if (rows[i].reason)
            assert_string_equal(o.reason, rows[i].reason);
        else
            assert_null(o.reason);
        assert_string_equal(o.state, rows[i].state);
        assert_string_equal(o.language, rows[i].lang);
        assert_string_equal(o.wording, "W");
        /* what the person may accept */
        assert_int_equal(o.has_new_wording, rows[i].reason && rows[i].key);
        assert_string_equal(o.shown, "off");
    }
}

/* Every press with every pair of reads. */
static void test_judge_fix_all(void **state)
{
    (void)state;
    static const int statuses[] = {0, 101, 200, 204, 299, 302, 400, 403, 500};
    for (unsigned bits = 0; bits < 32; bits++)
        for (size_t s = 0; s < COUNT(statuses); s++)
            for (int reloaded = 0; reloaded <= READS; reloaded++)
                for (int fresh = 0; fresh <= READS; fresh++) {
                    struct ofs_press press = {.sent = bits & 1,
                                              .arrived = bits & 2,
                                              .save_named = bits & 4,
                                              .save_open = bits & 8,
                                              .save_status = statuses[s]};
                    struct ofs_result r;
                    if (bits & 16)
                        snprintf(press.asked, sizeof press.asked, "Turn off?");
                    if (!press.sent) {
                        press.reason = reasons[(bits + s) % COUNT(reasons)];
                        snprintf(press.detail, sizeof press.detail, "why not");
                    }
                    judge(&press, reloaded, fresh, &r);
                    assert_fix(&press, reloaded, fresh, &r);
                }
}

/* What a person sees for a press that was not kept. */
static void test_judge_fix_words(void **state)
{
    (void)state;
    enum { OFF, ON, NOT_READ = READS };
    static const struct {
        struct ofs_press press;
        int reloaded, fresh;
        const char *part;
    } rows[] = {
        {{.sent = true, .arrived = true, .save_status = 200}, OFF, ON, "a fresh tab says on"},
        {{.sent = true, .arrived = true, .save_status = 403}, ON, ON, "HTTP 403"},
        {{.sent = true, .arrived = true, .save_status = 500}, NOT_READ, ON, "HTTP 500"},
        {{.sent = true, .arrived = true, .save_status = 200}, ON, ON, "still says on"},
        {{.sent = true, .arrived = true, .asked = "Really?"}, ON, ON, "Really?"},
        {{.sent = true}, ON, ON, "did not reach"},
        {{.sent = true, .save_open = true}, ON, ON, "still says on"},
        {{.sent = true, .arrived = true}, OFF, OFF, "read back"},
        {{.sent = true, .arrived = true}, ON, OFF, "the tab that clicked says on"},
        {{.sent = true, .arrived = true}, NOT_READ, OFF, "could not be read"},
        {{.sent = true, .arrived = true}, OFF, NOT_READ, "not read again"},
        {{.sent = true, .arrived = true}, OFF, 3, "clicked once"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ofs_result r;
        judge(&rows[i].press, rows[i].reloaded, rows[i].fresh, &r);
        if (!strstr(r.detail, rows[i].part))
            fail_msg("row %zu: '%s' does not say '%s'", i, r.detail, rows[i].part);
    }
}

/* ---- errors that end a run ---- */

static void test_reason_of_error(void **state)
{
    (void)state;
    static const struct {
        enum ofs_error_code code;
        const char *reason;
    } rows[] = {
        {OFS_ERR_INTERRUPTED, "interrupted"}, {OFS_ERR_TIMEOUT, "timed-out"},
        {OFS_ERR_LOST, "browser-lost"},       {OFS_ERR_TAB_LOST, "browser-lost"},
        {OFS_ERR_TOO_BIG, "load-failed"},     {OFS_ERR_PROTOCOL, "load-failed"},
        {OFS_ERR_GONE, "load-failed"},        {OFS_ERR_PEER, "load-failed"},
        {OFS_ERR_NO_BROWSER, "no-browser"},   {OFS_ERR_CONNECT, "no-browser"},
        {OFS_ERR_SYSTEM, "browser-lost"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ofs_error err = {.code = rows[i].code, .text = "the end"};
        struct ofs_result r = result_for("off");
        assert_string_equal(ofs_reason_of_error(&err), rows[i].reason);
        ofs_mark_unread(&r, &err);
        assert_string_equal(r.reason, rows[i].reason);
        assert_memory_equal(r.detail, "the end; ", 9);
        assert_sound(&r);
    }
}

/* ---- exit statuses ---- */

static void test_verdict_table(void **state)
{
    (void)state;
    static const struct {
        enum ofs_verdict verdict;
        const char *word;
        int status;
    } rows[] = {
        {OFS_VERDICT_AS_WANTED, "as-wanted", 0},
        {OFS_VERDICT_DIFFERS, "differs", 2},
        {OFS_VERDICT_FIXED, "fixed", 0},
        {OFS_VERDICT_NOT_KEPT, "not-kept", 5},
        {OFS_VERDICT_NOT_OFFERED, "not-offered", 0},
        {OFS_VERDICT_LOCKED, "locked", 3},
        {OFS_VERDICT_UNKNOWN, "unknown", 3},
        {OFS_VERDICT_SKIPPED, "skipped", 0},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_string_equal(ofs_verdict_word(rows[i].verdict), rows[i].word);
        assert_int_equal(ofs_verdict_status(rows[i].verdict), rows[i].status);
    }
    /* a result without a verdict is unknown */
    assert_int_equal((enum ofs_verdict)0, OFS_VERDICT_UNKNOWN);
}

static void test_precedence(void **state)
{
    (void)state;
    static const int order[] = {64, 1, 4, 5, 3, 2, 0};
    for (size_t a = 0; a < COUNT(order); a++)
        for (size_t b = 0; b < COUNT(order); b++)
            assert_int_equal(ofs_status_worse(order[a], order[b]), order[a < b ? a : b]);
}

static void test_run_status(void **state)
{
    (void)state;
    static const struct {
        enum ofs_verdict verdicts[4];
        size_t n;
        int status;
    } rows[] = {
        {{OFS_VERDICT_UNKNOWN}, 0, 0},
        {{OFS_VERDICT_AS_WANTED, OFS_VERDICT_FIXED, OFS_VERDICT_NOT_OFFERED, OFS_VERDICT_SKIPPED},
         4,
         0},
        {{OFS_VERDICT_AS_WANTED, OFS_VERDICT_DIFFERS}, 2, 2},
        {{OFS_VERDICT_DIFFERS, OFS_VERDICT_UNKNOWN}, 2, 3},
        {{OFS_VERDICT_LOCKED, OFS_VERDICT_DIFFERS}, 2, 3},
        {{OFS_VERDICT_DIFFERS, OFS_VERDICT_UNKNOWN, OFS_VERDICT_NOT_KEPT, OFS_VERDICT_FIXED}, 4, 5},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ofs_result results[4] = {0};
        for (size_t k = 0; k < rows[i].n; k++)
            results[k].verdict = rows[i].verdicts[k];
        struct ofs_run run = {.results = results, .n_results = rows[i].n};
        assert_int_equal(ofs_run_status(&run), rows[i].status);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_observe),
        cmocka_unit_test(test_observe_choices),
        cmocka_unit_test(test_observe_passes_on),
        cmocka_unit_test(test_observe_data),
        cmocka_unit_test(test_not_read_again),
        cmocka_unit_test(test_proofs),
        cmocka_unit_test(test_observe_long_words),
        cmocka_unit_test(test_judge_check),
        cmocka_unit_test(test_judge_check_reasons),
        cmocka_unit_test(test_judge_fix_all),
        cmocka_unit_test(test_judge_fix_words),
        cmocka_unit_test(test_reason_of_error),
        cmocka_unit_test(test_verdict_table),
        cmocka_unit_test(test_precedence),
        cmocka_unit_test(test_run_status),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
