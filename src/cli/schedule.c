/* `offswitch schedule install|status|remove`: scheduled passes. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json.h"
#include "base/places.h"
#include "base/system.h"
#include "base/text.h"
#include "cli/ask.h"
#include "cli/print.h"
#include "cli/run.h"
#include "record/ledger.h"
#include "scenario/scenario.h"
#include "watch/command.h"
#include "watch/pass.h"
#include "watch/schedule.h"

enum { TIMEOUT = 20000, MOST_TEXT = 1 << 20, MOST_ENVIRONMENT = 4 };

enum manager { SYSTEMD, CRON, LAUNCHD, NONE };
static const char *const manager_words[] = {"systemd", "crontab", "launchd", "none"};

struct plan {
    struct session session;
    const struct ofs_scenario *scenario;
    struct ofs_schedule schedule;
    const char *words[OFS_SCHEDULE_MOST_WORDS];
    char *environment[MOST_ENVIRONMENT + 1];
    char *program, *given;         /* owned */
    char *service, *timer, *agent; /* paths, owned */
};

/* ---- what is available here ----------------------------------------------------------------- */

static bool works(const char *const *argv)
{
    struct ofs_error ignored;
    return !ofs_command_run(argv, "", TIMEOUT, NULL, &ignored);
}

static enum manager find_manager(void)
{
#ifdef __APPLE__
    return LAUNCHD;
#else
    static const char *const systemd[] = {"systemctl", "--user", "show-environment", NULL};
    static const char *const cron[] = {"sh", "-c", "command -v crontab", NULL};
    return works(systemd) ? SYSTEMD : works(cron) ? CRON : NONE;
#endif
}

static int run(const char *const *argv, struct ofs_error *err)
{
    return ofs_command_run(argv, "", TIMEOUT, NULL, err);
}

/* ---- files ---------------------------------------------------------------------------------- */

static int write_file(const char *path, const char *text, struct ofs_error *err)
{
    OFS_AUTO_STR directory = strdup(path);
    char *slash = directory ? strrchr(directory, '/') : NULL;
    if (slash)
        *slash = '\0';
    if (slash && *directory && ofs_make_directories(directory, 0755))
        return ofs_fail_errno(err, OFS_ERR_SYSTEM, "%s", directory);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    size_t n = strlen(text);
    bool good = fd >= 0 && write(fd, text, n) == (ssize_t)n;
    int rc = good ? 0 : ofs_fail_errno(err, OFS_ERR_SYSTEM, "%s", path);
    if (fd >= 0)
        close(fd);
    return rc;
}

/* ---- the plan ------------------------------------------------------------------------------- */

static void plan_free(struct plan *p)
{
    for (char **e = p->environment; *e; e++)
        free(*e);
    free(p->program);
    free(p->given);
    free(p->service);
    free(p->timer);
    free(p->agent);
    session_close(&p->session);
}

static void find_paths(struct plan *p)
{
    const char *home = getenv("HOME");
    OFS_AUTO_STR found = ofs_config_home("systemd/user");
    const char *units = found ? found : "";
    const char *id = p->scenario->id;
    p->service = ofs_text_printf("%s/offswitch-%s.service", units, id);
    p->timer = ofs_text_printf("%s/offswitch-%s.timer", units, id);
    p->agent =
        ofs_text_printf("%s/Library/LaunchAgents/offswitch.watch.%s.plist", home ? home : "", id);
}

/* Variables with paths, as they are set now: a scheduled pass has none of them. */
static void keep_environment(struct plan *p)
{
    static const char *const names[MOST_ENVIRONMENT] = {"XDG_CONFIG_HOME", "OFFSWITCH_SCENARIOS",
                                                        "OFFSWITCH_NOTIFY", "OFFSWITCH_BROWSER"};
    size_t n = 0;
    for (size_t i = 0; i < MOST_ENVIRONMENT; i++) {
        const char *value = getenv(names[i]);
        if (value && *value)
            p->environment[n++] = ofs_text_printf("%s=%s", names[i], value);
    }
    p->schedule.environment = (const char *const *)p->environment;
}

