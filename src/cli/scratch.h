/*
 * scratch.h: a directory for a browser's profile and for files that live as long as a command.
 */
#ifndef OFS_CLI_SCRATCH_H
#define OFS_CLI_SCRATCH_H

/* An empty one, under $TMPDIR; NULL with errno set. The caller removes it and frees the path. */
char *scratch_make(void);
void scratch_remove(const char *path);

#endif
