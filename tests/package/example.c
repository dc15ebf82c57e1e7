/*
 * check-site.c: read the settings of a site with liboffswitch, and change nothing.
 *
 *     cc check-site.c -o check-site $(pkg-config --cflags --libs liboffswitch)
 *     ./check-site linkedin.json auto
 *
 * The words after the program are the scenario, how to connect ("auto", "launch",
 * "cdp://127.0.0.1:9222", ...) and, to try it on a local copy of the site: its origin, a profile
 * directory for "launch", and arguments for the browser.
 */
#include <offswitch.h>
#include <stdio.h>

static void show(const struct ofs_setting_result *r)
{
    printf("%-12s %s: %s", r->verdict, r->title, r->before ? r->before : "not told");
    if (r->reason)
        printf(" (%s)", r->reason);
    putchar('\n');
}

int main(int argc, char **argv)
{
    struct ofs_error err = {0};
    struct ofs_options options = {
        .command = "check",
        .scenario = argc > 1 ? argv[1] : "linkedin.json",
        .connect = argc > 2 ? argv[2] : "auto",
        .origin = argc > 3 ? argv[3] : NULL,
        .profile = argc > 4 ? argv[4] : NULL,
        .headless = true,
        .browser_args = (const char *const *)argv + 5,
        .n_browser_args = argc > 5 ? (size_t)argc - 5 : 0,
    };
    struct ofs_loop *loop = ofs_loop_new(&err);
    struct ofs_job *job = loop ? ofs_job_new(loop, &options, &err) : NULL;
    int status = 1;
    if (!job || ofs_job_check(job, &err)) {
        fprintf(stderr, "%s\n  %s\n", err.text, err.hint);
    } else {
        for (size_t i = 0; i < ofs_job_results(job); i++) {
            struct ofs_setting_result result;
            ofs_job_result(job, i, &result);
            show(&result);
        }
        printf("%zu differ\n", ofs_job_differing(job));
        status = ofs_job_status(job);
    }
    ofs_job_free(job);
    ofs_loop_free(loop);
    return status;
}