static void write_command(struct plan *p, const struct cli *cli)
{
    char path[PATH_MAX];
    ofs_system_program(path, sizeof path);
    p->program = strdup(*path ? path : "offswitch");
    /* a name stays a name, so that a newer scenario with that name is used */
    const char *named = cli->n_args > 1 ? cli->args[1] : "linkedin";
    bool is_file = strchr(named, '/') || strstr(named, ".json");
    p->given = is_file ? realpath(named, NULL) : strdup(named);
    const struct {
        const char *option, *value;
    } options[] = {
        {NULL, p->program},
        {NULL, "watch"},
        {NULL, p->given},
        {"--connect", "launch"},
        {NULL, "--headless"},
        {NULL, "--quiet"},
        {"--state", p->session.state},
        {NULL, cli->now ? "--now" : NULL},
        {"--fix", cli->fix},
        {"--as", cli->as},
    };
    size_t used = 0;
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        if (!options[i].value)
            continue;
        if (options[i].option)
            p->words[used++] = options[i].option;
        p->words[used++] = options[i].value;
    }
    p->schedule.words = p->words;
}

static int make_plan(struct plan *p, const struct cli *cli, struct cli *own)
{
    struct ofs_error err;
    *own = *cli;
    own->args = cli->args + (cli->n_args > 0);
    own->n_args = cli->n_args > 0 ? cli->n_args - 1 : 0;
    int status = session_open(&p->session, own, NULL, "launch", NULL, NULL);
    if (status)
        return status;
    p->scenario = ofs_job_scenario(p->session.job);
    p->schedule.id = p->scenario->id;
    p->schedule.title = p->scenario->title;
    if (ofs_schedule_read(cli->every, cli->at, &p->schedule, &err))
        return session_fail(&p->session, &err);
    find_paths(p);
    keep_environment(p);
    write_command(p, cli);
    return 0;
}

static int make_texts(const struct plan *p, struct ofs_buf *service, struct ofs_buf *timer,
                      struct ofs_error *err)
{
    return ofs_schedule_service(&p->schedule, service, err) ||
                   ofs_schedule_timer(&p->schedule, timer, err)
               ? -1
               : 0;
}

/* ---- install -------------------------------------------------------------------------------- */

static int print_files(struct plan *p, enum manager manager)
{
    struct ofs_error err = {0};
    OFS_AUTO_BUF a = OFS_BUF(MOST_TEXT);
    OFS_AUTO_BUF b = OFS_BUF(MOST_TEXT);
    if (manager == LAUNCHD) {
        if (ofs_schedule_plist(&p->schedule, &a, &err))
            return session_fail(&p->session, &err);
        printf("<!-- %s -->\n%s", p->agent, ofs_buf_str(&a));
        return 0;
    }
    if (manager == CRON) {
        if (ofs_schedule_crontab(&p->schedule, &a, &err))
            return session_fail(&p->session, &err);
        printf("# one line of your crontab\n%s", ofs_buf_str(&a));
        return 0;
    }
    if (make_texts(p, &a, &b, &err))
        return session_fail(&p->session, &err);
    printf("# %s\n%s\n# %s\n%s", p->service, ofs_buf_str(&a), p->timer, ofs_buf_str(&b));
    return 0;
}

static int install_systemd(struct plan *p, struct ofs_error *err)
{
    OFS_AUTO_BUF service = OFS_BUF(MOST_TEXT);
    OFS_AUTO_BUF timer = OFS_BUF(MOST_TEXT);
    OFS_AUTO_STR unit = ofs_text_printf("offswitch-%s.timer", p->scenario->id);
    const char *const reload[] = {"systemctl", "--user", "daemon-reload", NULL};
    const char *const enable[] = {"systemctl", "--user", "enable", "--now", unit, NULL};
    if (make_texts(p, &service, &timer, err) ||
        write_file(p->service, ofs_buf_str(&service), err) ||
        write_file(p->timer, ofs_buf_str(&timer), err) || run(reload, err))
        return -1;
    return run(enable, err);
}

