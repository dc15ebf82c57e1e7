#include "cli/watching.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/print.h"
#include "watch/pass.h"

static void add_date(cJSON *o, const char *key, int64_t when)
{
    char text[OFS_DATE_SIZE];
    ofs_date_print(when, text);
    ofs_json_add_str(o, key, when ? text : NULL);
}

cJSON *watching_json(struct ofs_db *db, const char *scenario, struct ofs_error *err)
{
    OFS_AUTO_JSON last = ofs_db_row(db, err,
                                    "SELECT at, summary, next, ok FROM passes WHERE ?1 IS NULL OR"
                                    " scenario = ?1 ORDER BY n DESC LIMIT 1",
                                    "s", scenario);
    cJSON *failed = last ? ofs_db_rows(db, err,
                                       "SELECT channel, error, min(at) AS since FROM notifications"
                                       " WHERE sent IS NULL AND error IS NOT NULL GROUP BY channel",
                                       "")
                         : NULL;
    if (!failed)
        return NULL;
    int64_t good = ofs_pass_last_good(db, scenario), now = ofs_wall_now();
    cJSON *o = cJSON_CreateObject();
    add_date(o, "last_pass", (int64_t)ofs_json_num(last, "at", 0));
    add_date(o, "last_good", good);
    if (good)
        cJSON_AddNumberToObject(o, "age_seconds", (double)(now > good ? now - good : 0));
    else
        cJSON_AddNullToObject(o, "age_seconds");
    ofs_json_add_str(o, "summary", ofs_json_str(last, "summary", NULL));
    add_date(o, "next", (int64_t)ofs_json_num(last, "next", 0));
    cJSON_AddItemToObject(o, "failed", failed);
    return o;
}

int watching_is_late(const struct cli *cli, const cJSON *watching, struct ofs_error *err)
{
    static const struct {
        char letter;
        double seconds;
    } units[] = {{'d', 86400}, {'h', 3600}, {'w', 7 * 86400}, {'m', 60}};
    char *rest = NULL;
    if (!cli->max_age)
        return 0;
    double number = strtod(cli->max_age, &rest), unit = *rest ? 0 : 86400;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (rest[0] == units[i].letter && !rest[1])
            unit = units[i].seconds;
    if (rest == cli->max_age || unit == 0 || !(number > 0) || number > 1e6) {
        ofs_fail(err, OFS_ERR_USAGE, "--max-age takes a duration such as 10d, not '%s'",
                 cli->max_age);
        return ofs_hint(err, "days (d), hours (h), weeks (w) or minutes (m)");
    }
    double age = ofs_json_num(watching, "age_seconds", -1);
    return age < 0 || age > number * unit;
}

void watching_show(const struct cli *cli, const cJSON *watching, int late)
{
    const char *good = ofs_json_str(watching, "last_good", NULL),
               *summary = ofs_json_str(watching, "summary", NULL);
    const cJSON *one;
    if (summary) {
        OFS_AUTO_STR line = ofs_text_printf("Last pass %.10s. %s",
                                            ofs_json_str(watching, "last_pass", ""), summary);
        puts("");
        cli_block(stdout, 0, "", 0, line ? line : summary);
    }
    cJSON_ArrayForEach(one, ofs_json_get(watching, "failed"))
    {
        OFS_AUTO_STR line =
            ofs_text_printf("Notifications to %s fail since %.10s: %s; the next pass tries again.",
                            ofs_json_str(one, "channel", ""), ofs_json_str(one, "since", ""),
                            ofs_json_str(one, "error", ""));
        cli_block(stdout, 0, "", 0, line ? line : "");
    }
    if (late) {
        OFS_AUTO_STR line =
            ofs_text_printf("No pass of 'offswitch watch' worked within %s; the last one was %s.",
                            cli->max_age, good ? good : "never");
        cli_block(stdout, 0, "", 0, line ? line : "");
    }
}
