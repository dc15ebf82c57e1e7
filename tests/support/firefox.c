#include "support/firefox.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/text.h"
#include "support/child.h"

enum { STARTS = 60000, ENDS = 10000, TICK = 100 };

/* A fresh profile sends many network requests; a test wants none of them. */
static const char preferences[] =
    "user_pref('app.normandy.enabled', false);\n"
    "user_pref('app.update.disabledForTesting', true);\n"
    "user_pref('browser.aboutwelcome.enabled', false);\n"
    "user_pref('browser.region.network.url', '');\n"
    "user_pref('browser.safebrowsing.malware.enabled', false);\n"
    "user_pref('browser.safebrowsing.phishing.enabled', false);\n"
    "user_pref('browser.search.update', false);\n"
    "user_pref('browser.shell.checkDefaultBrowser', false);\n"
    "user_pref('browser.startup.page', 0);\n"
    "user_pref('datareporting.policy.dataSubmissionEnabled', false);\n"
    "user_pref('extensions.getAddons.cache.enabled', false);\n"
    "user_pref('extensions.update.enabled', false);\n"
    "user_pref('media.gmp-manager.updateEnabled', false);\n"
    "user_pref('network.captive-portal-service.enabled', false);\n"
    "user_pref('network.connectivity-service.enabled', false);\n"
    "user_pref('services.settings.server', 'data:,#dummy/v1');\n"
    "user_pref('toolkit.telemetry.server', '');\n";

const char *firefox_find(void)
{
    static char found[512];
    const char *const names[] = {getenv("OFFSWITCH_FIREFOX"), "firefox-esr", "firefox"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *path = names[i] && strchr(names[i], '/') ? "" : getenv("PATH");
        if (!names[i] || !names[i][0])
            continue;
        do {
            int n = (int)strcspn(path ? path : "", ":");
            snprintf(found, sizeof found, "%.*s%s%s", n, path ? path : "", n ? "/" : "", names[i]);
            if (strchr(found, '/') && !access(found, X_OK))
                return found;
            path = path ? path + n + (path[n] == ':') : "";
        } while (*path);
    }
    return NULL;
}

static int write_preferences(const char *profile, struct ofs_error *err)
{
    OFS_AUTO_STR path = ofs_text_printf("%s/user.js", profile);
    FILE *file = path ? fopen(path, "we") : NULL;
    if (!file || fputs(preferences, file) < 0) {
        if (file)
            fclose(file);
        return ofs_fail_errno(err, OFS_ERR_SYSTEM, "no profile for Firefox");
    }
    return fclose(file) ? ofs_fail_errno(err, OFS_ERR_SYSTEM, "no profile for Firefox") : 0;
}

static int start(const char *path, const char *profile, pid_t *ret_pid, struct ofs_error *err)
{
    char *argv[] = {(char *)path,
                    "--headless",
                    "--no-remote",
                    "--profile",
                    (char *)profile,
                    "--remote-debugging-port",
                    "0",
                    NULL};
    OFS_AUTO_STR home = ofs_text_printf("HOME=%s", profile);
    const char *const env[] = {home, NULL};
    struct child child;
    if (child_start(&(struct child_options){.argv = argv, .env = env}, &child, err))
        return -1;
    close(child.alive_fd);
    *ret_pid = child.pid;
    return 0;
}

/* It writes its port into a file of its profile once it listens. */
static int read_port(const char *profile)
{
    OFS_AUTO_BUF text = OFS_BUF(4096);
    OFS_AUTO_STR path = ofs_text_printf("%s/WebDriverBiDiServer.json", profile);
    struct ofs_error ignored;
    if (!path || ofs_buf_read_file(&text, path, &ignored))
        return 0;
    OFS_AUTO_JSON told = ofs_json_parse(ofs_buf_str(&text), text.len, &ignored);
    return (int)ofs_json_num(told, "ws_port", 0);
}

static bool has_ended(pid_t pid)
{
    return pid <= 0 || waitpid(pid, NULL, WNOHANG) != 0;
}

int firefox_start(struct ofs_loop *loop, const char *dir, pid_t *ret_pid, int *ret_port,
                  struct ofs_error *err)
{
    const char *path = firefox_find();
    OFS_AUTO_STR profile = child_make_dir(dir);
    struct ofs_error ignored;
    ofs_deadline deadline = ofs_deadline_in(STARTS);
    if (!path)
        return ofs_fail(err, OFS_ERR_NO_BROWSER, "no Firefox is installed");
    if (!profile)
        return ofs_fail_errno(err, OFS_ERR_SYSTEM, "no directory for Firefox");
    if (write_preferences(profile, err))
        return -1;
    *ret_port = 0;
    if (start(path, profile, ret_pid, err))
        return -1;
    while (!(*ret_port = read_port(profile))) {
        if (has_ended(*ret_pid)) {
            *ret_pid = 0;
            return ofs_fail(err, OFS_ERR_NO_BROWSER, "Firefox ended at once");
        }
        if (!ofs_deadline_left(deadline)) {
            firefox_end(loop, *ret_pid);
            *ret_pid = 0;
            return ofs_fail(err, OFS_ERR_TIMEOUT, "Firefox did not begin to listen");
        }
        ofs_loop_turn(loop, ofs_deadline_in(TICK), &ignored);
    }
    return 0;
}

void firefox_end(struct ofs_loop *loop, pid_t pid)
{
    ofs_deadline deadline = ofs_deadline_in(ENDS);
    struct ofs_error ignored;
    if (pid <= 0 || kill(pid, SIGTERM))
        return;
    while (!has_ended(pid)) {
        if (!ofs_deadline_left(deadline))
            kill(pid, SIGKILL);
        ofs_loop_turn(loop, ofs_deadline_in(TICK), &ignored);
    }
}
