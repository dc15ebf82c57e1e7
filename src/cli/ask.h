/*
 * ask.h: questions to the person. They go to standard error and are answered on standard input, and
 * only when both are a terminal. What was typed before a question was shown does not answer it. The
 * time that the person takes does not count against the run's timeout.
 */
#ifndef OFS_CLI_ASK_H
#define OFS_CLI_ASK_H

#include <stdbool.h>
#include <stddef.h>

struct session;

/* Is there a terminal to ask on? */
bool ask_can(void);

/* QUESTION [y/N]: true for "y" and "yes". Anything else, the end of the input and a signal mean
 * no. */
bool ask_yes(struct session *session, const char *question);

/* Which of `n`, by number: an index, or -1 for none of them. */
int ask_which(struct session *session, const char *heading, const char *const *titles, size_t n);

/* A line of text, without its end; false if nothing was answered. `otherwise` (may be NULL) is what
 * an empty line means, and is shown. */
bool ask_text(struct session *session, const char *question, const char *otherwise, char *ret_line,
              size_t size);

#endif
