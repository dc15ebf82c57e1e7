/*
 * The public header is enough: this program includes nothing else of the project. Runs from the top
 * of the repository.
 */
#include "offswitch.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

/* What another program looks like: it checks a site, and would fix it after a yes. */
static int check_site(const struct ofs_options *options, struct ofs_error *err, char **ret_report)
{
    struct ofs_loop *loop = ofs_loop_new(err);
    struct ofs_job *job = loop ? ofs_job_new(loop, options, err) : NULL;
    int rc = job ? ofs_job_check(job, err) : -1;
    for (size_t i = 0; job && i < ofs_job_results(job); i++) {
        struct ofs_setting_result r;
        ofs_job_result(job, i, &r);
        print_message("%s: %s%s%s\n", r.title, r.verdict, r.reason ? ": " : "",
                      r.reason ? r.reason : "");
    }
    if (!rc && ofs_job_differing(job) > 0)
        ofs_job_fix(job);
    *ret_report = job ? ofs_job_report(job) : NULL;
    int status = job ? ofs_job_status(job) : -1;
    ofs_job_free(job);
    ofs_loop_free(loop);
    return rc ? rc : status;
}

static const struct ofs_options nobody_there = {.command = "check",
                                                .scenario = "scenarios/linkedin.json",
                                                .connect = "cdp://127.0.0.1:1",
                                                .timeout_ms = 5000};

static void test_no_browser(void **state)
{
    (void)state;
    struct ofs_error err = {0};
    char *report = NULL;
    assert_int_equal(check_site(&nobody_there, &err, &report), -1);
    assert_int_equal(err.code, OFS_ERR_CONNECT);
    assert_non_null(report);
    assert_non_null(strstr(report, "\"settings\""));
    free(report);
}

static void test_results(void **state)
{
    (void)state;
    struct ofs_error err = {0};
    struct ofs_loop *loop = ofs_loop_new(&err);
    struct ofs_job *job = ofs_job_new(loop, &nobody_there, &err);
    assert_non_null(job);
    assert_true(ofs_job_results(job) >= 2);
    for (size_t i = 0; i < ofs_job_results(job); i++) {
        struct ofs_setting_result r;
        ofs_job_result(job, i, &r);
        assert_string_equal(r.group, "ai");
        assert_string_equal(r.wanted, "off");
        assert_string_equal(r.verdict, "unknown"); /* nothing was read */
        assert_non_null(r.reason);
        assert_null(r.before);
        assert_null(r.after);
    }
    assert_int_equal(ofs_job_status(job), 3);
    assert_int_equal(ofs_job_differing(job), 0);
    ofs_job_free(job);
    ofs_loop_free(loop);
}

static void test_bad_scenario(void **state)
{
    (void)state;
    struct ofs_error err = {0};
    struct ofs_options options = nobody_there;
    char *report = NULL;
    options.scenario = "nowhere.json";
    assert_int_equal(check_site(&options, &err, &report), -1);
    assert_int_equal(err.code, OFS_ERR_SCENARIO);
    assert_null(report);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_browser),
        cmocka_unit_test(test_results),
        cmocka_unit_test(test_bad_scenario),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
