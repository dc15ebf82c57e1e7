#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/print.h"
#include "cli/rehearse.h"
#include "rehearsal/service.h"
#include "scenario/scenario.h"

/* `offswitch rehearse SCENARIO` for services other than LinkedIn. */

int rehearse_list_service_faults(const struct cli *cli)
{
    OFS_AUTO_JSON out = cJSON_CreateObject();
    cJSON *all = cli->json ? cJSON_AddArrayToObject(out, "faults") : NULL;
    for (const struct ofs_service_fault *f = ofs_service_faults; f->name; f++)
        rehearse_fault_row(all, f->name, NULL, f->text);
    return all ? cli_json(out) : 0;
}

/* The first wording of the setting, in any language. */
static const char *first_label(const struct ofs_setting *s)
{
    const cJSON *language = s->labels ? s->labels->child : NULL;
    return language && language->child ? language->child->valuestring : s->title;
}

/* A guessed page shows every setting with the first of its labels, in the state that is not wanted.
 * A service's own page knows its settings. */
static struct ofs_service *new_service(struct ofs_loop *loop, const struct ofs_scenario *scenario,
                                       const char *faults, int port, struct ofs_error *err)
{
    bool faithful = ofs_service_is_faithful(scenario->id);
    struct ofs_service_row *rows = calloc(scenario->n_settings + 1, sizeof *rows);
    if (!rows) {
        ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
        return NULL;
    }
    for (size_t i = 0; i < scenario->n_settings; i++) {
        const struct ofs_setting *s = &scenario->settings[i];
        rows[i] = (struct ofs_service_row){s->id, first_label(s),
                                           !strcmp(s->wanted, "off") ? "on" : "off"};
    }
    const struct ofs_service_options options = {.port = port,
                                                .faults = faults,
                                                .rows = rows,
                                                .n_rows = faithful ? 0 : scenario->n_settings};
    struct ofs_service *service = ofs_service_new(loop, scenario->id, &options, err);
    free(rows);
    return service;
}

static void show_truth(const struct session *session, const struct ofs_service *service, FILE *out)
{
    const struct ofs_run *run = ofs_job_run(session->job);
    OFS_AUTO_JSON truth = ofs_service_truth(service);
    const cJSON *one;
    fputs("\nThe replica's own record:\n", out);
    for (size_t i = 0; i < run->n_results; i++) {
        const char *state = ofs_service_state(service, run->results[i].id);
        fprintf(out, "   %s is %s%s\n", run->results[i].id, state ? state : "not there",
                rehearse_is_lie(&run->results[i], state) ? ", and the report says otherwise" : "");
    }
    int saves = (int)ofs_json_num(truth, "saves", 0);
    size_t touches = ofs_service_wrong_touches(service);
    fprintf(out, "   %d save%s, %zu wrong touch%s\n", saves, saves == 1 ? "" : "s", touches,
            touches == 1 ? "" : "es");
    cJSON_ArrayForEach(one, ofs_json_get(truth, "wrong_touches"))
        fprintf(out, "      %s\n", ofs_json_str(one, "what", ""));
}

static int rehearse_on(struct session *session, const struct ofs_scenario *scenario,
                       const struct ofs_service *service)
{
    FILE *out = session_out(session);
    bool faithful = ofs_service_is_faithful(scenario->id);
    OFS_AUTO_STR what = ofs_text_printf("%s's settings%s", scenario->title,
                                        faithful ? "" : " (the page itself is a guess)");
    int status = rehearse_job(session, what ? what : scenario->title, ofs_service_origin(service));
    if (session->error.code != OFS_ERR_NONE)
        return session_report(session, status);
    const struct ofs_run *run = ofs_job_run(session->job);
    bool wrong = ofs_service_wrong_touches(service) > 0;
    for (size_t i = 0; i < run->n_results; i++)
        wrong = wrong ||
                rehearse_is_lie(&run->results[i], ofs_service_state(service, run->results[i].id));
    status = session_report(session, ofs_status_worse(wrong, status));
    if (!session->cli->quiet || wrong)
        show_truth(session, service, out);
    return status;
}

/* If no index lists the names, those of the replica's instances are used, as a person would give
 * them. */
static void name_instances(struct cli *own, const struct ofs_scenario *scenario)
{
    const char *const *names = ofs_service_instances(scenario->id);
    struct cli_list *given = &own->instances;
    bool has_index = ofs_json_get(scenario->instances, "index") != NULL;
    if (given->n || has_index)
        return;
    for (; names && *names && given->n < sizeof given->at / sizeof *given->at; names++)
        given->at[given->n++] = *names;
}

int rehearse_service(struct session *session, struct cli *own, const char *scratch)
{
    struct ofs_error err = {0};
    OFS_AUTO_STR profile = ofs_text_printf("%s/profile", scratch);
    struct ofs_loop *loop = NULL;
    struct ofs_service *service = NULL;
    struct ofs_scenario *scenario = ofs_scenario_load(own->args[0], &err);
    int status = 0;
    if (!own->state)
        own->state = scratch;
    if (scenario)
        name_instances(own, scenario);
    if (scenario && !scenario->n_settings)
        ofs_fail(&err, OFS_ERR_USAGE, "'%s' has only steps by hand", scenario->id);
    if (!scenario || !scenario->n_settings || !(loop = ofs_loop_new(&err)) ||
        ofs_loop_watch_signals(loop, &err) ||
        !(service = new_service(loop, scenario, own->fault, 0, &err)))
        status = session_fail(session, &err);
    else
        status = session_open(session, own, loop, "launch", ofs_service_origin(service), profile);
    status = status ? session_report(session, status) : rehearse_on(session, scenario, service);
    session_close(session);
    ofs_service_free(service);
    ofs_loop_free(loop);
    ofs_scenario_free(scenario);
    return status;
}

int rehearse_serve_service(const struct cli *cli)
{
    struct ofs_error err = {0};
    int port = rehearse_port(cli->serve, &err);
    struct ofs_scenario *scenario = port < 0 ? NULL : ofs_scenario_load(cli->args[0], &err);
    struct ofs_loop *loop = scenario ? ofs_loop_new(&err) : NULL;
    struct ofs_service *service = NULL;
    int rc = -1;
    if (loop && !ofs_loop_watch_signals(loop, &err) &&
        (service = new_service(loop, scenario, cli->fault, port, &err)))
        rc = rehearse_until_signal(loop, ofs_service_origin(service), &err);
    ofs_service_free(service);
    ofs_loop_free(loop);
    ofs_scenario_free(scenario);
    return rc ? cli_complain(&err) : 0;
}
