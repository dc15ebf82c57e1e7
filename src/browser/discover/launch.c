#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/places.h"
#include "base/text.h"
#include "browser/discover/find.h"
#include "browser/internal.h"

/* Executables that speak the DevTools protocol, best known first. */
static const char *const names[] = {
    "google-chrome-stable", "google-chrome", "chromium",       "chromium-browser",
    "microsoft-edge",       "brave-browser", "vivaldi-stable", "opera",
};

static const char *const places[] = {
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "/Applications/Brave Browser.app/Contents/MacOS/Brave Browser",
};

/* A directory can have the execute permission too. */
static bool is_program(const char *path)
{
    struct stat st;
    return !stat(path, &st) && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

static char *in_path(const char *name)
{
    const char *path = getenv("PATH");
    for (path = path ? path : "/usr/bin:/bin"; *path;) {
        int n = (int)strcspn(path, ":");
        char *candidate = ofs_text_printf("%.*s/%s", n, path, name);
        if (candidate && n && is_program(candidate))
            return candidate;
        free(candidate);
        path += n + (path[n] == ':');
    }
    return NULL;
}

char *ofs_find_executable(struct ofs_error *err)
{
    const char *named = getenv("OFFSWITCH_BROWSER");
    char *found = NULL;
    if (named && *named) {
        found = strchr(named, '/') ? strdup(named) : in_path(named);
        if (found && is_program(found))
            return found;
        free(found);
        ofs_fail(err, OFS_ERR_NO_BROWSER, "$OFFSWITCH_BROWSER names '%s', which cannot be run",
                 named);
        return NULL;
    }
    for (size_t i = 0; !found && i < sizeof names / sizeof *names; i++)
        found = in_path(names[i]);
    for (size_t i = 0; !found && i < sizeof places / sizeof *places; i++)
        if (is_program(places[i]))
            found = strdup(places[i]);
    if (!found) {
        ofs_fail(err, OFS_ERR_NO_BROWSER, "no Chrome, Chromium, Edge or Brave was found in $PATH");
        ofs_hint(err,
                 "install Chromium or Google Chrome, name an executable in $OFFSWITCH_BROWSER, "
                 "or name a running browser with --connect cdp://127.0.0.1:PORT");
    }
    return found;
}

static int make_profile(const char *path, struct ofs_error *err)
{
    if (ofs_make_directories(path, 0700) || access(path, W_OK | X_OK)) {
        ofs_fail_errno(err, OFS_ERR_STATE, "the profile directory %s", path);
        return ofs_hint(err, "name a directory that you can write to with --profile DIR");
    }
    return 0;
}

bool ofs_find_display(void)
{
#ifdef __APPLE__
    return true;
#else
    const char *x = getenv("DISPLAY"), *wayland = getenv("WAYLAND_DISPLAY");
    return (x && *x) || (wayland && *wayland);
#endif
}

struct ofs_candidate ofs_find_own(const char *state)
{
    struct ofs_candidate own = {.browser = "offswitch's own profile",
                                .dir = ofs_text_printf("%s/profile", state),
                                .state = OFS_REACH_NOT_RUNNING};
    if (!own.dir || !ofs_find_read(OFS_KIND_CHROME, own.dir, NULL, &own.signs))
        return own;
    bool open = own.signs.lock == OFS_LOCK_HELD || own.signs.lock == OFS_LOCK_ELSEWHERE;
    own.state = open ? OFS_REACH_IN_USE : OFS_REACH_READY;
    own.signs.profile[0] = '\0';
    snprintf(own.address, sizeof own.address, "%s", open ? "" : "launch");
    return own;
}

/* A second browser on one profile only raises the first one and exits. */
static int check_unused(const char *profile, struct ofs_error *err)
{
    struct ofs_signs signs;
    if (!ofs_find_read(OFS_KIND_CHROME, profile, NULL, &signs) || signs.lock != OFS_LOCK_HELD)
        return 0;
    ofs_fail(err, OFS_ERR_NO_BROWSER, "the profile %s is in use by another browser (process %ld)",
             profile, signs.pid);
    return ofs_hint(err, "close that browser window, or wait for the other run, then run again");
}

int ofs_launch(struct ofs_loop *loop, const struct ofs_connect *how, struct ofs_wire **ret_wire,
               struct ofs_process **ret_process, struct ofs_error *err)
{
    enum { OWN = 10 };
    OFS_AUTO_STR executable = ofs_find_executable(err);
    if (!executable)
        return -1;
    OFS_AUTO_STR profile =
        how->profile ? strdup(how->profile) : ofs_text_printf("%s/profile", how->state);
    if (!profile)
        return ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
    if (make_profile(profile, err) || check_unused(profile, err))
        return -1;
    bool headless = how->headless || !ofs_find_display();
    if (headless && !how->headless && how->on_notice)
        how->on_notice(how->ctx,
                       "There is no display, so the browser is started without a window.");
    OFS_AUTO_STR data_dir = ofs_text_printf("--user-data-dir=%s", profile);
    char **argv = calloc(OWN + how->n_browser_args + 1, sizeof *argv);
    if (!data_dir || !argv) {
        free(argv);
        return ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
    }
    size_t n = 0;
    argv[n++] = executable;
    argv[n++] = "--remote-debugging-pipe";
    argv[n++] = data_dir;
    argv[n++] = "--no-first-run";
    argv[n++] = "--no-default-browser-check";
    argv[n++] = "--window-size=1280,900";
    /* If a desktop keyring held the key of the cookies, a run from a timer would find it locked and
     * be signed out: our own profile is protected only by its directory's mode (0700). */
    if (!how->profile)
        argv[n++] = "--password-store=basic";
    if (headless)
        argv[n++] = "--headless=new";
    for (size_t i = 0; i < how->n_browser_args; i++)
        argv[n++] = (char *)how->browser_args[i];
    int read_fd, write_fd;
    *ret_process = ofs_process_start(argv, &read_fd, &write_fd, err);
    free(argv);
    if (!*ret_process)
        return -1;
    *ret_wire = ofs_wire_pipe(loop, read_fd, write_fd, err);
    if (!*ret_wire) {
        ofs_process_end(*ret_process, ofs_deadline_in(0));
        return -1;
    }
    return 0;
}
