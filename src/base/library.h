/*
 * library.h: a shared library that only some runs need, loaded at its first use (POSIX dlopen).
 *
 * libcurl and libxml2 bring some thirty other libraries along. Loading them takes longer than
 * everything else that most commands do, and several megabytes. A header for each of them
 * (wire/libcurl.h, watch/libxml2.h) turns the functions that are used into calls by name, so that
 * callers are written as usual. A loaded library stays loaded.
 */
#ifndef OFS_BASE_LIBRARY_H
#define OFS_BASE_LIBRARY_H

#include "base/error.h"

struct ofs_library {
    const char *file; /* the name that the loader knows it by, "libcurl.so.4" */
    void *handle;     /* NULL: not loaded */
};

/* Load it, if it is not loaded yet. OFS_ERR_SYSTEM with the loader's own words if it is missing. */
int ofs_library_load(struct ofs_library *library, struct ofs_error *err);

/* A function of it. If it cannot be loaded, the program ends with a sentence and status 127, as if
 * it were linked: load the library before there is anything to clean up. */
void *ofs_library_find(struct ofs_library *library, const char *name);

/* The function of that name, with the type that its own header declares. */
#define OFS_LIBRARY_CALL(library, name) ((__typeof__(&name))ofs_library_find(&(library), #name))

#endif
