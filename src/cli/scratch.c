#include "cli/scratch.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/places.h"
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

void scratch_remove(const char *path)
{
    ofs_remove_directory(path);
}
