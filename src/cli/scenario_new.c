#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/places.h"
#include "base/text.h"
#include "cli/ask.h"
#include "cli/past.h"
#include "cli/print.h"
#include "cli/run.h"
#include "cli/scenario.h"
#include "cli/survey.h"
#include "scenario/check.h"
#include "scenario/import.h"
#include "scenario/names.h"
#include "scenario/scenario.h"

/* `offswitch scenario new URL`: read the page, ask which switch it is about and what it should be,
 * and write a scenario into the person's own directory. */

enum { MOST_SHOWN = 40 };

struct draft {
    struct session session; /* only for asking */
    struct survey survey;
    const cJSON *control;
    char id[65], title[200], wanted[64];
};

static int stop(const char *what, struct ofs_error *err)
{
    ofs_fail(err, OFS_ERR_REFUSED, "%s; nothing was written", what);
    return cli_complain(err);
}

/* Only a control that something distinguishes from the others can be in a scenario. */
static int choose_control(struct draft *d, struct ofs_error *err)
{
    const cJSON *usable[MOST_SHOWN], *one;
    char *titles[MOST_SHOWN];
    size_t n = 0;
    cJSON_ArrayForEach(one, d->survey.controls)
    {
        if (!ofs_json_get(one, "setting") || n == MOST_SHOWN)
            continue;
        usable[n] = one;
        titles[n++] = ofs_text_printf("%s (%s, %s)", ofs_json_str(one, "name", "without a name"),
                                      ofs_json_str(one, "role", "no role"),
                                      ofs_json_str(one, "state", "state not readable"));
    }
    int which =
        n ? ask_which(&d->session, "The switches of this page:", (const char *const *)titles, n)
          : -1;
    for (size_t i = 0; i < n; i++)
        free(titles[i]);
    if (which >= 0) {
        d->control = usable[which];
        return 0;
    }
    return stop(n ? "none was chosen"
                  : "there is no switch on this page that its name or its key distinguishes from "
                    "the others",
                err);
}

static int ask_choice(struct draft *d, const cJSON *choices, struct ofs_error *err)
{
    OFS_AUTO_BUF question = OFS_BUF(1 << 16);
    const cJSON *one;
    if (ofs_buf_printf(&question, err, "What should it be: "))
        return cli_complain(err);
    cJSON_ArrayForEach(one, choices)
    {
        const char *after = !one->next ? "?" : one->next->next ? ", " : " or ";
        if (ofs_buf_printf(&question, err, "%s%s", one->string, after))
            return cli_complain(err);
    }
    if (ask_text(&d->session, ofs_buf_str(&question), NULL, d->wanted, sizeof d->wanted) &&
        ofs_json_get(choices, d->wanted))
        return 0;
    return stop("that is none of them", err);
}

static int ask_wanted(struct draft *d, struct ofs_error *err)
{
    const cJSON *choices = ofs_json_at(d->control, "setting/choices");
    if (choices)
        return ask_choice(d, choices, err);
    if (ask_text(&d->session, "What should the switch be, on or off?", "off", d->wanted,
                 sizeof d->wanted) &&
        (!strcmp(d->wanted, "on") || !strcmp(d->wanted, "off")))
        return 0;
    return stop("that is neither on nor off", err);
}

/* A file of the person's own would take precedence over the shipped one. */
static int refuse_taken(const char *name, struct ofs_error *err)
{
    struct ofs_error ignored = {0};
    OFS_AUTO_STR path = ofs_scenario_find(name, &ignored);
    if (!path)
        return 0;
    ofs_fail(err, OFS_ERR_USAGE, "%s is there already; nothing was written", path);
    ofs_hint(err, "give another name, or change that file");
    return cli_complain(err);
}

static int ask_words(struct draft *d, struct ofs_error *err)
{
    const char *host = strstr(d->survey.origin, "://") + 3;
    char guess[65];
    ofs_scenario_name_for(d->survey.origin, guess, sizeof guess);
    if (!ask_text(&d->session, "A name for the scenario:", guess, d->id, sizeof d->id))
        return stop("no name was given", err);
    const char *fault = ofs_check_name(d->id, NULL);
    if (fault) {
        ofs_fail(err, OFS_ERR_USAGE, "the name '%s' %s; nothing was written", d->id, fault);
        return cli_complain(err);
    }
    int taken = refuse_taken(d->id, err);
    if (taken)
        return taken;
    if (!ask_text(&d->session, "The site's title:", host, d->title, sizeof d->title))
        return stop("no title was given", err);
    return ask_wanted(d, err);
}

