#include "wire/libcurl.h"

struct ofs_library ofs_libcurl = {.file = OFS_LIBCURL};

int ofs_libcurl_load(struct ofs_error *err)
{
    return ofs_library_load(&ofs_libcurl, err);
}
