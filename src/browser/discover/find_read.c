#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/system.h"
#include "base/text.h"
#include "browser/discover/find.h"

enum { SMALL_FILE = 1 << 16, LARGE_FILE = 16 << 20 };

static bool read_file(const char *dir, const char *name, struct ofs_buf *ret)
{
    struct ofs_error ignored;
    OFS_AUTO_STR path = ofs_text_printf("%s/%s", dir, name);
    return path && !ofs_buf_read_file(ret, path, &ignored);
}

static cJSON *read_json_at(const char *path, size_t limit)
{
    struct ofs_error ignored;
    OFS_AUTO_BUF text = OFS_BUF(limit);
    if (ofs_buf_read_file(&text, path, &ignored))
        return NULL;
    return ofs_json_parse(ofs_buf_str(&text), text.len, &ignored);
}

static cJSON *read_json(const char *dir, const char *name, size_t limit)
{
    OFS_AUTO_STR path = ofs_text_printf("%s/%s", dir, name);
    return path ? read_json_at(path, limit) : NULL;
}

/* Whether the process that made the lock still runs. Its id may have been reused. */
static bool lives(long pid, const struct stat *lock)
{
    enum { SLACK = 5 };
    if (pid <= 0 || (kill((pid_t)pid, 0) && errno != EPERM))
        return false;
    int64_t start = ofs_system_began(pid);
    return !start || start <= (int64_t)lock->st_mtime + SLACK;
}

static bool is_sandboxed(const char *dir)
{
    return strstr(dir, "/.var/app/") != NULL;
}

/* SingletonLock is a symbolic link to HOST-PID; Firefox's "lock" one to ADDRESS:+PID. */
static void read_lock(const char *dir, const char *name, struct ofs_signs *signs)
{
    char target[256], host[256] = "";
    struct stat st;
    OFS_AUTO_STR path = ofs_text_printf("%s/%s", dir, name);
    ssize_t n = path && !lstat(path, &st) ? readlink(path, target, sizeof target - 1) : -1;
    if (n <= 0)
        return;
    target[n] = '\0';
    char *pid = strrchr(target, signs->kind == OFS_KIND_FIREFOX ? '+' : '-');
    if (!pid)
        return;
    *pid = '\0';
    signs->pid = strtol(pid + 1, NULL, 10);
    gethostname(host, sizeof host - 1);
    if (is_sandboxed(dir))
        signs->lock = OFS_LOCK_UNSURE;
    else if (signs->kind == OFS_KIND_CHROME && strcmp(target, host))
        signs->lock = OFS_LOCK_ELSEWHERE;
    else
        signs->lock = lives(signs->pid, &st) ? OFS_LOCK_HELD : OFS_LOCK_DEAD;
}

/* Firefox without its link: the region that it keeps locked while it runs. The lock is only tested,
 * never taken. */
static void read_parent_lock(const char *dir, struct ofs_signs *signs)
{
    struct flock region = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    OFS_AUTO_STR path = ofs_text_printf("%s/.parentlock", dir);
    int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0)
        return;
    if (!fcntl(fd, F_GETLK, &region) && region.l_type != F_UNLCK) {
        signs->lock = OFS_LOCK_HELD;
        signs->pid = region.l_pid;
    }
    close(fd);
}

static int to_port(const char *text)
{
    char *rest;
    long port = strtol(text, &rest, 10);
    return rest != text && port > 0 && port <= 65535 ? (int)port : 0;
}

/* DevToolsActivePort: the port, and the path of the browser's socket. It is not removed when the
 * browser ends. */
static void read_port_file(const char *dir, struct ofs_signs *signs)
{
    OFS_AUTO_BUF text = OFS_BUF(SMALL_FILE);
    if (!read_file(dir, "DevToolsActivePort", &text))
        return;
    const char *line = strchr(ofs_buf_str(&text), '\n');
    signs->port = to_port(ofs_buf_str(&text));
    if (!line || strncmp(line + 1, "/devtools/browser", 17))
        return;
    size_t n = strcspn(line + 1, " \r\n");
    if (n < sizeof signs->path)
        snprintf(signs->path, sizeof signs->path, "%.*s", (int)n, line + 1);
}

/* A port given on the command line is not in any file, only in the command line of the running
 * browser. */
static void read_command_line(struct ofs_signs *signs)
{
    static const char option[] = "--remote-debugging-port=";
    static char text[1 << 17]; /* as long as a command line can be */
    size_t n =
        signs->lock == OFS_LOCK_HELD ? ofs_system_command_line(signs->pid, text, sizeof text) : 0;
    /* Chrome rewrites its command line, with spaces between the arguments. */
    for (const char *at = text; at < text + n; at += strlen(at) + 1) {
        const char *found = strstr(at, option);
        int port = found ? to_port(found + sizeof option - 1) : 0;
        if (!port)
            continue;
        signs->port = port;
        signs->port_of_process = true;
        signs->path[0] = '\0';
    }
}

