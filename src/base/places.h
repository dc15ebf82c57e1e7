/*
 * places.h: where a person's files are, and making and removing directories.
 */
#ifndef OFS_BASE_PLACES_H
#define OFS_BASE_PLACES_H

#include <sys/types.h>

/* $XDG_CONFIG_HOME/NAME, or ~/.config/NAME if that is unset or not absolute (XDG Base Directory
 * Specification). NULL if there is no home directory. The caller frees it. */
char *ofs_config_home(const char *name);

/* Make a directory with its parents; an existing one stays as it is. 0, or -1 with errno set. */
int ofs_make_directories(const char *path, mode_t mode);

/* Remove a directory with its contents; follows no link and stays in one file system. 0, or -1 with
 * errno set. */
int ofs_remove_directory(const char *path);

#endif
