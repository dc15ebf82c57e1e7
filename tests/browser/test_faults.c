/*
 * test_faults: every row of tests/faults.tsv on a real browser, over any wire.
 *
 *     test_faults [-j N] [--wire NAME] [--list] [--sample N] [--seed N] [--seeds N] [--delay-max
 * MS]
 *                 [--table FILE] [--wires FILE] [FILTER...]
 *
 * NAME (or $FAULTS_WIRE) is one of support/peer.h, default cdp; tests/wires.tsv has the answers
 * that differ on a wire. Each worker has a peer of its own, and they share a browser if the wire
 * allows several clients; each row has a replica of its own, and check and fix are two runs of the
 * program, `build/offswitch` or $OFFSWITCH. A filter is a part of a row's name (`--list` shows
 * them), or =NAME for the whole of it. `--sample N` (or $FAULTS_SAMPLE) runs every Nth row,
 * different ones on each wire. The delays of rows with random-delays follow from --seed (or
 * $FAULTS_SEED; 1) and the row's name; with --seeds N (or $FAULTS_SEEDS) each of these rows is run
 * with N seeds, and in every second of them the delays are shorter. --delay-max (or
 * $FAULTS_DELAY_MAX) is the longest of them, 10 s. Exit status: 0 all as in the table, 1 not, 2 it
 * could not be run.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "support/child.h"
#include "support/fault_job.h"
#include "support/wires_table.h"

enum {
    MOST_WORKERS = 32,
    WORDS = 1 << 16,
    CLOSES = 5000,
    DELAY_MAX = 10000, /* milliseconds: the longest of the random delays */
    SHORTER = 5,       /* in every second round the delays are shorter by this factor */
    MOST_ROUNDS = 100,
};

/* How a worker ends: its report on the row, and on the peer that it used. */
enum { ALL_WELL = 0, IS_WRONG = 1, IS_SPOILT = 2, IS_GRAVE = 4 };

struct task {
    const struct fault_row *row;
    bool fix;
    bool again;     /* it has failed once */
    unsigned round; /* a row with random delays runs with several seeds */
};

/* A running task, in a process group of its own. */
struct worker {
    pid_t pid;
    int words; /* its output; complete when it has ended */
    struct ofs_buf said;
    const struct task *task;
    int64_t since;
    struct peer peer; /* stays when the task has ended, for the next one */
};

struct options {
    int workers;
    int sample;
    int rounds;
    unsigned long seed;
    long delay_max_ms;
    bool list;
    const struct peer_kind *wire;
    const char *table, *wires;
    char **filters;
    int n_filters;
};

struct runner {
    const struct peer_kind *wire;
    struct peer shared;
    struct job_place place;
    struct worker workers[MOST_WORKERS];
    int limit, signals;
    struct task *tasks; /* with room for a second attempt of each */
    size_t n_tasks;
    size_t passed, failed, second; /* second: passed the second time */
    bool forgives;                 /* a row that fails once and then passes, as in tests/run.sh */
    bool stopped;
};

static _Noreturn void work(const struct task *task, const struct job_place *place, int words)
{
    OFS_AUTO_BUF said = OFS_BUF(WORDS);
    struct outcome outcome;
    struct ofs_error err;
    int status = ALL_WELL;
    child_die_with_parent();
    if (job_run(task->row, task->fix, place, &outcome, &err)) {
        ofs_buf_printf(&said, &err, "        it could not be run: %s\n", err.text);
        status = IS_WRONG | IS_SPOILT;
    } else {
        struct job_judgement made = job_judge(task->row, task->fix, &outcome, &said);
        status |= (made.n ? IS_WRONG : 0) | (made.is_grave ? IS_GRAVE : 0);
        if (made.n && job_is_random(task->row))
            ofs_buf_printf(&said, &err, "        its replica: --seed %llu --delay-max %lld\n",
                           (unsigned long long)job_seed(task->row, place),
                           (long long)place->delay_max_ms);
        if (!outcome.end.in_time || cJSON_GetArraySize(outcome.left))
            status |= IS_SPOILT;
    }
    outcome_clear(&outcome);
    const char *text = ofs_buf_str(&said);
    for (size_t n = strlen(text); n;) {
        ssize_t sent = write(words, text, n);
        if (sent < 0)
            break;
        text += sent;
        n -= (size_t)sent;
    }
    _exit(status);
}

/* ---- peers: a loop exists only during a query, so that it is never forked ---- */

