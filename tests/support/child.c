#include "support/child.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/text.h"

enum { BROWSER_STARTS = 30000, PASSES = 10, PAUSE = 50 };

void child_die_with_parent(void)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
}

char *child_make_dir(const char *parent)
{
    char *path = ofs_text_printf("%s/offswitch-test-XXXXXX", parent);
    if (path && !mkdtemp(path)) {
        free(path);
        return NULL;
    }
    return path;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st, (void)kind, (void)at;
    remove(path);
    return 0;
}

void child_remove_dir(const char *path)
{
    /* a browser process that is ending may still write */
    for (int i = 0; path && i < PASSES && access(path, F_OK) == 0; i++) {
        if (i)
            poll(NULL, 0, PAUSE);
        nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    }
}

static bool in_path(const char *name, char *ret_path, size_t size)
{
    const char *path = getenv("PATH");
    if (strchr(name, '/')) {
        snprintf(ret_path, size, "%s", name);
        return access(name, X_OK) == 0;
    }
    for (path = path ? path : "/usr/bin:/bin"; *path;) {
        int n = (int)strcspn(path, ":");
        snprintf(ret_path, size, "%.*s/%s", n, path, name);
        if (n && access(ret_path, X_OK) == 0)
            return true;
        path += n + (path[n] == ':');
    }
    return false;
}

const char *child_find_browser(void)
{
    static char found[512];
    const char *const names[] = {getenv("OFFSWITCH_BROWSER"), "chromium", "chromium-browser",
                                 "google-chrome-stable", "google-chrome"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i] && *names[i] && in_path(names[i], found, sizeof found))
            return found;
    return NULL;
}

static void redirect(const char *file, int flags, int fd)
{
    int to = open(file ? file : "/dev/null", flags | O_CLOEXEC, 0600);
    if (to < 0 || dup2(to, fd) < 0)
        _exit(126);
}

_Noreturn void child_become(const struct child_options *o)
{
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    child_die_with_parent();
    if (o->leads)
        setpgid(0, 0);
    if (!o->keeps_streams) {
        redirect(NULL, O_RDONLY, 0);
        redirect(o->out, O_WRONLY | O_CREAT | O_TRUNC, 1);
        redirect(o->errors, O_WRONLY | O_CREAT | O_TRUNC, 2);
    }
    for (size_t i = 0; o->env && o->env[i]; i++)
        putenv((char *)o->env[i]);
    execv(o->argv[0], o->argv);
    _exit(127);
}

static int read_port(const char *profile)
{
    OFS_AUTO_BUF text = OFS_BUF(4096);
    OFS_AUTO_STR path = ofs_text_printf("%s/DevToolsActivePort", profile);
    struct ofs_error ignored;
    if (!path || ofs_buf_read_file(&text, path, &ignored) || !strchr(ofs_buf_str(&text), '/'))
        return 0;
    return atoi(ofs_buf_str(&text));
}

/* The browser writes its port into a file of its profile. */
static int await_port(const char *profile, int watch, int *ret_port, struct ofs_error *err)
{
    ofs_deadline deadline = ofs_deadline_in(BROWSER_STARTS);
    while (!(*ret_port = read_port(profile))) {
        char events[4096];
        struct pollfd fd = {watch, POLLIN, 0};
        if (poll(&fd, 1, (int)ofs_deadline_left(deadline)) <= 0)
            return ofs_fail(err, OFS_ERR_NO_BROWSER, "the browser opened no debugging port");
        if (read(watch, events, sizeof events) < 0)
            return ofs_fail_errno(err, OFS_ERR_SYSTEM, "the profile cannot be watched");
    }
    return 0;
}

