#include "cli/survey.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/print.h"
#include "cli/scenario.h"

/* `offswitch scenario probe URL`: the switches of one page, and the scenario entry of each. Opens
 * the page in a tab of its own and presses nothing. */

static void show_choices(const cJSON *choices)
{
    OFS_AUTO_BUF text = OFS_BUF(1 << 20);
    struct ofs_error ignored;
    const cJSON *one;
    cJSON_ArrayForEach(one, choices)
        ofs_buf_printf(&text, &ignored, "%s%s", text.len ? ", " : "", one->valuestring);
    if (text.len)
        cli_block(stdout, 2, "choices", 12, ofs_buf_str(&text));
}

static void show_control(const cJSON *one)
{
    char state[64];
    const char *rung = ofs_json_str(one, "located", NULL);
    snprintf(state, sizeof state, "%s%s", ofs_json_str(one, "state", "state not readable"),
             ofs_json_bool(one, "disabled", false) ? ", disabled" : "");
    printf("\n%s\n", ofs_json_str(one, "name", "(without a name)"));
    cli_block(stdout, 2, "state", 12, state);
    show_choices(ofs_json_get(one, "choices"));
    cli_block(stdout, 2, "role", 12, ofs_json_str(one, "role", "none"));
    cli_block(stdout, 2, "found by", 12,
              rung ? rung : "nothing that distinguishes it from the others: it needs a key");
    const cJSON *entry = ofs_json_get(one, "setting");
    char *text = entry ? cJSON_PrintUnformatted(entry) : NULL;
    if (text) /* not wrapped: it is there to be copied */
        printf("  %-10s%s\n", "scenario", text);
    free(text);
}

static int show(const struct cli *cli, const struct survey *survey)
{
    const cJSON *one;
    int n = cJSON_GetArraySize(survey->controls);
    if (cli->json) {
        OFS_AUTO_JSON out = cJSON_CreateObject();
        ofs_json_add_str(out, "url", survey->url);
        ofs_json_add_str(out, "title", survey->title);
        ofs_json_add_str(out, "language", survey->language);
        ofs_json_add_str(out, "scenario", survey->known ? survey->scenario->id : NULL);
        cJSON_AddItemReferenceToObject(out, "controls", survey->controls);
        return cli_json(out);
    }
    printf("%s\n%s, language %s: %d control%s\n", survey->url, survey->title,
           survey->language[0] ? survey->language : "not declared", n, n == 1 ? "" : "s");
    cJSON_ArrayForEach(one, survey->controls) show_control(one);
    if (!n) {
        cli_block(stdout, 0, "", 0,
                  "There is no switch, check box, radio group or list on this page. If you see "
                  "one, it may be drawn only after a click.");
        return 0;
    }
    OFS_AUTO_STR next = ofs_text_printf(
        "Nothing was pressed. To write a scenario: offswitch scenario new %s", survey->url);
    fflush(stdout);
    fputc('\n', stderr);
    cli_block(stderr, 0, "", 0, next ? next : "Nothing was pressed.");
    return 0;
}

int scenario_probe(const struct cli *cli)
{
    struct survey survey;
    struct ofs_error err = {0};
    if (cli->n_args != 2) {
        ofs_fail(&err, OFS_ERR_USAGE, "'scenario probe' takes one address");
        ofs_hint(&err, "offswitch scenario probe https://www.example.com/settings/privacy");
        return cli_complain(&err);
    }
    int status = survey_page(cli, cli->args[1], &survey);
    if (!status)
        status = show(cli, &survey);
    survey_clear(&survey);
    return status;
}
