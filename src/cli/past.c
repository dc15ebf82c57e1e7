#include "cli/past.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/print.h"
#include "record/state.h"

struct ofs_ledger *past_open(const struct cli *cli, bool writes, int *ret_status)
{
    struct ofs_error err;
    OFS_AUTO_STR state = ofs_state_path(cli->state, &err);
    struct ofs_ledger *ledger = NULL;
    if (state && (!writes || !ofs_state_prepare(state, &err)))
        ledger = writes ? ofs_ledger_open(state, &err) : ofs_ledger_open_to_read(state, &err);
    *ret_status = ledger ? 0 : cli_complain(&err);
    return ledger;
}

int past_check_words(const struct cli *cli, int least, int most, const char *usage)
{
    struct ofs_error err;
    if (cli->n_args >= least && cli->n_args <= most)
        return 0;
    if (cli->n_args > most)
        ofs_fail(&err, OFS_ERR_USAGE, "'%s' is one word too many for '%s'", cli->args[most],
                 cli->command);
    else
        ofs_fail(&err, OFS_ERR_USAGE, "'%s' needs to know more", cli->command);
    ofs_hint(&err, "offswitch %s %s", cli->command, usage);
    return cli_complain(&err);
}

int past_print_json(const struct cli *cli, const char *key, cJSON *value)
{
    OFS_AUTO_JSON o = cJSON_CreateObject();
    cJSON_AddNumberToObject(o, "format", 1);
    cJSON_AddStringToObject(o, "command", cli->command);
    cJSON_AddItemToObject(o, key, value);
    return cli_json(o);
}

int past_print_both(const struct cli *cli, const char *key, cJSON *value, const char *other,
                    cJSON *more)
{
    OFS_AUTO_JSON o = cJSON_CreateObject();
    cJSON_AddNumberToObject(o, "format", 1);
    cJSON_AddStringToObject(o, "command", cli->command);
    cJSON_AddItemToObject(o, key, value);
    cJSON_AddItemToObject(o, other, more);
    return cli_json(o);
}

void past_age(int days, char *ret, size_t size)
{
    if (days < 0)
        snprintf(ret, size, "dated in the future");
    else if (days == 0)
        snprintf(ret, size, "today");
    else
        snprintf(ret, size, "%d day%s ago", days, days == 1 ? "" : "s");
}

void past_whose(const cJSON *row, char *ret, size_t size)
{
    static const char *const keys[] = {"account", "label", "profile"};
    ret[0] = '\0';
    for (size_t i = 0; !ret[0] && i < sizeof keys / sizeof *keys; i++) {
        const char *value = ofs_json_str(row, keys[i], "");
        if (*value)
            snprintf(ret, size, "%s %s", keys[i], value);
    }
}

int past_write_file(const char *path, const struct ofs_buf *text, struct ofs_error *err)
{
    OFS_AUTO_STR beside = ofs_text_printf("%s.%ld.tmp", path, (long)getpid());
    if (!beside)
        return ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
    int fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return ofs_fail_errno(err, OFS_ERR_SYSTEM, "%s cannot be written", path);
    size_t done = 0;
    ssize_t n = 1;
    while (done < text->len && (n = write(fd, text->data + done, text->len - done)) > 0)
        done += (size_t)n;
    bool written = done == text->len && !close(fd) && !rename(beside, path);
    if (written)
        return 0;
    int rc = ofs_fail_errno(err, OFS_ERR_SYSTEM, "%s cannot be written", path);
    unlink(beside);
    return rc;
}
