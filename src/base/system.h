/*
 * system.h: the few system calls that only Linux has, each with a twin of plain POSIX. If
 * OFS_PORTABLE is defined (everywhere but on Linux, and there by `make portable`), the twins are
 * used. No other file calls what only Linux has; tests/rooms.sh checks that.
 */
#ifndef OFS_BASE_SYSTEM_H
#define OFS_BASE_SYSTEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#if !defined(__linux__) && !defined(OFS_PORTABLE)
#define OFS_PORTABLE 1
#endif

/* A pipe that no child inherits: [0] to read, [1] to write. -1 with errno. */
int ofs_system_pipe(int ret[2]);

/* `n` random bytes of the system. False if it has none; errno says why. */
bool ofs_system_random(void *ret, size_t n);

/* A file that has no name (any more) and that no child inherits, in $TMPDIR or /tmp. -1 with errno.
 */
int ofs_system_temporary(void);

/* A descriptor that becomes readable when the child ends, or -1 if the system has none: poll it.
 * The caller closes it. */
int ofs_system_watch_child(pid_t child);

/* The path of the running program; "" if it is not known. The twin knows it only after `set` with
 * the program's argv[0]; on Linux `set` does nothing. */
void ofs_system_set_program(const char *argv0);
void ofs_system_program(char *ret, size_t size);

/* When a process began, seconds since 1970; 0 if the system does not report it. */
int64_t ofs_system_began(long pid);

/* The command line of a process, its arguments ended by NUL or separated by blanks, at most size -
 * 1 bytes. Returns how many; 0 if the system does not report it. */
size_t ofs_system_command_line(long pid, char *ret, size_t size);

#endif