int child_start_browser(const char *dir, pid_t *ret_pid, int *ret_port, struct ofs_error *err)
{
    const char *path = child_find_browser();
    OFS_AUTO_STR profile = child_make_dir(dir);
    OFS_AUTO_STR log = profile ? ofs_text_printf("%s.log", profile) : NULL;
    OFS_AUTO_STR user_data = profile ? ofs_text_printf("--user-data-dir=%s", profile) : NULL;
    char *argv[] = {(char *)path,
                    "--headless=new",
                    "--no-sandbox",
                    "--disable-gpu",
                    "--disable-quic",
                    "--no-first-run",
                    "--disable-background-networking",
                    "--disable-component-update",
                    "--disable-sync",
                    "--remote-debugging-port=0",
                    user_data,
                    "about:blank",
                    NULL};
    const struct child_options options = {.argv = argv, .errors = log, .leads = true};
    struct child child;
    if (!path)
        return ofs_fail(err, OFS_ERR_NO_BROWSER, "no Chromium or Chrome is installed");
    if (!log || !user_data)
        return ofs_fail_errno(err, OFS_ERR_SYSTEM, "no directory for the browser");
    int watch = inotify_init1(IN_CLOEXEC);
    if (watch < 0 ||
        inotify_add_watch(watch, profile, IN_CREATE | IN_CLOSE_WRITE | IN_MOVED_TO) < 0)
        return ofs_fail_errno(err, OFS_ERR_SYSTEM, "the profile cannot be watched");
    int rc = child_start(&options, &child, err);
    if (!rc) {
        close(child.alive_fd);
        *ret_pid = child.pid;
        rc = await_port(profile, watch, ret_port, err);
        if (rc)
            child_end(child.pid, SIGKILL);
    }
    close(watch);
    return rc;
}

void child_end(pid_t pid, int sig)
{
    if (pid <= 0)
        return;
    bool leads = getpgid(pid) == pid;
    kill(pid, sig);
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        ;
    if (leads)
        kill(-pid, SIGKILL); /* the rest of a browser */
}

/* Reads the terminal and types once, when the question is shown. */
static _Noreturn void play_user(int terminal, const char *typed)
{
    char seen[8192];
    size_t n = 0;
    bool answered = false;
    for (;;) {
        ssize_t got = read(terminal, seen + n, sizeof seen - 1 - n);
        if (got <= 0)
            _exit(0);
        n += (size_t)got;
        seen[n] = '\0';
        if (!answered && strstr(seen, "[y/N]")) {
            answered = true;
            if (write(terminal, typed, strlen(typed)) < 0)
                _exit(1);
        }
        if (n > sizeof seen / 2) {
            memmove(seen, seen + n - 64, 64);
            n = 64;
        }
    }
}

/* A person looks and types at the terminal; the results go to a file. */
static _Noreturn void become_at_terminal(const struct child_options *o, const char *terminal)
{
    struct child_options at_terminal = *o;
    setsid();
    int fd = open(terminal, O_RDWR | O_CLOEXEC);
    if (fd < 0 || ioctl(fd, TIOCSCTTY, 0) || dup2(fd, 0) < 0 || dup2(fd, 2) < 0)
        _exit(126);
    redirect(o->out, O_WRONLY | O_CREAT | O_TRUNC, 1);
    at_terminal.keeps_streams = true;
    child_become(&at_terminal);
}

int child_start(const struct child_options *o, struct child *ret, struct ofs_error *err)
{
    int ends[2], master = -1;
    char terminal[128] = "";
    *ret = (struct child){.alive_fd = -1};
    if (o->typed) {
        master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
        if (master < 0 || grantpt(master) || unlockpt(master) ||
            ptsname_r(master, terminal, sizeof terminal))
            return ofs_fail_errno(err, OFS_ERR_SYSTEM, "no terminal");
    }
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
        return ofs_fail_errno(err, OFS_ERR_SYSTEM, "no socket pair");
    ret->pid = fork();
    if (ret->pid == 0) {
        fcntl(ends[1], F_SETFD, 0); /* the program holds it open, and its end closes it */
        if (o->typed)
            become_at_terminal(o, terminal);
        child_become(o);
    }
    close(ends[1]);
    ret->alive_fd = ends[0];
    if (ret->pid < 0)
        return ofs_fail_errno(err, OFS_ERR_SYSTEM, "the program cannot be started");
    if (!o->typed)
        return 0;
    ret->person = fork();
    if (ret->person == 0) {
        child_die_with_parent();
        play_user(master, o->typed);
    }
    close(master);
    return 0;
}
