#include "support/program.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"

enum { MOST_ARGS = 64, SAID = 8 << 20 };

const char *program_path(void)
{
    const char *named = getenv("OFFSWITCH");
    return named && *named ? named : "build/offswitch";
}

char *program_build(void)
{
    char *path = strdup(program_path());
    char *slash = path ? strrchr(path, '/') : NULL;
    if (slash)
        *slash = '\0';
    return path;
}

static void on_ended(void *ctx, const struct ofs_error *why)
{
    (void)why;
    ((struct program *)ctx)->ended = true;
}

int program_start(struct ofs_loop *loop, const struct program_options *o, struct program *ret,
                  struct ofs_error *err)
{
    char *argv[MOST_ARGS] = {(char *)program_path()};
    *ret = (struct program){.child.alive_fd = -1,
                            .out = ofs_text_printf("%s/out", o->dir),
                            .errors = ofs_text_printf("%s/errors", o->dir)};
    for (size_t n = 0; o->argv[n]; n++) {
        if (n + 2 == MOST_ARGS)
            return ofs_fail(err, OFS_ERR_USAGE, "too many arguments");
        argv[n + 1] = o->argv[n];
    }
    OFS_AUTO_STR preload = o->preload ? ofs_text_printf("LD_PRELOAD=%s", o->preload) : NULL;
    const char *const env[] = {preload, NULL};
    const struct child_options child = {
        .argv = argv, .out = ret->out, .errors = ret->errors, .env = env, .typed = o->typed};
    if (!ret->out || !ret->errors)
        return ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
    if (child_start(&child, &ret->child, err))
        return -1;
    ret->alive = ofs_wire_pipe(loop, ret->child.alive_fd, dup(ret->child.alive_fd), err);
    if (!ret->alive)
        return -1;
    ret->alive->ctx = ret;
    ret->alive->on_closed = on_ended;
    return 0;
}

void program_reap(struct program *p, struct program_end *ret)
{
    struct ofs_error ignored;
    OFS_AUTO_BUF out = OFS_BUF(SAID);
    int status = 0;
    *ret = (struct program_end){.in_time = p->ended, .exit = -1, .errors = OFS_BUF(SAID)};
    if (p->child.pid > 0) {
        if (!p->ended)
            kill(p->child.pid, SIGKILL);
        waitpid(p->child.pid, &status, 0);
        ret->exit = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        if (!ofs_buf_read_file(&out, p->out, &ignored))
            ret->report = ofs_json_parse(ofs_buf_str(&out), out.len, &ignored);
        ofs_buf_read_file(&ret->errors, p->errors, &ignored);
    }
    if (p->alive)
        p->alive->ops->close(p->alive);
    child_end(p->child.person, SIGKILL);
    free(p->out);
    free(p->errors);
    *p = (struct program){.child.alive_fd = -1};
}

void program_end_clear(struct program_end *end)
{
    cJSON_Delete(end->report);
    ofs_buf_free(&end->errors);
    *end = (struct program_end){0};
}

const cJSON *program_result(const struct program_end *end, int index)
{
    return cJSON_GetArrayItem(ofs_json_get(end->report, "settings"), index);
}

bool program_has_proof(const cJSON *result, const char *proof)
{
    const cJSON *one;
    cJSON_ArrayForEach(one, ofs_json_get(result, "proofs"))
    {
        if (cJSON_IsString(one) && !strcmp(one->valuestring, proof))
            return true;
    }
    return false;
}