static cJSON *build(const struct draft *d)
{
    char today[11];
    cJSON *all = cJSON_CreateObject();
    cJSON *setting = cJSON_Duplicate(ofs_json_get(d->control, "setting"), true);
    scenario_today(today);
    cJSON_AddNumberToObject(all, "format", OFS_SCENARIO_FORMAT);
    cJSON_AddStringToObject(all, "id", d->id);
    cJSON_AddStringToObject(all, "version", today);
    cJSON_AddStringToObject(all, "title", d->title);
    cJSON_AddStringToObject(all, "origin", d->survey.origin);
    cJSON *settings = cJSON_AddArrayToObject(all, "settings");
    cJSON_ReplaceItemInObjectCaseSensitive(setting, "wanted", cJSON_CreateString(d->wanted));
    cJSON_AddItemToArray(settings, setting);
    cJSON *source = cJSON_CreateObject();
    cJSON_AddItemToArray(cJSON_AddArrayToObject(all, "sources"), source);
    cJSON_AddStringToObject(source, "level", "seen");
    cJSON_AddStringToObject(source, "verified_on", today);
    cJSON_AddStringToObject(source, "what", "the page in a browser");
    return all;
}

static int write_scenario(const struct draft *d, struct ofs_error *err)
{
    OFS_AUTO_STR directory = ofs_scenario_own_directory();
    OFS_AUTO_STR path = directory ? ofs_text_printf("%s/%s.json", directory, d->id) : NULL;
    OFS_AUTO_BUF text = OFS_BUF(OFS_SCENARIO_MOST_BYTES);
    OFS_AUTO_JSON scenario = build(d);
    OFS_AUTO_STR json = cJSON_Print(scenario);
    struct ofs_lint_fault *faults = NULL;
    if (!path || !json)
        return ofs_fail(err, OFS_ERR_SYSTEM, "there is no home directory to write to");
    int n = ofs_scenario_lint(json, strlen(json), &faults, err);
    if (n > 0)
        n = ofs_fail(err, OFS_ERR_SCENARIO, "%s: %s", faults[0].where, faults[0].text);
    free(faults);
    if (n || ofs_buf_printf(&text, err, "%s\n", json))
        return -1;
    if (ofs_make_directories(directory, 0700))
        return ofs_fail_errno(err, OFS_ERR_SYSTEM, "%s cannot be made", directory);
    if (!access(path, F_OK)) {
        ofs_fail(err, OFS_ERR_USAGE, "%s is there already; nothing was written", path);
        return ofs_hint(err, "give another name, or change that file");
    }
    if (past_write_file(path, &text, err))
        return -1;
    printf("%s\n", path);
    fflush(stdout);
    fprintf(stderr, "\nTo try it: offswitch check %s\n", d->id);
    cli_block(stderr, 0, "", 0,
              "Worth adding: \"canary\", something that only a signed-in person sees; "
              "\"never_press\", names that are never pressed; \"terms\", what the site's terms say "
              "about automated access.");
    return 0;
}

int scenario_new(const struct cli *cli)
{
    struct ofs_error err = {0};
    struct draft d = {.session = {.cli = cli}};
    if (cli->n_args != 2) {
        ofs_fail(&err, OFS_ERR_USAGE, "'scenario new' takes the address of the page");
        ofs_hint(&err, "offswitch scenario new https://www.example.com/settings/privacy");
        return cli_complain(&err);
    }
    if (!ask_can()) {
        ofs_fail(&err, OFS_ERR_REFUSED, "No terminal to ask on; nothing was opened");
        ofs_hint(&err, "'offswitch scenario probe %s --json' has what a scenario would say",
                 cli->args[1]);
        return cli_complain(&err);
    }
    int status = survey_page(cli, cli->args[1], &d.survey);
    if (!status &&
        (!(d.session.loop = ofs_loop_new(&err)) || ofs_loop_watch_signals(d.session.loop, &err)))
        status = cli_complain(&err);
    if (!status)
        status = choose_control(&d, &err);
    if (!status)
        status = ask_words(&d, &err);
    if (!status && write_scenario(&d, &err))
        status = cli_complain(&err);
    ofs_loop_free(d.session.loop);
    survey_clear(&d.survey);
    return status;
}
