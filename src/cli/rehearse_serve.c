/* `offswitch rehearse --serve PORT`: nothing but the replica, until a signal comes. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "cli/rehearse.h"
#include "rehearsal/site.h"
#include "wire/loop.h"

/* A number from 0 to `most`; NULL is `usual`. Less than 0 if it is none. */
static int64_t parse_number(const char *option, const char *text, int64_t most, int64_t usual,
                            struct ofs_error *err)
{
    char *end = NULL;
    if (!text)
        return usual;
    errno = 0;
    long long n = strtoll(text, &end, 10);
    if (errno || end == text || *end || n < 0 || n > most)
        return ofs_fail(err, OFS_ERR_USAGE, "--%s wants a number from 0 to %lld, not \"%s\"",
                        option, (long long)most, text);
    return n;
}

int rehearse_delays(const struct cli *cli, struct ofs_site_options *options, struct ofs_error *err)
{
    int64_t seed = parse_number("seed", cli->seed, INT64_MAX, 1, err);
    int64_t most = seed < 0 ? -1 : parse_number("delay-max", cli->delay_max, 3600000, 0, err);
    if (most < 0)
        return -1;
    options->seed = (uint64_t)seed;
    options->delay_max_ms = most;
    return 0;
}

int rehearse_port(const char *text, struct ofs_error *err)
{
    char *end = NULL;
    errno = 0;
    long port = strtol(text, &end, 10);
    if (errno || end == text || *end || port < 0 || port > 65535) {
        ofs_fail(err, OFS_ERR_USAGE, "--serve wants a port, not \"%s\"", text);
        return ofs_hint(err, "a number up to 65535, or 0 for any free port");
    }
    return (int)port;
}

int rehearse_until_signal(struct ofs_loop *loop, const char *origin, struct ofs_error *err)
{
    printf("%s\n", origin);
    if (fflush(stdout))
        return ofs_fail_errno(err, OFS_ERR_SYSTEM, "the address could not be written");
    int rc;
    do
        rc = ofs_loop_turn(loop, OFS_NEVER, err);
    while (!rc);
    return err->code == OFS_ERR_INTERRUPTED ? 0 : rc;
}

int rehearse_serve(const struct cli *cli)
{
    struct ofs_error err = {0};
    int port = rehearse_port(cli->serve, &err);
    struct ofs_site_options options = {
        .port = port, .lang = cli->lang, .generation = cli->generation, .faults = cli->fault};
    if (port < 0 || rehearse_delays(cli, &options, &err))
        return cli_complain(&err);
    if (cli->seed)
        fprintf(stderr, "delays of seed %" PRIu64 "\n", options.seed);
    struct ofs_loop *loop = ofs_loop_new(&err);
    if (!loop)
        return cli_complain(&err);
    struct ofs_site *site = NULL;
    int rc = ofs_loop_watch_signals(loop, &err);
    if (!rc)
        site = ofs_site_new(loop, &options, &err);
    rc = site ? rehearse_until_signal(loop, ofs_site_origin(site), &err) : -1;
    ofs_site_free(site);
    ofs_loop_free(loop);
    return rc ? cli_complain(&err) : 0;
}
