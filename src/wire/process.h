/*
 * process.h: a child with a pipe in (its descriptor 3) and a pipe out (its descriptor 4), as
 * --remote-debugging-pipe requires. Its standard error is kept in a small unlinked file, so that a
 * failed start can be reported in the child's own words.
 */
#ifndef OFS_WIRE_PROCESS_H
#define OFS_WIRE_PROCESS_H

#include <stddef.h>

#include "base/clock.h"
#include "base/error.h"
#include "wire/loop.h"

struct ofs_process;

/* Start `argv` (argv[0] is a path). The child leads a process group of its own, so that Ctrl-C at
 * the terminal does not reach it directly. The caller owns the result and both descriptors. */
struct ofs_process *ofs_process_start(char *const argv[], int *ret_read_fd, int *ret_write_fd,
                                      struct ofs_error *err);

/* Wait at most until `limit` for the child to exit; then SIGTERM, then SIGKILL to its group. The
 * rest of the group is killed too. Always reaps. Frees the process. */
void ofs_process_end(struct ofs_process *process, ofs_deadline limit);

/* The last line that the child wrote to standard error, into `ret_text` (maybe ""). */
void ofs_process_last_words(struct ofs_process *process, char *ret_text, size_t size);

#endif