static int read_crontab(struct ofs_buf *ret)
{
    static const char *const list[] = {"crontab", "-l", NULL};
    struct ofs_error ignored;
    /* without a crontab this is an error */
    return ofs_command_run(list, "", TIMEOUT, ret, &ignored) ? ofs_buf_clear(ret), 0 : 0;
}

static int write_crontab(const char *text, struct ofs_error *err)
{
    static const char *const write[] = {"crontab", "-", NULL};
    static const char *const none[] = {"crontab", "-r", NULL};
    return ofs_command_run(*text ? write : none, text, TIMEOUT, NULL, err);
}

static int install_cron(struct plan *p, struct ofs_error *err)
{
    OFS_AUTO_BUF old = OFS_BUF(MOST_TEXT);
    OFS_AUTO_BUF text = OFS_BUF(MOST_TEXT);
    read_crontab(&old);
    if (ofs_schedule_without(ofs_buf_str(&old), p->scenario->id, &text, err) < 0 ||
        ofs_schedule_crontab(&p->schedule, &text, err))
        return -1;
    return write_crontab(ofs_buf_str(&text), err);
}

static int install_launchd(struct plan *p, struct ofs_error *err)
{
    OFS_AUTO_BUF text = OFS_BUF(MOST_TEXT);
    const char *const unload[] = {"launchctl", "unload", p->agent, NULL};
    const char *const load[] = {"launchctl", "load", "-w", p->agent, NULL};
    if (ofs_schedule_plist(&p->schedule, &text, err) ||
        write_file(p->agent, ofs_buf_str(&text), err))
        return -1;
    works(unload);
    return run(load, err);
}

/* Are the settings of --fix there? */
static int check_fix(struct plan *p, const struct cli *cli)
{
    struct ofs_error err;
    for (const char *id = cli->fix ? cli->fix : ""; *id;) {
        size_t n = strcspn(id, ",");
        OFS_AUTO_STR one = strndup(id, n);
        if (!one || !ofs_scenario_setting(p->scenario, one)) {
            ofs_fail(&err, OFS_ERR_USAGE, "--fix: the scenario has no setting \"%s\"",
                     one ? one : "");
            return session_fail(&p->session, &err);
        }
        id += n;
        id += *id == ',';
    }
    return 0;
}

/* A pass that flips without a person needs a yes now, for these settings. */
static int confirm_fix(struct plan *p, const struct cli *cli)
{
    struct ofs_error err;
    if (!cli->fix || cli->yes)
        return 0;
    fprintf(stderr, "Scheduled passes will flip, without asking: %s\n", cli->fix);
    if (ask_can() && ask_yes(&p->session, "Is that what you want?"))
        return 0;
    ofs_fail(&err, OFS_ERR_REFUSED, "not confirmed; nothing was installed");
    if (!ask_can())
        ofs_hint(&err, "run it on a terminal, or add --yes");
    return session_fail(&p->session, &err);
}

static int install(struct plan *p, const struct cli *cli)
{
    struct ofs_error err = {0};
    enum manager manager = find_manager();
    if (check_fix(p, cli))
        return 64;
    if (cli->print)
        return print_files(p, manager == NONE ? SYSTEMD : manager);
    int status = session_tell_terms(&p->session);
    if (!status)
        status = confirm_fix(p, cli);
    if (status)
        return status;
    int rc = manager == SYSTEMD ? install_systemd(p, &err)
             : manager == CRON  ? install_cron(p, &err)
             : manager == LAUNCHD
                 ? install_launchd(p, &err)
                 : ofs_fail(&err, OFS_ERR_SYSTEM,
                            "there is no systemd user manager and no crontab here");
    if (manager == NONE)
        ofs_hint(&err, "run 'offswitch watch' from what you have; --print shows the files");
    if (rc)
        return session_fail(&p->session, &err);
    OFS_AUTO_STR line = ofs_text_printf("Installed with %s: every %s at %02d:%02d, '%s watch'.%s",
                                        manager_words[manager], cli->every ? cli->every : "week",
                                        p->schedule.hour, p->schedule.minute, p->program,
                                        cli->fix ? "" : " It reports, and flips nothing.");
    cli_block(stdout, 0, "", 0, line ? line : "Installed.");
    cli_block(stdout, 0, "", 0,
              "Before its first pass: sign in with 'offswitch login', and try the channels with "
              "'offswitch notify test'.");
    return 0;
}

