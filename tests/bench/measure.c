/*
 * measure [-c] OUT PROGRAM [ARG...]: run a program and write what it used to the file OUT, as one
 * JSON object. measure -k: do a fixed piece of work of the kernel, and print the seconds of
 * processor time that it took.
 *
 *   wall    seconds from the fork to the exit
 *   cpu     seconds of processor time, user and system, of that process with all its threads,
 *           without its children: the browser that a client starts does not count
 *   system  the part of cpu that the kernel spent for it; null with -c
 *   rss_kb  the largest resident set of that process, in units of 1024 bytes
 *   exit    its exit status, or null; signal: the signal that ended it, or null
 *
 * Node's own child_process cannot measure this: its children inherit the resident set of Node as
 * their peak, and it waits for them before their clocks can be read. SIGTERM is passed on. The
 * program does not outlive its parent.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { sample_ms = 20 };

static volatile sig_atomic_t child_pid;

static void pass_on(int signal)
{
    if (child_pid > 0)
        kill(child_pid, signal);
}

static double seconds(struct timespec t)
{
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* The peak of the resident set so far; 0 when the process has ended. */
static long peak_kb(pid_t pid)
{
    char path[64], line[256];
    snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
    FILE *status = fopen(path, "r");
    if (!status)
        return 0;
    long kb = 0;
    while (fgets(line, sizeof(line), status))
        if (!strncmp(line, "VmHWM:", 6))
            kb = strtol(line + 6, NULL, 10);
    fclose(status);
    return kb;
}

/* Wait until the process has ended, and leave it as a zombie whose clock can be read. */
static long watch(pid_t pid)
{
    int fd = pidfd_open(pid, 0);
    struct pollfd ended = {.fd = fd, .events = POLLIN};
    long peak = 0;
    while (fd >= 0) {
        int ready = poll(&ended, 1, sample_ms);
        if (ready > 0 || (ready < 0 && errno != EINTR))
            break;
        long now = peak_kb(pid);
        if (now > peak)
            peak = now;
    }
    if (fd >= 0)
        close(fd);
    siginfo_t info;
    while (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT) < 0 && errno == EINTR)
        ;
    return peak;
}

/* What a run of offswitch asks of the kernel: new pages, messages over sockets, and processes. */
static int kernel_work(void)
{
    enum { rounds = 100, pages = 100, messages = 100, page = 4096, message = 200 };
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends)) {
        perror("socketpair");
        return 1;
    }
    for (int i = 0; i < rounds; i++) {
        char *memory = mmap(NULL, (size_t)pages * page, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED) {
            perror("mmap");
            return 1;
        }
        for (int j = 0; j < pages; j++)
            memory[(size_t)j * page] = 1;
        for (int j = 0; j < messages; j++)
            if (write(ends[0], memory, message) != message ||
                read(ends[1], memory, message) != message) {
                perror("a socket");
                return 1;
            }
        pid_t pid = fork();
        if (!pid)
            _exit(0);
        if (pid < 0 || waitpid(pid, NULL, 0) < 0) {
            perror("fork");
            return 1;
        }
        munmap(memory, (size_t)pages * page);
    }
    struct timespec cpu;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
    printf("%.6f\n", seconds(cpu));
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 2 && !strcmp(argv[1], "-k"))
        return kernel_work();
    bool has_children = argc > 1 && !strcmp(argv[1], "-c");
    argc -= has_children;
    argv += has_children;
    if (argc < 3) {
        fprintf(stderr, "usage: measure [-c] OUT PROGRAM [ARG...]\n"
                        "       measure -k\n");
        return 64;
    }
    struct timespec begin, end, cpu;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    pid_t pid = fork();
    if (pid < 0) {
        perror("fork");
        return 1;
    }
    if (!pid) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        execvp(argv[2], argv + 2);
        perror(argv[2]);
        _exit(127);
    }
    child_pid = pid;
    struct sigaction act = {.sa_handler = pass_on};
    sigaction(SIGTERM, &act, NULL);
    sigaction(SIGINT, &act, NULL);

    long peak = watch(pid);
    clock_gettime(CLOCK_MONOTONIC, &end);
    clockid_t clock;
    if (clock_getcpuclockid(pid, &clock) || clock_gettime(clock, &cpu)) {
        perror("the processor clock of the child");
        return 1;
    }
    int status;
    struct rusage usage;
    if (wait4(pid, &status, 0, &usage) < 0) {
        perror("wait4");
        return 1;
    }
    /* The kernel's own peak misses nothing, but is the largest of this process and its children. */
    if (!has_children || !peak)
        peak = usage.ru_maxrss;

    FILE *out = fopen(argv[1], "w");
    if (!out) {
        perror(argv[1]);
        return 1;
    }
    fprintf(out, "{\"wall\": %.6f, \"cpu\": %.6f, ", seconds(end) - seconds(begin), seconds(cpu));
    double system = (double)usage.ru_stime.tv_sec + (double)usage.ru_stime.tv_usec / 1e6;
    if (has_children)
        fprintf(out, "\"system\": null, ");
    else
        fprintf(out, "\"system\": %.6f, ", system);
    fprintf(out, "\"rss_kb\": %ld, ", peak);
    if (WIFEXITED(status))
        fprintf(out, "\"exit\": %d, \"signal\": null}\n", WEXITSTATUS(status));
    else
        fprintf(out, "\"exit\": null, \"signal\": %d}\n", WTERMSIG(status));
    return fclose(out) ? 1 : 0;
}
