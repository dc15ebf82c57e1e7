#include "support/supervised.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "support/child.h"
#include "support/program.h"

char *supervised_enter(void)
{
    static const char *const away[] = {"XDG_STATE_HOME", "XDG_CONFIG_HOME", "CHROME_USER_DATA_DIR",
                                       "NO_COLOR"};
    const char *tmp = getenv("TMPDIR");
    char *dir = child_make_dir(tmp && *tmp ? tmp : "/tmp");
    OFS_AUTO_STR here = realpath("scenarios", NULL); /* wherever the program is */
    if (!dir)
        return NULL;
    setenv("HOME", dir, 1);
    if (here)
        setenv("OFFSWITCH_SCENARIOS", here, 0);
    for (size_t i = 0; i < sizeof away / sizeof *away; i++)
        unsetenv(away[i]);
    return dir;
}

void supervised_leave(char *dir)
{
    child_remove_dir(dir);
}

static _Noreturn void become_program(const char *dir, char *const argv[], const char *const env[])
{
    OFS_AUTO_STR out = ofs_text_printf("%s/out", dir);
    OFS_AUTO_STR errors = ofs_text_printf("%s/err", dir);
    setsid(); /* no terminal */
    child_become(&(struct child_options){.argv = argv, .out = out, .errors = errors, .env = env});
}

/* All processes that the program started become our children when it has ended. Reports the
 * program's id at its start, and how it ended. */
static _Noreturn void keep(const char *dir, char *const argv[], const char *const env[], int to)
{
    int told[2] = {0, 0}, status = 0;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    pid_t pid = fork();
    if (pid == 0)
        become_program(dir, argv, env);
    if (write(to, &pid, sizeof pid) != sizeof pid)
        _exit(1);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    told[0] = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    ofs_deadline until = ofs_deadline_in(SUPERVISED_LEAVING);
    struct timespec tick = {.tv_nsec = 20000000};
    pid_t got;
    while ((got = waitpid(-1, NULL, WNOHANG)) >= 0 && ofs_deadline_left(until))
        if (got == 0)
            nanosleep(&tick, NULL);
    told[1] = got >= 0;
    _exit(write(to, told, sizeof told) != sizeof told);
}

int supervised_start(struct supervised *k, const char *dir, const char *const args[],
                     const char *const env[])
{
    char *argv[SUPERVISED_ARGS + 2] = {(char *)program_path()};
    int ends[2];
    *k = (struct supervised){.dir = dir, .out = OFS_BUF(16 << 20), .err = OFS_BUF(16 << 20)};
    for (size_t i = 0; args[i] && i < SUPERVISED_ARGS; i++)
        argv[i + 1] = (char *)args[i];
    if (pipe2(ends, O_CLOEXEC))
        return -1;
    k->keeper = fork();
    if (k->keeper == 0)
        keep(dir, argv, env, ends[1]);
    close(ends[1]);
    k->out_fd = ends[0];
    return k->keeper > 0 && read(ends[0], &k->pid, sizeof k->pid) == sizeof k->pid ? 0 : -1;
}

int supervised_finish(struct supervised *k)
{
    struct ofs_error ignored;
    struct pollfd fd = {.fd = k->out_fd, .events = POLLIN};
    int told[2];
    bool ends = poll(&fd, 1, SUPERVISED_TIMEOUT + SUPERVISED_LEAVING) == 1;
    if (!ends)
        kill(k->pid, SIGKILL);
    bool is_told = read(k->out_fd, told, sizeof told) == sizeof told;
    close(k->out_fd);
    waitpid(k->keeper, NULL, 0);
    if (!ends || !is_told)
        return -1;
    k->exit = told[0];
    k->left = told[1];
    OFS_AUTO_STR out = ofs_text_printf("%s/out", k->dir);
    OFS_AUTO_STR errors = ofs_text_printf("%s/err", k->dir);
    return ofs_buf_read_file(&k->out, out, &ignored) || ofs_buf_read_file(&k->err, errors, &ignored)
               ? -1
               : 0;
}

void supervised_clear(struct supervised *k)
{
    ofs_buf_free(&k->out);
    ofs_buf_free(&k->err);
}