/* ---- remove --------------------------------------------------------------------------------- */

static int remove_cron(const char *id, struct ofs_error *err)
{
    OFS_AUTO_BUF old = OFS_BUF(MOST_TEXT);
    OFS_AUTO_BUF text = OFS_BUF(MOST_TEXT);
    read_crontab(&old);
    int found = ofs_schedule_without(ofs_buf_str(&old), id, &text, err);
    if (found <= 0)
        return found;
    return write_crontab(ofs_buf_str(&text), err) ? -1 : 1;
}

/* Everything that any of the methods may have left. */
static int remove_all(struct plan *p)
{
    struct ofs_error err = {0};
    OFS_AUTO_STR timer = ofs_text_printf("offswitch-%s.timer", p->scenario->id);
    OFS_AUTO_STR service = ofs_text_printf("offswitch-%s.service", p->scenario->id);
    const char *const disable[] = {"systemctl", "--user", "disable", "--now", timer, NULL};
    const char *const reload[] = {"systemctl", "--user", "daemon-reload", NULL};
    const char *const forget[] = {"systemctl", "--user", "reset-failed", service, timer, NULL};
    const char *const clean[] = {"systemctl", "--user", "clean", "--what=state", timer, NULL};
    const char *const unload[] = {"launchctl", "unload", "-w", p->agent, NULL};
    bool units = !access(p->timer, F_OK) || !access(p->service, F_OK);
    bool agent = !access(p->agent, F_OK);
    if (units) {
        works(disable);
        works(clean); /* the stamp of Persistent= */
        unlink(p->timer);
        unlink(p->service);
        works(reload);
        works(forget);
    }
    if (agent) {
        works(unload);
        unlink(p->agent);
    }
    static const char *const cron[] = {"sh", "-c", "command -v crontab", NULL};
    int line = works(cron) ? remove_cron(p->scenario->id, &err) : 0;
    if (line < 0)
        return session_fail(&p->session, &err);
    puts(units || agent || line ? "Removed; nothing is left." : "Nothing was installed.");
    return 0;
}

/* ---- status --------------------------------------------------------------------------------- */

static char *ask_program(const char *const *argv)
{
    OFS_AUTO_BUF text = OFS_BUF(64 << 10);
    struct ofs_error ignored;
    if (ofs_command_run(argv, "", TIMEOUT, &text, &ignored) || !text.len)
        return NULL;
    text.data[strcspn(text.data, "\n")] = '\0';
    return *text.data ? strdup(text.data) : NULL;
}

/* How it is installed, and when it runs next. */
static enum manager find_installed(const struct plan *p, char **ret_next)
{
    OFS_AUTO_STR timer = ofs_text_printf("offswitch-%s.timer", p->scenario->id);
    const char *const next[] = {
        "systemctl", "--user", "show", timer, "--value", "--property=NextElapseUSecRealtime", NULL};
    OFS_AUTO_BUF crontab = OFS_BUF(MOST_TEXT);
    OFS_AUTO_BUF rest = OFS_BUF(MOST_TEXT);
    struct ofs_error ignored;
    if (!access(p->timer, F_OK)) {
        *ret_next = ask_program(next);
        return SYSTEMD;
    }
    if (!access(p->agent, F_OK))
        return LAUNCHD;
    read_crontab(&crontab);
    return ofs_schedule_without(ofs_buf_str(&crontab), p->scenario->id, &rest, &ignored) > 0 ? CRON
                                                                                             : NONE;
}

