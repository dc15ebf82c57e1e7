#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/print.h"

void help_print(FILE *out)
{
    size_t n;
    const struct command *all = commands_all(&n);
    cli_block(out, 0, "", 0,
              "offswitch: turn off AI training, and the other switches you choose, in the browser "
              "you are signed in with.");
    fputs("\nUsage: offswitch COMMAND [OPTION...]\n\nCommands:\n", out);
    for (size_t i = 0; i < n; i++)
        cli_block(out, 2, all[i].name, 14, all[i].summary);
    cli_block(out, 2, "help", 14, "this page; 'offswitch help COMMAND' for one command");
    fputc('\n', out);
    cli_block(out, 0, "", 0, "'offswitch COMMAND --help' lists the options of a command.");
    cli_block(out, 0, "", 0,
              "Start with 'offswitch rehearse' (it touches nothing real), then 'offswitch check'.");
}

void help_print_command(const struct command *c)
{
    OFS_AUTO_STR usage = ofs_text_printf("offswitch %s %s%s[OPTION...]", c->name, c->arguments,
                                         *c->arguments ? " " : "");
    OFS_AUTO_STR summary = ofs_text_printf("%s: %s.", c->name, c->summary);
    cli_block(stdout, 0, "Usage:", 7, usage ? usage : c->name);
    putchar('\n');
    cli_block(stdout, 0, "", 0, summary ? summary : c->summary);
    cli_block(stdout, 0, "", 0, c->more);
    options_print(stdout, c->options);
    printf("\nExample:\n  %s\n", c->example);
}

void help_print_manual(FILE *out)
{
    size_t n;
    const struct command *all = commands_all(&n);
    fputs(".SH COMMANDS\n", out);
    for (size_t i = 0; i < n; i++) {
        fputs(".TP\n.B ", out);
        cli_roff(out, all[i].name);
        fputs(" \\fR", out);
        cli_roff(out, all[i].arguments);
        fputc('\n', out);
        cli_roff(out, all[i].summary);
        fputs(".\n", out);
        cli_roff(out, all[i].more);
        fputc('\n', out);
    }
    fputs(".SH OPTIONS\nEach option belongs to the commands that are named with it.\n", out);
    fputs(".TP\n.B \\-h, \\-\\-help\nThe options of a command.\n"
          ".TP\n.B \\-V, \\-\\-version\nThe version.\n",
          out);
    options_print_manual(out);
    fputs(".SH EXAMPLES\n.nf\n", out);
    for (size_t i = 0; i < n; i++) {
        cli_roff(out, all[i].example);
        fputc('\n', out);
    }
    fputs(".fi\n", out);
}
