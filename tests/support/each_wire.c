#include "support/each_wire.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "support/child.h"

enum { MOST_WIRES = 16 };

struct wire_process {
    pid_t pid;
    int words;
    struct ofs_buf said;
};

static int test_or_skip(const struct each_wire *each, const struct peer_kind *kind)
{
    const char *missing = peer_missing(kind);
    if (!missing)
        return each->test(kind);
    printf("[  SKIPPED ] %s: %s is not installed\n", kind->name, missing);
    return getenv("NO_SKIP") ? 1 : 0;
}

static int start(const struct each_wire *each, const struct peer_kind *kind,
                 struct wire_process *ret)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC))
        return -1;
    fflush(stdout);
    *ret = (struct wire_process){.said = OFS_BUF(1 << 20), .words = ends[0], .pid = fork()};
    if (ret->pid == 0) {
        child_die_with_parent();
        dup2(ends[1], 1);
        int failed = test_or_skip(each, kind);
        fflush(stdout);
        _exit(failed ? 1 : 0);
    }
    close(ends[1]);
    return ret->pid < 0 ? -1 : 0;
}

/* False once it has ended. */
static bool hear(struct wire_process *process)
{
    char chunk[4096];
    struct ofs_error ignored;
    ssize_t n = read(process->words, chunk, sizeof chunk);
    if (n > 0)
        ofs_buf_add(&process->said, chunk, (size_t)n, &ignored);
    return n > 0 || (n < 0 && errno == EINTR);
}

static int finish(struct wire_process *process)
{
    int status = 1;
    waitpid(process->pid, &status, 0);
    fputs(ofs_buf_str(&process->said), stdout);
    fflush(stdout);
    close(process->words);
    ofs_buf_free(&process->said);
    *process = (struct wire_process){0};
    return status ? 1 : 0;
}

static int run_all(const struct each_wire *each, const struct peer_kind *const *kinds, size_t n,
                   int side_by_side)
{
    struct wire_process running[MOST_WIRES] = {0};
    size_t next = 0;
    int failed = 0, busy = 0;
    while (next < n || busy) {
        struct pollfd fds[MOST_WIRES];
        for (int i = 0; i < side_by_side; i++) {
            if (!running[i].pid && next < n) {
                if (start(each, kinds[next++], &running[i]))
                    return 1;
                busy++;
            }
            fds[i] = (struct pollfd){running[i].pid ? running[i].words : -1, POLLIN, 0};
        }
        if (poll(fds, (nfds_t)side_by_side, -1) < 0)
            continue;
        for (int i = 0; i < side_by_side; i++)
            if (fds[i].revents && !hear(&running[i])) {
                failed += finish(&running[i]);
                busy--;
            }
    }
    return failed;
}

int each_wire_main(const struct each_wire *each, int argc, char **argv)
{
    const struct peer_kind *chosen[MOST_WIRES];
    int side_by_side = each->side_by_side, c;
    size_t n = 0;
    while ((c = getopt(argc, argv, "j:")) == 'j')
        side_by_side = atoi(optarg);
    if (c != -1 || side_by_side < 1 || side_by_side > MOST_WIRES)
        return 2;
    const char *const *names = optind < argc ? (const char *const *)argv + optind : each->usual;
    for (; names && *names && n < MOST_WIRES; names++, n++)
        if (!(chosen[n] = peer_find(*names)))
            return fprintf(stderr, "%s: no wire is called '%s'\n", each->program, *names), 2;
    for (const struct peer_kind *kind = peer_kinds; !names && kind->name && n < MOST_WIRES; kind++)
        chosen[n++] = kind;
    return run_all(each, chosen, n, side_by_side) ? 1 : 0;
}