static int start_peer(struct runner *r, struct peer *peer)
{
    struct ofs_error err;
    struct ofs_loop *loop = ofs_loop_new(&err);
    int rc =
        loop ? peer_start(loop, r->wire, r->place.dir, r->place.build, &r->shared, peer, &err) : -1;
    if (rc) {
        fprintf(stderr, "test_faults: %s: %s\n", r->wire->name, err.text);
        if (loop)
            peer_end(loop, peer);
    }
    ofs_loop_free(loop);
    return rc;
}

static void end_peer(struct peer *peer)
{
    struct ofs_error ignored;
    struct ofs_loop *loop = peer->kind ? ofs_loop_new(&ignored) : NULL;
    if (loop)
        peer_end(loop, peer);
    ofs_loop_free(loop);
}

static int start(struct runner *r, const struct task *task)
{
    struct worker *w = r->workers;
    int ends[2];
    while (w->pid)
        w++;
    if ((!w->peer.kind && start_peer(r, &w->peer)) || pipe2(ends, O_CLOEXEC))
        return -1;
    fflush(stdout);
    struct job_place place = r->place;
    place.peer = &w->peer;
    place.seed += task->round;
    if (task->round % 2)
        place.delay_max_ms /= SHORTER;
    pid_t pid = fork();
    if (pid == 0) {
        setpgid(0, 0);
        close(r->signals);
        work(task, &place, ends[1]);
    }
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        return -1;
    }
    setpgid(pid, pid);
    w->pid = pid;
    w->words = ends[0];
    w->said = (struct ofs_buf)OFS_BUF(WORDS);
    w->task = task;
    w->since = ofs_now_ms();
    return 0;
}

static void finish(struct runner *r, struct worker *w)
{
    int status = 1;
    waitpid(w->pid, &status, 0);
    kill(-w->pid, SIGKILL); /* whatever remains */
    bool passed = WIFEXITED(status) && !(WEXITSTATUS(status) & IS_WRONG);
    bool spoilt = !WIFEXITED(status) || WEXITSTATUS(status) & IS_SPOILT;
    /* on a loaded machine a deadline may be missed; load never causes a false report, a wrong
     * press, a second save, or a tab or session that remains */
    bool grave = !WIFEXITED(status) || WEXITSTATUS(status) & IS_GRAVE;
    bool again = !passed && !grave && r->forgives && !w->task->again;
    printf("%s  %s %-5s %s (%.1f s)\n%s",
           passed  ? "PASS"
           : again ? "AGAIN"
                   : "FAIL",
           r->wire->name, w->task->fix ? "fix" : "check", w->task->row->name,
           (double)(ofs_now_ms() - w->since) / 1000, ofs_buf_str(&w->said));
    if (WIFSIGNALED(status))
        printf("        the worker ended by signal %d\n", WTERMSIG(status));
    fflush(stdout);
    r->passed += passed;
    r->failed += !passed && !again;
    r->second += passed && w->task->again;
    if (again)
        r->tasks[r->n_tasks++] = (struct task){w->task->row, w->task->fix, true, w->task->round};
    close(w->words);
    ofs_buf_free(&w->said);
    w->pid = 0;
    if (spoilt)
        end_peer(&w->peer);
}

static void hear(struct runner *r, struct worker *w)
{
    char chunk[4096];
    struct ofs_error ignored;
    ssize_t n = read(w->words, chunk, sizeof chunk);
    if (n > 0)
        ofs_buf_add(&w->said, chunk, (size_t)n, &ignored);
    else if (n == 0 || errno != EINTR)
        finish(r, w);
}

/* Until there is output; a signal stops everything. */
static void wait_for_any(struct runner *r)
{
    struct pollfd fds[MOST_WORKERS + 1];
    for (int i = 0; i < MOST_WORKERS; i++)
        fds[i] = (struct pollfd){r->workers[i].pid ? r->workers[i].words : -1, POLLIN, 0};
    fds[MOST_WORKERS] = (struct pollfd){r->signals, POLLIN, 0};
    if (poll(fds, MOST_WORKERS + 1, -1) < 0)
        return;
    r->stopped = fds[MOST_WORKERS].revents != 0;
    for (int i = 0; i < MOST_WORKERS && !r->stopped; i++)
        if (fds[i].revents)
            hear(r, &r->workers[i]);
}

static int busy(const struct runner *r)
{
    int n = 0;
    for (int i = 0; i < MOST_WORKERS; i++)
        n += r->workers[i].pid != 0;
    return n;
}

static void stop_all(struct runner *r)
{
    for (int i = 0; i < MOST_WORKERS; i++) {
        struct worker *w = &r->workers[i];
        if (!w->pid)
            continue;
        kill(-w->pid, SIGKILL);
        waitpid(w->pid, NULL, 0);
        close(w->words);
        ofs_buf_free(&w->said);
        w->pid = 0;
    }
}

