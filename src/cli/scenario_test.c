#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/print.h"
#include "cli/run.h"
#include "cli/scenario.h"
#include "cli/scratch.h"
#include "record/run.h"
#include "scenario/names.h"
#include "scenario/scenario.h"
#include "wire/serve.h"

/* `offswitch scenario test FILE`: the scenario against pages that a person saved, with the expected
 * result of each.
 *
 * NAME.json has its expectations in the directory NAME.tests beside it: expect.json is a list of
 * {"page": PATH, "file": FILE, "expect": {ID: WORD}}. The file is served at the page's path on a
 * loopback port and read by a browser of its own. WORD is a state ("on", "off", a word of the
 * setting's choices), a reason of "unknown", or another verdict. Nothing is fetched from elsewhere,
 * and the saved scripts do not run unless the entry says "scripts": true. */

enum { MOST_EXPECTATIONS = 1 << 20 };

struct saved {
    const char *directory;
    const cJSON *test; /* the entry that is served now */
};

/* ---- serving --------------------------------------------------------------------------------- */

static const char *type_of(const char *path)
{
    static const char *const types[][2] = {{".html", "text/html; charset=utf-8"},
                                           {".htm", "text/html; charset=utf-8"},
                                           {".css", "text/css; charset=utf-8"},
                                           {".js", "text/javascript; charset=utf-8"},
                                           {".json", "application/json"},
                                           {".svg", "image/svg+xml"},
                                           {".png", "image/png"}};
    const char *dot = strrchr(path, '.');
    for (size_t i = 0; dot && i < sizeof types / sizeof *types; i++)
        if (!strcasecmp(dot, types[i][0]))
            return types[i][1];
    return "application/octet-stream";
}

/* A file of the directory; false if there is none of that name in it. */
static bool serve_file(const struct saved *saved, const char *name, struct ofs_serve_reply *reply)
{
    struct ofs_error ignored;
    OFS_AUTO_STR path = ofs_text_printf("%s/%s", saved->directory, name);
    if (!*name || strstr(name, "..") || !path || ofs_buf_read_file(&reply->body, path, &ignored))
        return false;
    reply->content_type = type_of(name);
    return true;
}

/* A page that was saved whole names its other files relative to itself. */
static bool serve_beside(const struct saved *saved, const char *page, const char *path,
                         struct ofs_serve_reply *reply)
{
    const char *slash = strrchr(page, '/');
    size_t n = slash ? (size_t)(slash - page) + 1 : 1;
    return !strncmp(path, page, n) && serve_file(saved, path + n, reply);
}

static void handle(void *user, const struct ofs_serve_request *request,
                   struct ofs_serve_reply *reply)
{
    const struct saved *saved = user;
    struct ofs_error ignored;
    char page[1024];
    snprintf(page, sizeof page, "%s", ofs_json_str(saved->test, "page", ""));
    page[strcspn(page, "?#")] = '\0';
    bool scripts = ofs_json_bool(saved->test, "scripts", false);
    /* The page must not reach the real site. */
    ofs_buf_printf(&reply->headers, &ignored,
                   "Content-Security-Policy: default-src 'self' data: blob: 'unsafe-inline'; "
                   "script-src %s; form-action 'none'\r\n",
                   scripts ? "'self' 'unsafe-inline'" : "'none'");
    bool known = !strcmp(request->path, page)
                     ? serve_file(saved, ofs_json_str(saved->test, "file", ""), reply)
                     : serve_beside(saved, page, request->path, reply);
    if (!known)
        reply->status = 404;
}

/* ---- judging --------------------------------------------------------------------------------- */

static const char *word_of(const struct ofs_result *r)
{
    bool was_read = r->verdict == OFS_VERDICT_AS_WANTED || r->verdict == OFS_VERDICT_DIFFERS;
    if (was_read && r->before[0])
        return r->before;
    return r->reason ? r->reason : ofs_verdict_word(r->verdict);
}

static int judge(const struct ofs_run *run, const cJSON *test, cJSON *all)
{
    int failed = 0;
    const char *file = ofs_json_str(test, "file", "");
    for (size_t i = 0; i < run->n_results; i++) {
        const struct ofs_result *r = &run->results[i];
        const char *expected = ofs_json_str(ofs_json_get(test, "expect"), r->id, "");
        const char *word = word_of(r);
        bool good = !strcmp(word, expected);
        failed += !good;
        if (all) {
            cJSON *one = cJSON_CreateObject();
            ofs_json_add_str(one, "file", file);
            ofs_json_add_str(one, "id", r->id);
            ofs_json_add_str(one, "expected", expected);
            ofs_json_add_str(one, "got", word);
            ofs_json_add_str(one, "detail", r->detail);
            cJSON_AddItemToArray(all, one);
            continue;
        }
        printf("%-8s%s: %s is %s%s%s\n", good ? "ok" : "FAILED", file, r->id, word,
               good ? "" : ", expected ", good ? "" : expected);
        if (!good)
            cli_block(stdout, 8, "", 8, r->detail);
    }
    fflush(stdout);
    return failed;
}

/* The ids of the entry, separated by commas. */
static char *ids_of(const cJSON *test)
{
    OFS_AUTO_BUF ids = OFS_BUF(1 << 16);
    struct ofs_error ignored;
    const cJSON *one;
    cJSON_ArrayForEach(one, ofs_json_get(test, "expect"))
        ofs_buf_printf(&ids, &ignored, "%s%s", ids.len ? "," : "", one->string);
    return strdup(ofs_buf_str(&ids));
}

