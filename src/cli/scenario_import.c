#include "cli/scenario.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "cli/print.h"
#include "scenario/import.h"
#include "scenario/names.h"
#include "scenario/scenario.h"

/* `offswitch scenario import FILE`: a scenario from a recording, on standard output; what the
 * recording lacks, on standard error. */

void scenario_today(char ret_date[11])
{
    time_t now = (time_t)ofs_wall_now();
    struct tm day;
    localtime_r(&now, &day);
    strftime(ret_date, 11, "%Y-%m-%d", &day);
}

int scenario_read_text(const char *name, struct ofs_buf *ret_text, struct ofs_error *err)
{
    char piece[4096];
    ssize_t n;
    if (strcmp(name, "-"))
        return ofs_scenario_read(name, ret_text, err);
    while ((n = read(STDIN_FILENO, piece, sizeof piece)) > 0)
        if (ofs_buf_add(ret_text, piece, (size_t)n, err))
            return -1;
    return n < 0 ? ofs_fail_errno(err, OFS_ERR_SCENARIO, "standard input could not be read") : 0;
}

static void show_missing(const struct ofs_import *import)
{
    const cJSON *one;
    fprintf(stderr, "Before you use it, look these up or confirm them:\n");
    cJSON_ArrayForEach(one, import->missing) cli_block(stderr, 2, "-", 4, one->valuestring);
    fprintf(stderr, "Then: offswitch scenario lint FILE, and offswitch check FILE\n");
}

int scenario_import(const struct cli *cli)
{
    struct ofs_error err = {0}, why = {0};
    struct ofs_import import;
    OFS_AUTO_BUF text = OFS_BUF(OFS_SCENARIO_MOST_BYTES);
    char today[11];
    if (cli->n_args != 2) {
        ofs_fail(&err, OFS_ERR_USAGE, "'scenario import' takes one file");
        ofs_hint(&err, "offswitch scenario import RECORDING.json --output SCENARIO.json");
        return cli_complain(&err);
    }
    scenario_today(today);
    const struct ofs_import_options options = {.lang = cli->lang ? cli->lang : "en",
                                               .today = today};
    if (scenario_read_text(cli->args[1], &text, &err))
        return cli_complain(&err);
    if (ofs_import_recording(ofs_buf_str(&text), text.len, &options, &import, &why)) {
        ofs_fail(&err, why.code, "%s: %s", cli->args[1], why.text);
        ofs_hint(&err, "%s",
                 *why.hint ? why.hint : "export the recording again, as JSON or as a .side file");
        return cli_complain(&err);
    }
    int status;
    if (cli->json) {
        OFS_AUTO_JSON out = cJSON_CreateObject();
        cJSON_AddItemReferenceToObject(out, "scenario", import.scenario);
        cJSON_AddItemReferenceToObject(out, "missing", import.missing);
        status = cli_json(out);
    } else {
        status = cli_json(import.scenario);
        show_missing(&import);
    }
    ofs_import_clear(&import);
    return status;
}
