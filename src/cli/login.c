#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/places.h"
#include "base/text.h"
#include "browser/browser.h"
#include "browser/discover/find.h"
#include "cli/ask.h"
#include "cli/print.h"
#include "cli/run.h"
#include "page/page.h"
#include "record/state.h"
#include "scenario/scenario.h"

/* `offswitch login`: a window on a profile of offswitch's own, where a person signs in by hand,
 * once. The program presses nothing in it and only checks whether the person is signed in. */

enum {
    LOGIN_TIMEOUT = 900000, /* a person needs time to find a password, and a telephone */
    LOOK_EVERY = 500,
    LOOK_WITHIN = 5000,
    KEEPING = 20000, /* the browser writes down the sign-in before it ends */
};

struct login {
    const struct cli *cli;
    struct session session; /* only for asking */
    char *state;
    struct ofs_loop *loop;
    struct ofs_scenario *scenario;
    struct ofs_browser *browser;
    struct ofs_page *page;
    const char *origin;
    ofs_deadline deadline;
};

static int forget(struct login *l)
{
    struct ofs_error err;
    struct ofs_candidate own = ofs_find_own(l->state);
    OFS_AUTO_STR dir = own.dir;
    if (l->cli->profile) {
        ofs_fail(&err, OFS_ERR_USAGE, "--forget removes offswitch's own profile, and no other");
        return cli_complain(&err);
    }
    if (!dir || access(dir, F_OK)) {
        fprintf(stderr, "There is no profile of offswitch's own to remove.\n");
        return 0;
    }
    if (own.state == OFS_REACH_IN_USE) {
        ofs_fail(&err, OFS_ERR_STATE, "%s is in use by a browser (process %ld)", dir,
                 own.signs.pid);
        ofs_hint(&err, "close that browser window, then run again");
        return cli_complain(&err);
    }
    if (!l->cli->yes) {
        if (!ask_can()) {
            ofs_fail(&err, OFS_ERR_REFUSED, "No terminal to ask on; %s was not removed", dir);
            ofs_hint(&err, "add --yes");
            return cli_complain(&err);
        }
        fprintf(stderr, "This removes %s, with the sign-ins in it.\n", dir);
        if (!ask_yes(&l->session, "Remove it?")) {
            ofs_fail(&err, OFS_ERR_REFUSED, "not confirmed; nothing was removed");
            return cli_complain(&err);
        }
    }
    if (ofs_remove_directory(dir)) {
        ofs_fail_errno(&err, OFS_ERR_STATE, "%s could not be removed", dir);
        return cli_complain(&err);
    }
    ofs_state_signed_out(l->state);
    fprintf(stderr, "Removed %s.\n", dir);
    return 0;
}

static void on_notice(void *ctx, const char *words)
{
    (void)ctx;
    cli_block(stderr, 0, "", 0, words);
}

/* The page to begin at: the first setting's, or an index. Without a sign-in the site
 * leads to its sign-in page from there, and back. */
static const char *first_page(const struct ofs_scenario *scenario)
{
    for (size_t i = 0; i < scenario->n_settings; i++)
        if (scenario->settings[i].page)
            return scenario->settings[i].page;
    return ofs_json_str(scenario->indexes ? scenario->indexes->child : NULL, "page", "/");
}

static int open_window(struct login *l, struct ofs_error *err)
{
    const struct ofs_connect how = {.address = "launch",
                                    .browser_args = l->cli->browser_args.at,
                                    .n_browser_args = l->cli->browser_args.n,
                                    .profile = l->cli->profile,
                                    .state = l->state,
                                    .headless = l->cli->headless,
                                    .site = l->origin,
                                    .show = true,
                                    .on_notice = on_notice};
    if (!l->cli->headless && !ofs_find_display()) {
        ofs_fail(err, OFS_ERR_NO_BROWSER, "there is no display to open a window on");
        return ofs_hint(err, "run it in a graphical session, once; later runs need no display");
    }
    l->browser = ofs_browser_open(l->loop, &how, l->deadline, err);
    if (!l->browser)
        return -1;
    const struct ofs_page_config config = {.scenario = l->scenario, .origin = l->origin};
    l->page = ofs_page_open(l->browser, &config, l->deadline, err);
    return l->page ? ofs_page_go(l->page, l->origin, first_page(l->scenario), l->deadline, err)
                   : -1;
}

/* 0 once the person is signed in. */
static int await_person(struct login *l, struct ofs_error *err)
{
    bool signed_in = false;
    for (;;) {
        struct ofs_error why;
        ofs_deadline next = ofs_deadline_in(LOOK_EVERY);
        ofs_deadline soon = ofs_deadline_min(l->deadline, ofs_deadline_in(LOOK_WITHIN));
        /* a page that does not answer at the moment (loading, or asking something) is queried
         * again */
        if (ofs_page_is_signed_in(l->page, soon, &signed_in, &why) &&
            (why.code == OFS_ERR_INTERRUPTED || why.code == OFS_ERR_LOST ||
             why.code == OFS_ERR_TAB_LOST || ofs_deadline_left(l->deadline) == 0)) {
            *err = why;
            return -1;
        }
        if (signed_in)
            return 0;
        while (ofs_deadline_left(next) > 0)
            if (ofs_loop_turn(l->browser->loop, ofs_deadline_min(next, l->deadline), &why) &&
                (why.code != OFS_ERR_TIMEOUT || ofs_deadline_left(l->deadline) == 0)) {
                *err = why;
                return -1;
            }
    }
}

