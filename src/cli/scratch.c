#include "cli/scratch.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/text.h"

char *scratch_make(void)
{
    const char *dir = getenv("TMPDIR");
    char *path = ofs_text_printf("%s/offswitch-rehearsal-XXXXXX", dir && *dir ? dir : "/tmp");
    if (path && !mkdtemp(path)) {
        free(path);
        return NULL;
    }
    return path;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st, (void)kind, (void)at;
    return remove(path);
}

void scratch_remove(const char *path)
{
    nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}
