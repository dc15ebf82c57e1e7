#include "base/library.h"

#include <dlfcn.h>
#include <stdio.h>
#include <unistd.h>

int ofs_library_load(struct ofs_library *library, struct ofs_error *err)
{
    if (!library->handle)
        library->handle = dlopen(library->file, RTLD_LAZY | RTLD_LOCAL);
    if (library->handle)
        return 0;
    const char *why = dlerror();
    return ofs_fail(err, OFS_ERR_SYSTEM, "a library could not be loaded: %s",
                    why ? why : library->file);
}

void *ofs_library_find(struct ofs_library *library, const char *name)
{
    struct ofs_error err;
    void *function = ofs_library_load(library, &err) ? NULL : dlsym(library->handle, name);
    if (function)
        return function;
    fprintf(stderr, "offswitch: %s has no %s\n", library->file, name);
    _exit(127);
}