static void read_local_state(const char *dir, struct ofs_signs *signs)
{
    OFS_AUTO_JSON state = read_json(dir, "Local State", LARGE_FILE);
    const char *last = ofs_json_str(state, "profile/last_used", NULL);
    const cJSON *active = cJSON_GetArrayItem(ofs_json_at(state, "profile/last_active_profiles"), 0);
    if (!last)
        last = cJSON_IsString(active) ? active->valuestring : "Default";
    const cJSON *info = ofs_json_get(ofs_json_at(state, "profile/info_cache"), last);
    signs->enabled = ofs_json_bool(state, "devtools/remote_debugging/user-enabled", false);
    signs->used = (int64_t)ofs_json_num(info, "active_time", 0);
    snprintf(signs->profile, sizeof signs->profile, "%s", ofs_json_str(info, "name", ""));
    ofs_text_tame(signs->profile);
}

/* Administrators can forbid it in any JSON file of the policy directory. */
static void read_policies(const char *policies, struct ofs_signs *signs)
{
    glob_t files = {0};
    OFS_AUTO_STR pattern = ofs_text_printf("%s/*.json", policies);
    if (pattern && !glob(pattern, 0, NULL, &files))
        for (size_t i = 0; i < files.gl_pathc && !signs->policy[0]; i++) {
            OFS_AUTO_JSON policy = read_json_at(files.gl_pathv[i], LARGE_FILE);
            if (!ofs_json_bool(policy, "RemoteDebuggingAllowed", true))
                snprintf(signs->policy, sizeof signs->policy, "%s", files.gl_pathv[i]);
        }
    globfree(&files);
}

/* WebDriverBiDiServer.json: there while Firefox listens, and after it was killed. */
static void read_bidi_file(const char *dir, struct ofs_signs *signs)
{
    OFS_AUTO_JSON server = read_json(dir, "WebDriverBiDiServer.json", SMALL_FILE);
    double port = ofs_json_num(server, "ws_port", 0);
    if (port >= 1 && port <= 65535 &&
        ofs_text_is_loopback_host(ofs_json_str(server, "ws_host", "127.0.0.1")))
        signs->port = (int)port;
}

static int64_t changed(const char *dir, const char *name)
{
    struct stat st;
    OFS_AUTO_STR path = ofs_text_printf("%s/%s", dir, name);
    return path && !stat(path, &st) ? (int64_t)st.st_mtime : 0;
}

static bool is_file(const char *dir, const char *name)
{
    OFS_AUTO_STR path = ofs_text_printf("%s/%s", dir, name);
    return path && access(path, F_OK) == 0;
}

static bool read_chrome(const char *dir, const char *policies, struct ofs_signs *signs)
{
    read_lock(dir, "SingletonLock", signs);
    read_port_file(dir, signs);
    if (!is_file(dir, "Local State") && signs->lock == OFS_LOCK_NONE && !signs->port)
        return false;
    read_command_line(signs);
    read_local_state(dir, signs);
    int64_t written = changed(dir, "Local State");
    signs->used = written > signs->used ? written : signs->used;
    if (policies)
        read_policies(policies, signs);
    return true;
}

static bool read_firefox(const char *dir, struct ofs_signs *signs)
{
    if (!is_file(dir, "prefs.js") && !is_file(dir, "times.json"))
        return false;
    const char *name = strrchr(dir, '/');
    const char *dot = name ? strchr(name, '.') : NULL; /* "x1y2z3.default-release" */
    snprintf(signs->profile, sizeof signs->profile, "%s", dot ? dot + 1 : name ? name + 1 : dir);
    read_lock(dir, "lock", signs);
    if (signs->lock == OFS_LOCK_NONE)
        read_parent_lock(dir, signs);
    read_bidi_file(dir, signs);
    signs->used = changed(dir, "prefs.js");
    return true;
}

bool ofs_find_read(enum ofs_browser_kind kind, const char *dir, const char *policies,
                   struct ofs_signs *ret_signs)
{
    struct stat st;
    *ret_signs = (struct ofs_signs){.kind = kind};
    if (stat(dir, &st) || !S_ISDIR(st.st_mode))
        return false;
    return kind == OFS_KIND_FIREFOX ? read_firefox(dir, ret_signs)
                                    : read_chrome(dir, policies, ret_signs);
}

/* The directory is in use by a running process, or by one that cannot be checked from here. */
static bool is_running(const struct ofs_signs *s)
{
    return s->lock == OFS_LOCK_HELD || s->lock == OFS_LOCK_UNSURE;
}

enum ofs_reach ofs_find_judge(const struct ofs_signs *s)
{
    bool locked = s->lock != OFS_LOCK_NONE && s->lock != OFS_LOCK_DEAD;
    if (s->answer == OFS_ANSWER_OURS)
        return OFS_REACH_READY;
    /* Any web server may answer 404, so the browser has to be running as well. */
    if (s->answer == OFS_ANSWER_APPROVAL && locked)
        return OFS_REACH_APPROVAL;
    if (s->policy[0])
        return OFS_REACH_POLICY;
    if (s->lock == OFS_LOCK_ELSEWHERE)
        return OFS_REACH_IN_USE;
    if (is_running(s))
        return OFS_REACH_NO_DEBUGGING;
    return s->port ? OFS_REACH_STALE : OFS_REACH_NOT_RUNNING;
}