/* Every Nth row, and different ones on each wire; of those with their own answer there, every
 * third. */
static bool is_sampled(const struct options *o, const struct fault_table *table, size_t index)
{
    size_t wire = (size_t)(o->wire - peer_kinds), step = (size_t)o->sample, own = 0;
    for (size_t i = 0; i < index; i++)
        own += table->rows[i].lacks != NULL;
    return o->sample <= 1 || index % step == wire * 5 % step ||
           (table->rows[index].lacks && own % 3 == 0);
}

static bool is_chosen(const struct options *o, const struct fault_table *table, size_t index)
{
    const struct fault_row *row = &table->rows[index];
    if (!is_sampled(o, table, index))
        return false;
    for (int i = 0; i < o->n_filters; i++) {
        const char *filter = o->filters[i];
        if (filter[0] == '=' ? !strcmp(row->name, filter + 1) : !!strstr(row->name, filter))
            return true;
    }
    return !o->n_filters;
}

static struct task *choose(const struct options *o, const struct fault_table *table, size_t *ret_n)
{
    struct task *tasks = calloc(4 * table->n * (size_t)o->rounds + 1, sizeof *tasks);
    *ret_n = 0;
    for (size_t i = 0; tasks && i < table->n; i++) {
        const struct fault_row *row = &table->rows[i];
        if (!is_chosen(o, table, i))
            continue;
        if (row->lacks && !strcmp(row->check, "-") && !strcmp(row->fix, "-") && !o->list)
            printf("NOT RUN  %s %s (%s): %s\n", o->wire->name, row->name, row->lacks, row->why);
        for (int k = 0; k < (job_is_random(row) ? o->rounds : 1); k++) {
            if (strcmp(row->check, "-"))
                tasks[(*ret_n)++] = (struct task){row, false, false, (unsigned)k};
            if (strcmp(row->fix, "-"))
                tasks[(*ret_n)++] = (struct task){row, true, false, (unsigned)k};
        }
    }
    return tasks;
}

/* No row may leave anything in a shared peer: a tab at any address, a session. */
static int count_leftovers(struct runner *r)
{
    struct ofs_error ignored;
    struct ofs_loop *loop = ofs_loop_new(&ignored);
    int n = 0;
    for (int i = -1; loop && i < MOST_WORKERS; i++) {
        const struct peer *peer = i < 0 ? &r->shared : &r->workers[i].peer;
        const cJSON *one;
        if (!peer->kind || (i >= 0 && peer->kind->base == PEER_CHROMIUM))
            continue;
        OFS_AUTO_JSON left = peer_left(loop, peer, NULL, 0, ofs_deadline_in(CLOSES));
        cJSON_ArrayForEach(one, left)
        {
            printf("FAIL  %s left at the end: %s\n", r->wire->name, one->valuestring);
            n++;
        }
    }
    ofs_loop_free(loop);
    return loop ? n : -1;
}

static int run(struct runner *r)
{
    int64_t since = ofs_now_ms();
    size_t next = 0;
    while (!r->stopped && (next < r->n_tasks || busy(r))) {
        while (next < r->n_tasks && busy(r) < r->limit)
            if (start(r, &r->tasks[next++]))
                return 2;
        wait_for_any(r);
    }
    if (r->stopped) {
        stop_all(r);
        fputs("stopped\n", stderr);
        return 2;
    }
    int left = count_leftovers(r);
    printf("faults over %s: %zu passed (%zu at the second try), %zu failed, %d left behind, seed "
           "%llu, "
           "%.0f seconds\n",
           r->wire->name, r->passed, r->second, r->failed, left, (unsigned long long)r->place.seed,
           (double)(ofs_now_ms() - since) / 1000);
    return r->failed || left || !(r->passed + r->failed) ? 1 : 0;
}

static int run_at_peers(const struct options *o, struct task *tasks, size_t n)
{
    const char *tmp = getenv("TMPDIR");
    OFS_AUTO_STR build = program_build();
    char *dir = child_make_dir(tmp && *tmp ? tmp : "/tmp");
    struct runner r = {.limit =
                           o->wire->most && o->wire->most < o->workers ? o->wire->most : o->workers,
                       .wire = o->wire,
                       .tasks = tasks,
                       .n_tasks = n,
                       .forgives = getenv("AGAIN") != NULL};
    struct ofs_error err;
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    sigprocmask(SIG_BLOCK, &set, NULL);
    r.signals = signalfd(-1, &set, SFD_CLOEXEC);
    r.place = (struct job_place){.preload = getenv("FAULTS_PRELOAD"),
                                 .dir = dir,
                                 .build = build,
                                 .seed = o->seed,
                                 .delay_max_ms = o->delay_max_ms};
    struct ofs_loop *loop = ofs_loop_new(&err);
    int rc = dir && loop ? peer_start_shared(loop, o->wire, dir, &r.shared, &err) : -1;
    ofs_loop_free(loop);
    int status = 2;
    if (rc)
        fprintf(stderr, "test_faults: %s\n", dir ? err.text : "no scratch directory");
    else
        status = run(&r);
    for (int i = 0; i < MOST_WORKERS; i++)
        end_peer(&r.workers[i].peer);
    end_peer(&r.shared);
    child_remove_dir(dir);
    free(dir);
    return status;
}

