#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/past.h"
#include "cli/print.h"
#include "record/choices.h"
#include "scenario/names.h"
#include "scenario/scenario.h"

/* Does a scenario have that setting, or (for `done`) that step? An instance follows an '@'. */
static bool has(const struct ofs_scenario *scenario, const char *id, bool step)
{
    OFS_AUTO_STR plain = strndup(id, strcspn(id, "@"));
    const cJSON *one;
    if (!step)
        return plain && ofs_scenario_setting(scenario, plain);
    cJSON_ArrayForEach(one, scenario->manual)
    {
        if (!strcmp(ofs_json_str(one, "id", ""), id))
            return true;
    }
    return false;
}

static int has_by_name(const char *name, const char *id, bool step, char ret_scenario[128],
                       struct ofs_error *err)
{
    struct ofs_scenario *scenario = ofs_scenario_load(name, err);
    if (!scenario)
        return -1;
    bool found = has(scenario, id, step);
    if (found)
        snprintf(ret_scenario, 128, "%s", scenario->id);
    ofs_scenario_free(scenario);
    return found;
}

/* The scenario that is named, or the only one that has the id. */
static int find_scenario(const struct cli *cli, bool step, char ret_scenario[128],
                         struct ofs_error *err)
{
    const char *id = cli->args[0], *kind = step ? "step" : "setting";
    int found = 0;
    if (cli->n_args > 1) {
        found = has_by_name(cli->args[1], id, step, ret_scenario, err);
        return found > 0 ? 0
               : found < 0
                   ? -1
                   : ofs_fail(err, OFS_ERR_USAGE, "'%s' has no %s '%s'", cli->args[1], kind, id);
    }
    OFS_AUTO_STR directory = ofs_scenario_directory();
    char **names = directory ? ofs_scenario_names(directory, err) : NULL;
    if (directory && !names)
        return -1;
    for (char **name = names; name && *name; name++) {
        struct ofs_error ignored;
        found += has_by_name(*name, id, step, ret_scenario, &ignored) > 0;
    }
    ofs_scenario_names_free(names);
    if (found == 1)
        return 0;
    ofs_fail(err, OFS_ERR_USAGE,
             found ? "several scenarios have a %s '%s'" : "no scenario has a %s '%s'", kind, id);
    return ofs_hint(err,
                    found ? "name the scenario too: offswitch %s ID SCENARIO"
                          : "'offswitch scenario show' lists the ids; offswitch %s ID SCENARIO",
                    cli->command);
}

static int check_day(const char *option, const char *day)
{
    struct ofs_error err;
    if (!day || ofs_date_is_day(day))
        return 0;
    ofs_fail(&err, OFS_ERR_USAGE, "%s takes a day as YYYY-MM-DD, not '%s'", option, day);
    return cli_complain(&err);
}

int cmd_keep(const struct cli *cli)
{
    struct ofs_error err;
    char scenario[128];
    int status = past_check_words(cli, 1, 2, "ID [SCENARIO] --because TEXT [--until DATE]");
    if (!status)
        status = check_day("--until", cli->until);
    if (status)
        return status;
    if ((!cli->because || !*cli->because) && !cli->withdraw) {
        ofs_fail(&err, OFS_ERR_USAGE, "'keep' needs a reason");
        ofs_hint(&err, "add --because TEXT, or --withdraw to take back what was decided");
        return cli_complain(&err);
    }
    OFS_AUTO_LEDGER ledger = past_open(cli, true, &status);
    if (!ledger)
        return status;
    if (find_scenario(cli, false, scenario, &err))
        return cli_complain(&err);
    int rc = cli->withdraw
                 ? ofs_choice_withdraw(ledger, scenario, cli->args[0], &err)
                 : ofs_choice_keep(ledger, scenario, cli->args[0], cli->because, cli->until, &err);
    if (rc < 0)
        return cli_complain(&err);
    if (cli->withdraw)
        printf("%s of %s: %s\n", cli->args[0], scenario,
               rc ? "offswitch works on it again" : "nothing was decided about it");
    else
        printf("%s of %s is left as it is%s%s: %s\n", cli->args[0], scenario,
               cli->until ? " until " : "", cli->until ? cli->until : "", cli->because);
    return 0;
}

int cmd_done(const struct cli *cli)
{
    struct ofs_error err;
    char scenario[128], today[OFS_DATE_SIZE];
    int status = past_check_words(cli, 1, 2, "ID [SCENARIO] [--on DATE] [--note TEXT]");
    if (!status)
        status = check_day("--on", cli->on);
    if (status)
        return status;
    OFS_AUTO_LEDGER ledger = past_open(cli, true, &status);
    if (!ledger)
        return status;
    if (find_scenario(cli, true, scenario, &err))
        return cli_complain(&err);
    ofs_date_now(today);
    today[10] = '\0';
    const char *on = cli->on ? cli->on : today;
    if (ofs_choice_done(ledger, scenario, cli->args[0], on, cli->note, &err))
        return cli_complain(&err);
    printf("%s of %s: done on %s\n", cli->args[0], scenario, on);
    return 0;
}
