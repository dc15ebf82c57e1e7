/* `offswitch notify test`: a test notification to every channel. */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/print.h"
#include "watch/notify.h"

static int send_all(const struct cli *cli, const struct ofs_channels *channels,
                    struct ofs_loop *loop)
{
    static const struct ofs_notice notice = {
        .subject = "offswitch: a test",
        .body = "This is a test of 'offswitch notify test'. Notifications reach you here.\n",
        .report = "{\"format\": 1, \"command\": \"notify\", \"test\": true}"};
    OFS_AUTO_JSON all = cJSON_CreateObject();
    cJSON *list = cJSON_AddArrayToObject(all, "channels");
    int status = 0;
    for (size_t i = 0; i < ofs_channels_count(channels); i++) {
        struct ofs_error err = {0};
        const char *name = ofs_channel_name(channels, i);
        bool sent = !ofs_channel_send(channels, i, loop, &notice, &err);
        status = sent ? status : 3;
        cJSON *one = cJSON_CreateObject();
        cJSON_AddStringToObject(one, "name", name);
        cJSON_AddStringToObject(one, "type", ofs_channel_type(channels, i));
        ofs_json_add_str(one, "error", sent ? NULL : err.text);
        cJSON_AddItemToArray(list, one);
        if (cli->json)
            continue;
        cli_pad(stdout, name, 20);
        printf("%s%s\n", sent ? "sent" : "failed: ", sent ? "" : err.text);
        if (!sent && *cli_hint(&err))
            cli_block(stdout, 20, "", 20, cli_hint(&err));
    }
    if (cli->json)
        cli_json(all);
    return status;
}

int cmd_notify(const struct cli *cli)
{
    struct ofs_error err = {0};
    if (cli->n_args != 1 || strcmp(cli->args[0], "test")) {
        ofs_fail(&err, OFS_ERR_USAGE, "'notify' takes the word test");
        return cli_complain(&err);
    }
    struct ofs_channels *channels = ofs_channels_load(&err);
    if (!channels)
        return cli_complain(&err);
    struct ofs_loop *loop = NULL;
    int status = 0;
    if (!ofs_channels_count(channels)) {
        OFS_AUTO_STR path = ofs_channels_path();
        ofs_fail(&err, OFS_ERR_USAGE, "no channel is set up");
        ofs_hint(&err, "name them in %s; 'man offswitch' shows how", path ? path : "notify.json");
        status = cli_complain(&err);
        status = 3;
    } else if (!(loop = ofs_loop_new(&err)) || ofs_loop_watch_signals(loop, &err)) {
        status = cli_complain(&err);
    } else {
        status = send_all(cli, channels, loop);
    }
    ofs_loop_free(loop);
    ofs_channels_free(channels);
    return status;
}
