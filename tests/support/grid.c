#include "support/grid.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "base/buf.h"
#include "base/text.h"
#include "support/child.h"
#include "support/daemon.h"
#include "support/tree.h"
#include "wire/http.h"

enum { STARTS = 120000, FETCHES = 300000, TICK = 100, ANSWERS = 5000 };

static int fetch(struct ofs_loop *loop, const char *dir, const char *build, char **ret_jar,
                 struct ofs_error *err)
{
    OFS_AUTO_STR to = ofs_text_printf("%s/grid", build);
    char *argv[] = {"/usr/bin/env", "sh", "tests/grid/fetch.sh", to, NULL};
    ofs_deadline deadline = ofs_deadline_in(FETCHES);
    struct ofs_error ignored;
    pid_t pid;
    int status;
    if (daemon_start(dir, "fetch", argv, &pid, err))
        return -1;
    while (waitpid(pid, &status, WNOHANG) == 0) {
        if (!ofs_deadline_left(deadline))
            kill(pid, SIGTERM);
        ofs_loop_turn(loop, ofs_deadline_in(TICK), &ignored);
    }
    *ret_jar = status ? NULL : daemon_line(dir, "fetch");
    return *ret_jar ? 0 : ofs_fail(err, OFS_ERR_SYSTEM, "the Grid could not be fetched with npm");
}

/* A Grid of a test lives for a minute: the second compiler and the parallel collectors of a JVM
 * would cost more than they save. */
#define JAVA "java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-jar"

static int start_hub(struct grid *g, int timeout_ms, struct ofs_error *err)
{
    OFS_AUTO_STR port = ofs_text_printf("%d", g->port);
    OFS_AUTO_STR waits = ofs_text_printf("%d", timeout_ms);
    char *argv[] = {"/usr/bin/env", JAVA,        g->jar,  "-role", "hub",
                    "-host",        "127.0.0.1", "-port", port,    "-newSessionWaitTimeout",
                    waits,          NULL};
    return daemon_start(g->dir, "hub", argv, &g->hub, err);
}

/* For one session, so that the next one has to wait. */
int grid_start_node(struct grid *g, int place, enum grid_watch watch, struct ofs_error *err)
{
    static const char *const polls[] = {
        [GRID_USUALLY] = "",
        [GRID_CLOSELY] = ",\"nodePolling\":500,\"downPollingLimit\":2,"
                         "\"unregisterIfStillDownAfter\":500",
        [GRID_NEVER] = ",\"nodePolling\":3600000",
    };
    struct grid_node *node = &g->nodes[place];
    OFS_AUTO_STR name = ofs_text_printf("node%d", place);
    OFS_AUTO_STR config = ofs_text_printf("%s/%s.json", g->dir, name);
    node->port = daemon_free_port();
    OFS_AUTO_STR text = ofs_text_printf(
        "{\"capabilities\":[{\"browserName\":\"chrome\",\"maxInstances\":1,"
        "\"seleniumProtocol\":\"WebDriver\"}],\"maxSession\":1,\"port\":%d,\"register\":true,"
        "\"registerCycle\":1000,\"hub\":\"http://127.0.0.1:%d\"%s}",
        node->port, g->port, polls[watch]);
    if (!config || !text || daemon_write_file(config, text))
        return ofs_fail_errno(err, OFS_ERR_SYSTEM, "no file for the node");
    /* files of a browser that was killed are removed with the scratch directory */
    OFS_AUTO_STR tmp = ofs_text_printf("TMPDIR=%s", g->dir);
    char *argv[] = {"/usr/bin/env", tmp,         JAVA,          g->jar, "-role", "node",
                    "-host",        "127.0.0.1", "-nodeConfig", config, NULL};
    return daemon_start(g->dir, name, argv, &node->pid, err);
}

int grid_start(struct ofs_loop *loop, const struct grid_options *o, struct grid *ret,
               struct ofs_error *err)
{
    *ret = (struct grid){.dir = o->dir};
    if (fetch(loop, o->dir, o->build, &ret->jar, err))
        return -1;
    ret->port = daemon_free_port();
    if (start_hub(ret, o->timeout_ms, err))
        return -1;
    for (int i = 0; i < o->nodes && i < GRID_MOST_NODES; i++)
        if (grid_start_node(ret, i, o->watch, err))
            return -1;
    return 0;
}

void grid_kill_node(struct grid *g, int place)
{
    tree_end(g->nodes[place].pid, SIGKILL);
    g->nodes[place].pid = 0;
}

int grid_find(const struct grid *g, const char *mark)
{
    for (int i = 0; i < GRID_MOST_NODES; i++)
        if (tree_has(g->nodes[i].pid, mark))
            return i;
    return -1;
}

void grid_end(struct grid *g)
{
    for (int i = 0; i < GRID_MOST_NODES; i++)
        tree_end(g->nodes[i].pid, SIGTERM);
    child_end(g->hub, SIGTERM);
    free(g->jar);
    *g = (struct grid){0};
}

char *grid_capabilities(const char *dir, const char *mark, const char *more)
{
    char *path = ofs_text_printf("%s/%s.json", dir, mark);
    OFS_AUTO_STR text = ofs_text_printf(
        "{\"browserName\":\"chrome\",\"goog:chromeOptions\":{\"args\":[\"--headless=new\","
        "\"--no-sandbox\",\"--disable-gpu\",\"--disable-dev-shm-usage\",\"--no-first-run\","
        "\"--window-size=1280,900\",\"--mark=%s\"]}%s}",
        mark, more);
    if (path && text && !daemon_write_file(path, text))
        return path;
    free(path);
    return NULL;
}

/* ---- asking ---- */

cJSON *grid_ask(struct ofs_loop *loop, const struct grid *g)
{
    OFS_AUTO_STR url = ofs_text_printf("http://127.0.0.1:%d/grid/api/hub", g->port);
    OFS_AUTO_BUF body = OFS_BUF(1 << 20);
    struct ofs_error ignored;
    long status;
    if (!url || ofs_http_get(loop, url, ofs_deadline_in(ANSWERS), &body, &status, &ignored))
        return NULL;
    return ofs_json_parse(ofs_buf_str(&body), body.len, &ignored);
}

int grid_sessions(struct ofs_loop *loop, const struct grid *g)
{
    OFS_AUTO_JSON told = grid_ask(loop, g);
    int total = (int)ofs_json_num(told, "slotCounts/total", 0);
    return total ? total - (int)ofs_json_num(told, "slotCounts/free", 0) : -1;
}

int grid_await(struct ofs_loop *loop, const struct grid *g, int nodes, struct ofs_error *err)
{
    ofs_deadline deadline = ofs_deadline_in(STARTS);
    struct ofs_error ignored;
    for (;;) {
        OFS_AUTO_JSON told = grid_ask(loop, g);
        if ((int)ofs_json_num(told, "slotCounts/total", -1) == nodes &&
            (int)ofs_json_num(told, "slotCounts/free", -1) == nodes)
            return 0;
        if (!ofs_deadline_left(deadline))
            return ofs_fail(err, OFS_ERR_TIMEOUT, "the Grid takes no sessions");
        ofs_loop_turn(loop, ofs_deadline_in(TICK), &ignored);
    }
}
