#include "wire/versions.h"

#include <libwebsockets.h>
#include <stdio.h>
#include <string.h>

#include "wire/libcurl.h"

const char *ofs_version_libwebsockets(void)
{
    /* "4.1.6-", and the revision it was built from */
    static char version[32];
    const char *full = lws_get_library_version();
    snprintf(version, sizeof version, "%.*s", (int)strcspn(full, "-"), full);
    return version;
}

const char *ofs_version_libcurl(void)
{
    struct ofs_error ignored;
    return ofs_libcurl_load(&ignored) ? NULL : curl_version_info(CURLVERSION_NOW)->version;
}