/* Not signed in: report what happened. */
static int tell_unfinished(const struct login *l, struct ofs_error *err)
{
    switch (err->code) {
    case OFS_ERR_TIMEOUT:
        ofs_fail(err, OFS_ERR_TIMEOUT, "no sign-in to %s in time", l->scenario->title);
        ofs_hint(err, "run 'offswitch login' again; --timeout SECONDS gives more time");
        break;
    case OFS_ERR_LOST:
    case OFS_ERR_TAB_LOST:
        ofs_fail(err, OFS_ERR_LOST, "the window was closed before the sign-in to %s",
                 l->scenario->title);
        ofs_hint(err, "run 'offswitch login' again, and leave its window open until it says that "
                      "you are signed in");
        break;
    default:
        return cli_complain(err);
    }
    cli_complain(err);
    return 3; /* needs a person */
}

static int login(struct login *l)
{
    struct ofs_error err;
    if (open_window(l, &err))
        return cli_complain(&err);
    long long seconds = (long long)(ofs_deadline_left(l->deadline) + 500) / 1000;
    bool short_time = seconds < 120;
    OFS_AUTO_STR opened = ofs_text_printf(
        "A window of %s has opened at %s, on a profile of offswitch's own. Sign in there by hand. "
        "Nothing is typed or pressed for you; this waits up to %lld %s.",
        l->browser->name, l->origin, short_time ? seconds : (seconds + 30) / 60,
        short_time ? "seconds" : "minutes");
    cli_block(stderr, 0, "", 0, opened ? opened : "");
    if (await_person(l, &err))
        return tell_unfinished(l, &err);
    ofs_page_close(l->page, ofs_deadline_in(LOOK_WITHIN));
    l->page = NULL;
    l->browser->ops->close(l->browser, ofs_deadline_in(KEEPING));
    l->browser = NULL;
    /* a replica is not evidence about the real site */
    bool is_real = !strcmp(l->origin, l->scenario->origin);
    if (is_real && !l->cli->profile && ofs_state_signed_in(l->state, l->scenario->id, &err))
        return cli_complain(&err);
    fprintf(stderr,
            "You are signed in to %s, and the profile keeps it.\n"
            "From now on: offswitch check --connect launch%s%s\n",
            l->scenario->title, l->cli->profile ? " --profile " : "",
            l->cli->profile ? l->cli->profile : "");
    return 0;
}

static int prepare(struct login *l)
{
    const struct cli *cli = l->cli;
    struct ofs_error err;
    if (cli->connect && strcmp(cli->connect, "launch")) {
        ofs_fail(&err, OFS_ERR_USAGE, "'login' opens offswitch's own profile, not %s",
                 cli->connect);
        return cli_complain(&err);
    }
    if (cli->n_args > 1) {
        ofs_fail(&err, OFS_ERR_USAGE, "'login' takes one scenario, and '%s' is one too many",
                 cli->args[1]);
        return cli_complain(&err);
    }
    l->state = ofs_state_path(cli->state, &err);
    if (!l->state || !(l->loop = ofs_loop_new(&err)) || ofs_loop_watch_signals(l->loop, &err))
        return cli_complain(&err);
    l->session = (struct session){.cli = cli, .loop = l->loop};
    if (cli->forget)
        return 0;
    l->scenario = ofs_scenario_load(cli->n_args ? cli->args[0] : "linkedin", &err);
    if (!l->scenario || (cli->origin && ofs_job_check_origin(cli->origin, &err)) ||
        ofs_state_prepare(l->state, &err))
        return cli_complain(&err);
    l->origin = cli->origin ? cli->origin : l->scenario->origin;
    l->deadline = ofs_deadline_in(cli->timeout_ms ? cli->timeout_ms : LOGIN_TIMEOUT);
    return 0;
}

int cmd_login(const struct cli *cli)
{
    struct login l = {.cli = cli};
    int status = prepare(&l);
    if (!status)
        status = cli->forget ? forget(&l) : login(&l);
    if (l.page)
        ofs_page_close(l.page, ofs_deadline_in(LOOK_WITHIN));
    if (l.browser)
        l.browser->ops->close(l.browser, ofs_deadline_in(KEEPING));
    ofs_scenario_free(l.scenario);
    session_ignore_late_signals(l.loop);
    ofs_loop_free(l.loop);
    free(l.state);
    return status;
}
