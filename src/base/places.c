#include "base/places.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/text.h"

char *ofs_config_home(const char *name)
{
    const char *xdg = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    if (xdg && *xdg == '/')
        return ofs_text_printf("%s/%s", xdg, name);
    return home && *home ? ofs_text_printf("%s/.config/%s", home, name) : NULL;
}

int ofs_make_directories(const char *path, mode_t mode)
{
    OFS_AUTO_STR copy = strdup(path);
    for (char *p = copy && *copy ? copy + 1 : NULL; p && *p; p++)
        if (*p == '/') {
            *p = '\0';
            if (mkdir(copy, mode) && errno != EEXIST)
                return -1;
            *p = '/';
        }
    return copy && (!mkdir(path, mode) || errno == EEXIST) ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st, (void)kind, (void)at;
    return remove(path);
}

int ofs_remove_directory(const char *path)
{
    return nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}