static int read_options(int argc, char **argv, struct options *ret)
{
    static const struct option longs[] = {{"list", no_argument, NULL, 'l'},
                                          {"sample", required_argument, NULL, 's'},
                                          {"seed", required_argument, NULL, 'S'},
                                          {"seeds", required_argument, NULL, 'n'},
                                          {"delay-max", required_argument, NULL, 'd'},
                                          {"table", required_argument, NULL, 't'},
                                          {"wire", required_argument, NULL, 'w'},
                                          {"wires", required_argument, NULL, 'W'},
                                          {0}};
    const char *sample = getenv("FAULTS_SAMPLE"), *wire = getenv("FAULTS_WIRE");
    const char *seed = getenv("FAULTS_SEED"), *seeds = getenv("FAULTS_SEEDS");
    const char *delay_max = getenv("FAULTS_DELAY_MAX");
    *ret = (struct options){.workers = 4,
                            .sample = sample ? atoi(sample) : 1,
                            .rounds = seeds ? atoi(seeds) : 1,
                            .seed = seed ? strtoul(seed, NULL, 10) : 1,
                            .delay_max_ms = delay_max ? strtol(delay_max, NULL, 10) : DELAY_MAX,
                            .table = "tests/faults.tsv",
                            .wires = "tests/wires.tsv"};
    wire = wire && *wire ? wire : "cdp";
    int c;
    while ((c = getopt_long(argc, argv, "j:", longs, NULL)) != -1) {
        if (c == 'j')
            ret->workers = atoi(optarg);
        else if (c == 'l')
            ret->list = true;
        else if (c == 's')
            ret->sample = atoi(optarg);
        else if (c == 'S')
            ret->seed = strtoul(optarg, NULL, 10);
        else if (c == 'n')
            ret->rounds = atoi(optarg);
        else if (c == 'd')
            ret->delay_max_ms = strtol(optarg, NULL, 10);
        else if (c == 't')
            ret->table = optarg;
        else if (c == 'w')
            wire = optarg;
        else if (c == 'W')
            ret->wires = optarg;
        else
            return -1;
    }
    if (ret->workers < 1 || ret->workers > MOST_WORKERS)
        return fprintf(stderr, "test_faults: -j takes a number from 1 to %d\n", MOST_WORKERS), -1;
    if (ret->rounds < 1 || ret->rounds > MOST_ROUNDS || ret->delay_max_ms < SHORTER)
        return fprintf(stderr, "test_faults: --seeds takes 1 to %d, --delay-max at least %d\n",
                       MOST_ROUNDS, SHORTER),
               -1;
    ret->wire = peer_find(wire);
    if (!ret->wire)
        return fprintf(stderr, "test_faults: no wire is called '%s'\n", wire), -1;
    ret->filters = argv + optind;
    ret->n_filters = argc - optind;
    return 0;
}

/* If everything was to be installed, nothing is skipped. */
static int skip(const struct peer_kind *wire, const char *missing)
{
    printf("SKIP  every fault over %s: %s is not installed\n", wire->name, missing);
    return getenv("NO_SKIP") ? 1 : 0;
}

int main(int argc, char **argv)
{
    struct options options;
    struct fault_table table;
    struct ofs_error err;
    struct wires_table wires;
    size_t n;
    if (read_options(argc, argv, &options))
        return 2;
    if (fault_table_load(&table, options.table, &err)) {
        fprintf(stderr, "test_faults: %s\n", err.text);
        return 2;
    }
    int status = fault_table_missing(&table) ? 1 : 0;
    if (wires_apply(&table, options.wires, options.wire->name, &wires, &err)) {
        fprintf(stderr, "test_faults: %s\n", err.text);
        status = 2;
    }
    struct task *tasks = choose(&options, &table, &n);
    const char *missing = peer_missing(options.wire);
    if (options.list)
        fault_table_print(&table);
    else if (missing)
        status = skip(options.wire, missing);
    else if (!status || (status == 1 && options.n_filters))
        status = run_at_peers(&options, tasks, n);
    free(tasks);
    fault_table_free(&table);
    wires_free(&wires);
    return status;
}
