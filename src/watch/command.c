#include "watch/command.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/system.h"

static void become(const char *const *argv, int in, int out)
{
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    setpgid(0, 0);
    int null = open("/dev/null", O_RDWR);
    dup2(in, 0);
    dup2(out >= 0 ? out : null, 1);
    dup2(null, 2);
    execvp(argv[0], (char *const *)argv);
    _exit(127);
}

static void make_non_blocking(int fd)
{
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

/* Move bytes both ways until both ends are closed; -1 when the time is up. */
static int feed(int in, int out, const char *input, ofs_deadline deadline, struct ofs_buf *output)
{
    size_t left = strlen(input);
    struct ofs_error ignored;
    while (in >= 0 || out >= 0) {
        struct pollfd fds[] = {{.fd = in, .events = POLLOUT}, {.fd = out, .events = POLLIN}};
        int64_t ms = ofs_deadline_left(deadline);
        if (ms == 0 || poll(fds, 2, (int)(ms < 1000 ? ms : 1000)) < 0)
            return ms == 0 || errno != EINTR ? -1 : 0;
        if (in >= 0 && fds[0].revents) {
            ssize_t n = left ? write(in, input, left) : 0;
            if (n > 0) {
                input += n;
                left -= (size_t)n;
            }
            if (!left || (n < 0 && errno != EAGAIN)) {
                close(in);
                in = -1;
            }
        }
        if (out >= 0 && fds[1].revents) {
            char data[4096];
            ssize_t n = read(out, data, sizeof data);
            if (n > 0 && output)
                ofs_buf_add(output, data, (size_t)n, &ignored);
            if (n == 0 || (n < 0 && errno != EAGAIN)) {
                close(out);
                out = -1;
            }
        }
    }
    return 0;
}

static int wait_for(pid_t pid, ofs_deadline deadline, int *ret_status)
{
    struct timespec nap = {.tv_nsec = 5000000};
    for (pid_t got; (got = waitpid(pid, ret_status, WNOHANG)) != pid;) {
        if (got < 0 && errno != EINTR)
            return -1;
        if (ofs_deadline_left(deadline) == 0) {
            kill(-pid, SIGKILL);
            waitpid(pid, ret_status, 0);
            return -1;
        }
        nanosleep(&nap, NULL);
    }
    return 0;
}

int ofs_command_run(const char *const *argv, const char *input, int ms, struct ofs_buf *ret_output,
                    struct ofs_error *err)
{
    int in[2] = {-1, -1}, out[2] = {-1, -1}, status = 0;
    if (ofs_system_pipe(in) || (ret_output && ofs_system_pipe(out)))
        return ofs_fail_errno(err, OFS_ERR_SYSTEM, "no pipe for %s", argv[0]);
    pid_t pid = fork();
    if (pid == 0)
        become(argv, in[0], out[1]);
    close(in[0]);
    if (out[1] >= 0)
        close(out[1]);
    if (pid < 0) {
        close(in[1]);
        if (out[0] >= 0)
            close(out[0]);
        return ofs_fail_errno(err, OFS_ERR_SYSTEM, "%s could not be started", argv[0]);
    }
    ofs_deadline deadline = ofs_deadline_in(ms);
    make_non_blocking(in[1]);
    if (out[0] >= 0)
        make_non_blocking(out[0]);
    if (feed(in[1], out[0], input, deadline, ret_output))
        deadline = 0;
    if (wait_for(pid, deadline, &status))
        return ofs_fail(err, OFS_ERR_TIMEOUT, "%s did not end in time", argv[0]);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return 0;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
        return ofs_fail(err, OFS_ERR_SYSTEM, "%s could not be started", argv[0]);
    return ofs_fail(err, OFS_ERR_PEER, "%s ended with %s %d", argv[0],
                    WIFEXITED(status) ? "status" : "signal",
                    WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
}
