#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "browser/backends.h"
#include "wire/http.h"

/* Where browsers keep their user data, under $HOME (or $XDG_CONFIG_HOME for ".config/"). Each holds
 * DevToolsActivePort while (and after!) a debugging port was open. */
static const char *const data_dirs[] = {
    ".config/google-chrome",
    ".config/google-chrome-beta",
    ".config/chromium",
    ".config/microsoft-edge",
    ".config/BraveSoftware/Brave-Browser",
    ".config/vivaldi",
    ".config/opera",
    "snap/chromium/common/chromium",
    ".var/app/com.google.Chrome/config/google-chrome",
    ".var/app/org.chromium.Chromium/config/chromium",
    ".var/app/com.brave.Browser/config/BraveSoftware/Brave-Browser",
    ".var/app/com.microsoft.Edge/config/microsoft-edge",
    "Library/Application Support/Google/Chrome",
    "Library/Application Support/Chromium",
    "Library/Application Support/Microsoft Edge",
    "Library/Application Support/BraveSoftware/Brave-Browser",
    "Library/Application Support/Vivaldi",
    "Library/Application Support/com.operasoftware.Opera",
};

static char *data_dir(size_t i)
{
    const char *home = getenv("HOME"), *config = getenv("XDG_CONFIG_HOME");
    if (config && *config && !strncmp(data_dirs[i], ".config/", 8))
        return ofs_text_printf("%s/%s", config, data_dirs[i] + 8);
    return home ? ofs_text_printf("%s/%s", home, data_dirs[i]) : NULL;
}

/* The file outlives its browser, so the port is asked; HTTP 200 is a classic port, ready to use. */
static int is_ready(struct ofs_loop *loop, const char *dir, ofs_deadline deadline,
                    char ret_host_port[64])
{
    struct ofs_error ignored;
    OFS_AUTO_BUF file = OFS_BUF(4096);
    OFS_AUTO_BUF body = OFS_BUF(1 << 20);
    OFS_AUTO_STR path = dir ? ofs_text_printf("%s/DevToolsActivePort", dir) : NULL;
    if (!path || ofs_buf_read_file(&file, path, &ignored))
        return 0;
    long port = strtol(ofs_buf_str(&file), NULL, 10), status = 0;
    if (port < 1 || port > 65535)
        return 0;
    snprintf(ret_host_port, 64, "127.0.0.1:%ld", port);
    OFS_AUTO_STR url = ofs_text_printf("http://%s/json/version", ret_host_port);
    return url &&
           !ofs_http_get(loop, url, ofs_deadline_min(deadline, ofs_deadline_in(2000)), &body,
                         &status, &ignored) &&
           status == 200 && strstr(ofs_buf_str(&body), "webSocketDebuggerUrl");
}

int ofs_find_running(struct ofs_loop *loop, ofs_deadline deadline, char ret_host_port[64])
{
    OFS_AUTO_STR named = getenv("CHROME_USER_DATA_DIR") ? strdup(getenv("CHROME_USER_DATA_DIR"))
                                                        : NULL;
    if (named && is_ready(loop, named, deadline, ret_host_port))
        return 1;
    for (size_t i = 0; i < sizeof data_dirs / sizeof *data_dirs; i++) {
        OFS_AUTO_STR dir = data_dir(i);
        if (is_ready(loop, dir, deadline, ret_host_port))
            return 1;
    }
    return 0;
}
