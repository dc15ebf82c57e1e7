#include "support/runs.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "support/program.h"

enum { ENDS = 180000, MOST_ARGS = 40 };

static const char setting[] = "data-for-ai-improvement";

static size_t put(const char **argv, size_t n, const char *const *words)
{
    for (; words && *words && n < MOST_ARGS - 1; words++)
        argv[n++] = *words;
    return n;
}

int run_start(struct ofs_loop *loop, const char *dir, const struct run_order *order,
              struct run *ret, struct ofs_error *err)
{
    const struct ofs_site_options plain = {0};
    *ret = (struct run){.child.alive_fd = -1, .exit = -1, .errors = OFS_BUF(1 << 20)};
    if (!(ret->dir = child_make_dir(dir)))
        return ofs_fail_errno(err, OFS_ERR_SYSTEM, "no scratch directory");
    if (!(ret->site = ofs_site_new(loop, &plain, err)))
        return -1;
    OFS_AUTO_STR out = ofs_text_printf("%s/out", ret->dir);
    OFS_AUTO_STR errors = ofs_text_printf("%s/errors", ret->dir);
    const char *argv[MOST_ARGS] = {NULL};
    const char *const usual[] = {program_path(),
                                 order->verb,
                                 "--origin",
                                 ofs_site_origin(ret->site),
                                 "--connect",
                                 order->connect,
                                 "--only",
                                 setting,
                                 "--state",
                                 ret->dir,
                                 "--acknowledge-terms",
                                 "--json",
                                 strcmp(order->verb, "fix") ? NULL : "--yes",
                                 NULL};
    const char *const caps[] = {"--capabilities", order->capabilities, NULL};
    size_t n = put(argv, 0, usual);
    n = put(argv, n, order->capabilities ? caps : NULL);
    put(argv, n, order->more);
    const struct child_options options = {
        .argv = (char *const *)argv, .out = out, .errors = errors, .env = order->environment};
    ret->started_ms = ofs_now_ms();
    return child_start(&options, &ret->child, err);
}

bool run_is_over(struct run *r)
{
    int status;
    struct ofs_error ignored;
    if (r->over || r->child.pid <= 0)
        return true;
    if (ofs_now_ms() - r->started_ms > ENDS && !r->killed) {
        kill(r->child.pid, SIGKILL);
        r->killed = true;
    }
    if (waitpid(r->child.pid, &status, WNOHANG) == 0)
        return false;
    r->over = true;
    r->took_ms = ofs_now_ms() - r->started_ms;
    r->exit = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    OFS_AUTO_STR out = ofs_text_printf("%s/out", r->dir);
    OFS_AUTO_STR errors = ofs_text_printf("%s/errors", r->dir);
    OFS_AUTO_BUF report = OFS_BUF(1 << 20);
    if (!ofs_buf_read_file(&report, out, &ignored))
        r->report = ofs_json_parse(ofs_buf_str(&report), report.len, &ignored);
    ofs_buf_read_file(&r->errors, errors, &ignored);
    return true;
}

char *run_words(const struct run *r)
{
    OFS_AUTO_STR path = ofs_text_printf("%s/errors", r->dir);
    OFS_AUTO_BUF text = OFS_BUF(1 << 20);
    struct ofs_error ignored;
    return strdup(ofs_buf_read_file(&text, path, &ignored) ? "" : ofs_buf_str(&text));
}

void run_clear(struct run *r)
{
    if (r->child.pid > 0 && !r->over)
        child_end(r->child.pid, SIGKILL);
    if (r->child.alive_fd >= 0)
        close(r->child.alive_fd);
    ofs_site_free(r->site);
    cJSON_Delete(r->report);
    ofs_buf_free(&r->errors);
    if (r->dir)
        child_remove_dir(r->dir);
    free(r->dir);
    *r = (struct run){.child.alive_fd = -1, .over = true};
}

const char *run_result(const struct run *r, const char *key)
{
    return ofs_json_str(cJSON_GetArrayItem(ofs_json_get(r->report, "settings"), 0), key, "");
}