/* One entry: the number of its words that do not match, or -1. */
static int run_test(const struct cli *cli, const char *scenario, struct saved *saved,
                    const cJSON *test, cJSON *all, struct ofs_error *err)
{
    char *scratch = scratch_make();
    OFS_AUTO_STR profile = scratch ? ofs_text_printf("%s/profile", scratch) : NULL;
    OFS_AUTO_STR ids = ids_of(test);
    struct ofs_loop *loop = profile ? ofs_loop_new(err) : NULL;
    const struct ofs_serve_options serve = {.handler = handle, .user = saved};
    struct ofs_server *server = NULL;
    struct ofs_job *job = NULL;
    int rc = profile ? -1 : ofs_fail_errno(err, OFS_ERR_SYSTEM, "no directory for the browser");
    saved->test = test;
    if (loop && !ofs_loop_watch_signals(loop, err) &&
        (server = ofs_server_new(loop, &serve, err))) {
        char origin[64];
        snprintf(origin, sizeof origin, "http://127.0.0.1:%d", ofs_server_port(server));
        const struct ofs_options options = {.command = "check",
                                            .scenario = scenario,
                                            .connect = "launch",
                                            .browser_args = cli->browser_args.at,
                                            .n_browser_args = cli->browser_args.n,
                                            .profile = profile,
                                            .headless = !cli->show,
                                            .origin = origin,
                                            .only = ids,
                                            .timeout_ms = cli->timeout_ms,
                                            .state = scratch};
        job = ofs_job_new(loop, &options, err);
        if (job && !ofs_job_check(job, err))
            rc = judge(ofs_job_run(job), test, all);
    }
    ofs_job_free(job);
    ofs_server_free(server);
    ofs_loop_free(loop);
    if (scratch)
        scratch_remove(scratch);
    free(scratch);
    return rc;
}

/* ---- the expectations ------------------------------------------------------------------------ */

static int check_test(const cJSON *test, int i, struct ofs_error *err)
{
    const char *page = ofs_json_str(test, "page", ""), *file = ofs_json_str(test, "file", "");
    const cJSON *expect = ofs_json_get(test, "expect"), *one;
    bool good = page[0] == '/' && file[0] && cJSON_IsObject(expect) && expect->child;
    cJSON_ArrayForEach(one, expect) good = good && cJSON_IsString(one);
    if (good)
        return 0;
    ofs_fail(err, OFS_ERR_SCENARIO, "expect.json: entry %d is not whole", i + 1);
    return ofs_hint(err, "{\"page\": \"/settings\", \"file\": \"off.html\", \"expect\": {\"ID\": "
                         "\"off\"}}");
}

static cJSON *read_expectations(const char *directory, struct ofs_error *err)
{
    OFS_AUTO_BUF text = OFS_BUF(MOST_EXPECTATIONS);
    OFS_AUTO_STR path = ofs_text_printf("%s/expect.json", directory);
    if (!path || ofs_buf_read_file(&text, path, err)) {
        ofs_hint(err, "it is a list of {\"page\": PATH, \"file\": FILE, \"expect\": {ID: WORD}}, "
                      "beside the pages that you saved");
        return NULL;
    }
    cJSON *list = ofs_json_parse(ofs_buf_str(&text), text.len, err);
    const cJSON *test;
    int i = 0;
    if (list && (!cJSON_IsArray(list) || !list->child))
        ofs_fail(err, OFS_ERR_SCENARIO, "%s is no list of expectations", path);
    else
        cJSON_ArrayForEach(test, list) if (check_test(test, i++, err)) break;
    if (list && err->code == OFS_ERR_NONE)
        return list;
    cJSON_Delete(list);
    return NULL;
}

int scenario_test(const struct cli *cli)
{
    struct ofs_error err = {0};
    if (cli->n_args != 2) {
        ofs_fail(&err, OFS_ERR_USAGE, "'scenario test' takes one scenario");
        return cli_complain(&err);
    }
    OFS_AUTO_STR path = ofs_scenario_find(cli->args[1], &err);
    if (!path)
        return cli_complain(&err);
    size_t n =
        strlen(path) - (strlen(path) > 5 && !strcmp(path + strlen(path) - 5, ".json") ? 5 : 0);
    OFS_AUTO_STR directory = ofs_text_printf("%.*s.tests", (int)n, path);
    OFS_AUTO_JSON tests = directory ? read_expectations(directory, &err) : NULL;
    if (!tests)
        return cli_complain(&err);
    struct saved saved = {.directory = directory};
    cJSON *all = cli->json ? cJSON_CreateArray() : NULL;
    const cJSON *test;
    int failed = 0, rc = 0;
    cJSON_ArrayForEach(test, tests)
    {
        rc = run_test(cli, path, &saved, test, all, &err);
        if (rc < 0)
            break;
        failed += rc;
    }
    if (all) {
        OFS_AUTO_JSON out = cJSON_CreateObject();
        cJSON_AddNumberToObject(out, "failed", failed);
        cJSON_AddItemToObject(out, "results", all);
        cli_json(out);
    }
    if (rc < 0) {
        cli_name_failure(&err);
        return cli_complain(&err);
    }
    return failed ? 1 : 0;
}