/* A user's timers end with the last session, unless lingering is on. */
static bool needs_lingering(enum manager manager)
{
    const char *user = getenv("USER");
    const char *const argv[] = {"loginctl", "show-user",         user ? user : "root",
                                "--value",  "--property=Linger", NULL};
    if (manager != SYSTEMD)
        return false;
    OFS_AUTO_STR linger = ask_program(argv);
    return !linger || strcmp(linger, "yes");
}

static int show_status(struct plan *p, const struct cli *cli)
{
    struct ofs_error err = {0};
    OFS_AUTO_STR next = NULL;
    OFS_AUTO_LEDGER ledger = ofs_ledger_open_to_read(p->session.state, &err);
    if (!ledger)
        return session_fail(&p->session, &err);
    enum manager manager = find_installed(p, &next);
    bool linger = needs_lingering(manager);
    OFS_AUTO_JSON last =
        ofs_db_row(ofs_ledger_db(ledger), &err,
                   "SELECT at, ok, summary, next, fixed FROM passes WHERE scenario ="
                   " ? ORDER BY n DESC LIMIT 1",
                   "s", p->scenario->id);
    int64_t at = (int64_t)ofs_json_num(last, "at", 0);
    char when[OFS_DATE_SIZE] = "";
    if (at)
        ofs_date_print(at, when);
    bool ok = ofs_json_num(last, "ok", 0) != 0;
    int status = manager == NONE ? 3 : at && !ok ? 3 : 0;
    if (cli->json) {
        OFS_AUTO_JSON o = cJSON_CreateObject();
        cJSON_AddBoolToObject(o, "installed", manager != NONE);
        ofs_json_add_str(o, "with", manager == NONE ? NULL : manager_words[manager]);
        ofs_json_add_str(o, "next", next);
        ofs_json_add_str(o, "last", at ? when : NULL);
        cJSON_AddBoolToObject(o, "worked", ok);
        ofs_json_add_str(o, "summary", ofs_json_str(last, "summary", NULL));
        cJSON_AddBoolToObject(o, "lingering_needed", linger);
        cli_json(o);
        return status;
    }
    cli_block(stdout, 0, "Installed", 14, manager == NONE ? "no" : manager_words[manager]);
    if (manager != NONE)
        cli_block(stdout, 0, "Next", 14, next ? next : "at the time that it was installed with");
    cli_block(stdout, 0, "Last pass", 14, at ? when : "none yet");
    if (at) {
        cli_block(stdout, 0, "It worked", 14, ok ? "yes" : "no");
        cli_block(stdout, 0, "It said", 14, ofs_json_str(last, "summary", ""));
    }
    if (linger)
        cli_block(stdout, 0, "Lingering", 14,
                  "off: passes run only while you are logged in; 'loginctl enable-linger' changes "
                  "that");
    return status;
}

int cmd_schedule(const struct cli *cli)
{
    struct ofs_error err;
    struct plan p = {0};
    struct cli own;
    const char *verb = cli->n_args ? cli->args[0] : "";
    bool known = !strcmp(verb, "install") || !strcmp(verb, "status") || !strcmp(verb, "remove");
    if (!known) {
        static const char *const verbs[] = {"install", "status", NULL}; /* not what removes */
        const char *near = ofs_text_closest(verb, verbs);
        ofs_fail(&err, OFS_ERR_USAGE, "'schedule' takes install, status or remove");
        if (*verb && near)
            ofs_hint(&err, "did you mean '%s'?", near);
        return cli_complain(&err);
    }
    if (cli->json && strcmp(verb, "status")) {
        ofs_fail(&err, OFS_ERR_USAGE, "'schedule %s' prints no JSON", verb);
        ofs_hint(&err, "leave --json out; 'offswitch schedule status --json' tells what is "
                       "installed");
        return cli_complain(&err);
    }
    int status = make_plan(&p, cli, &own);
    if (!status)
        status = !strcmp(verb, "install")  ? install(&p, cli)
                 : !strcmp(verb, "status") ? show_status(&p, cli)
                                           : remove_all(&p);
    plan_free(&p);
    return status;
}
