#include "wire/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/system.h"

struct ofs_process {
    pid_t pid;
    int pid_fd; /* becomes readable when the child ends; -1 on a system without such a descriptor */
    int stderr_fd;
};

static void become(char *const argv[], int in, int out, int err_fd)
{
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL); /* an ignored signal stays ignored across exec */
    setpgid(0, 0);
    /* Move both away from 3 and 4 first, then onto them: dup2 clears close-on-exec. */
    int from = fcntl(in, F_DUPFD, 10), to = fcntl(out, F_DUPFD, 10),
        null = open("/dev/null", O_RDWR);
    if (from < 0 || to < 0 || null < 0)
        _exit(126);
    dup2(null, 0);
    dup2(null, 1);
    dup2(err_fd >= 0 ? err_fd : null, 2);
    dup2(from, 3);
    dup2(to, 4);
    close(from);
    close(to);
    if (null > 4)
        close(null);
    execv(argv[0], argv);
    _exit(127);
}

static int temporary_file(void)
{
    int fd = ofs_system_temporary();
    return fd >= 0 ? fd : open("/dev/null", O_RDWR | O_CLOEXEC);
}

struct ofs_process *ofs_process_start(char *const argv[], int *ret_read_fd, int *ret_write_fd,
                                      struct ofs_error *err)
{
    int to_child[2] = {-1, -1}, from_child[2] = {-1, -1};
    struct ofs_process *p = calloc(1, sizeof *p);
    if (!p || ofs_system_pipe(to_child) || ofs_system_pipe(from_child)) {
        ofs_fail_errno(err, OFS_ERR_SYSTEM, "no pipe for the browser");
        goto failed;
    }
    p->stderr_fd = temporary_file();
    p->pid = fork();
    if (p->pid < 0) {
        ofs_fail_errno(err, OFS_ERR_SYSTEM, "%s could not be started", argv[0]);
        close(p->stderr_fd);
        goto failed;
    }
    if (p->pid == 0)
        become(argv, to_child[0], from_child[1], p->stderr_fd);
    setpgid(p->pid,
            p->pid); /* here too: the group may have to be killed before the child has run */
    p->pid_fd = ofs_system_watch_child(p->pid);
    close(to_child[0]);
    close(from_child[1]);
    *ret_read_fd = from_child[0];
    *ret_write_fd = to_child[1];
    return p;
failed:
    for (int i = 0; i < 2; i++) {
        if (to_child[i] >= 0)
            close(to_child[i]);
        if (from_child[i] >= 0)
            close(from_child[i]);
    }
    free(p);
    return NULL;
}

/* True once the child has ended. It is not reaped yet, so that its id cannot be reused. */
static bool ended_by(struct ofs_process *p, ofs_deadline deadline)
{
    for (;;) {
        siginfo_t info = {.si_pid = 0};
        int rc = waitid(P_PID, (id_t)p->pid, &info, WEXITED | WNOHANG | WNOWAIT);
        if (info.si_pid == p->pid || (rc < 0 && errno == ECHILD))
            return true;
        int64_t left = ofs_deadline_left(deadline);
        if (left == 0)
            return false;
        struct pollfd fd = {.fd = p->pid_fd, .events = POLLIN};
        if (p->pid_fd < 0 && left > 20)
            left = 20; /* such a system has no event to wait for */
        poll(&fd, p->pid_fd >= 0, (int)(left > 60000 ? 60000 : left));
    }
}

void ofs_process_end(struct ofs_process *process, ofs_deadline limit)
{
    if (!process)
        return;
    if (!ended_by(process, limit)) {
        kill(-process->pid, SIGTERM);
        if (!ended_by(process, ofs_deadline_in(2000))) {
            kill(-process->pid, SIGKILL);
            ended_by(process, OFS_NEVER);
        }
    }
    kill(-process->pid, SIGKILL); /* remaining processes of its group */
    waitpid(process->pid, NULL, 0);
    if (process->pid_fd >= 0)
        close(process->pid_fd);
    close(process->stderr_fd);
    free(process);
}

void ofs_process_last_words(struct ofs_process *process, char *ret_text, size_t size)
{
    char tail[2048];
    ret_text[0] = '\0';
    off_t length = lseek(process->stderr_fd, 0, SEEK_END);
    off_t from = length > (off_t)sizeof tail - 1 ? length - ((off_t)sizeof tail - 1) : 0;
    ssize_t n = length > 0 ? pread(process->stderr_fd, tail, sizeof tail - 1, from) : 0;
    while (n > 0 && (tail[n - 1] == '\n' || tail[n - 1] == '\r'))
        n--;
    if (n <= 0)
        return;
    tail[n] = '\0';
    const char *line = strrchr(tail, '\n');
    line = line ? line + 1 : tail;
    size_t len = strlen(line) < size - 1 ? strlen(line) : size - 1;
    memcpy(ret_text, line, len);
    ret_text[len] = '\0';
}
