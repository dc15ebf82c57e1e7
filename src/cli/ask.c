#include "cli/ask.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <termios.h>
#include <unistd.h>

#include "base/buf.h"
#include "cli/print.h"
#include "cli/run.h"

bool ask_can(void)
{
    return isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

/* Discard what was typed before the question. */
static void drain_input(void)
{
    char typed[256];
    struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
    tcflush(STDIN_FILENO, TCIFLUSH);
    while (poll(&in, 1, 0) > 0 && in.revents & POLLIN)
        if (read(STDIN_FILENO, typed, sizeof typed) <= 0)
            return;
}

/* One line; false on a signal, at the end of the input, and for a line that is longer. Not stdio:
 * it would keep what was typed ahead. */
static bool read_line(struct session *session, char *ret_line, size_t size)
{
    struct pollfd fds[] = {{.fd = STDIN_FILENO, .events = POLLIN},
                           {.fd = ofs_loop_signal_fd(session->loop), .events = POLLIN}};
    while (poll(fds, 2, -1) >= 0) {
        if (fds[1].revents && ofs_loop_signal(session->loop))
            return false;
        if (!fds[0].revents)
            continue;
        ssize_t n = read(STDIN_FILENO, ret_line, size - 1);
        if (n <= 0 || ret_line[n - 1] != '\n')
            return false;
        ret_line[n - 1] = '\0';
        return true;
    }
    return false;
}

/* Where the last sentence begins; the "[y/N]" after it is a part of it. */
static const char *last_sentence(const char *prompt)
{
    const char *last = prompt, *before = prompt;
    for (const char *p = prompt; (p = strpbrk(p, ".?")) != NULL; p++)
        if (p[1] == ' ') {
            before = last;
            last = p + 2;
        }
    return *last == '[' ? before : last;
}

/* One line; if it is too long for that, the last sentence has its own line. */
static void print_prompt(const char *prompt)
{
    const char *last = last_sentence(prompt);
    OFS_AUTO_STR rest = strndup(prompt, (size_t)(last - prompt));
    bool fits = cli_width(prompt) + 4 <= cli_columns(stderr);
    fputc('\n', stderr);
    if (!fits && rest && *rest)
        cli_block(stderr, 0, "", 0, rest);
    fprintf(stderr, "%s ", fits ? prompt : last);
}

/* The prompt on its own line, the answer, and an empty line after it. */
static bool ask(struct session *session, const char *prompt, char *ret_line, size_t size)
{
    if (session->job)
        ofs_job_pause(session->job);
    session_clear_progress(session);
    fflush(stdout);
    drain_input();
    print_prompt(prompt);
    fflush(stderr);
    bool answered = read_line(session, ret_line, size);
    fputs(answered ? "\n" : "\n\n", stderr);
    if (session->job)
        ofs_job_resume(session->job);
    return answered;
}

bool ask_yes(struct session *session, const char *question)
{
    char line[64], prompt[512];
    snprintf(prompt, sizeof prompt, "%s [y/N]", question);
    return ask(session, prompt, line, sizeof line) &&
           (!strcasecmp(line, "y") || !strcasecmp(line, "yes"));
}

int ask_which(struct session *session, const char *heading, const char *const *titles, size_t n)
{
    char line[64], prompt[64], *rest;
    session_clear_progress(session);
    fprintf(stderr, "%s\n", heading);
    for (size_t i = 0; i < n; i++) {
        char number[24];
        snprintf(number, sizeof number, "%zu", i + 1);
        cli_block(stderr, 2, number, 5, titles[i]);
    }
    snprintf(prompt, sizeof prompt, "Which one? [1-%zu]", n);
    if (!ask(session, prompt, line, sizeof line))
        return -1;
    unsigned long number = strtoul(line, &rest, 10);
    return rest != line && !*rest && number >= 1 && number <= n ? (int)number - 1 : -1;
}

bool ask_text(struct session *session, const char *question, const char *otherwise, char *ret_line,
              size_t size)
{
    char prompt[512];
    snprintf(prompt, sizeof prompt, "%s%s%s%s", question, otherwise ? " [" : "",
             otherwise ? otherwise : "", otherwise ? "]" : "");
    if (!ask(session, prompt, ret_line, size))
        return false;
    if (!*ret_line && otherwise)
        snprintf(ret_line, size, "%s", otherwise);
    return *ret_line != '\0';
}
