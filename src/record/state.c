#include "record/state.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/text.h"

char *ofs_state_path(const char *given, struct ofs_error *err)
{
    const char *xdg = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    char *path = NULL;
    if (given)
        path = strdup(given);
    else if (xdg && *xdg == '/')
        path = ofs_text_printf("%s/offswitch", xdg);
    else if (home && *home)
        path = ofs_text_printf("%s/.local/state/offswitch", home);
    if (!path)
        ofs_fail(err, OFS_ERR_STATE, "there is no $HOME to keep the state in");
    return path;
}

int ofs_state_prepare(const char *path, struct ofs_error *err)
{
    OFS_AUTO_STR copy = strdup(path);
    OFS_AUTO_STR probe = ofs_text_printf("%s/.writable", path);
    if (!copy || !probe)
        return ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
    for (char *p = copy; *p; p++)
        if (*p == '/' && p > copy) {
            *p = '\0';
            if (mkdir(copy, 0700) && errno != EEXIST)
                return ofs_fail_errno(err, OFS_ERR_STATE, "the state directory %s", path);
            *p = '/';
        }
    if (mkdir(path, 0700) && errno != EEXIST)
        return ofs_fail_errno(err, OFS_ERR_STATE, "the state directory %s", path);
    int fd = open(probe, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return ofs_fail_errno(err, OFS_ERR_STATE, "the state directory %s cannot be written", path);
    close(fd);
    unlink(probe);
    return 0;
}

static char *acknowledgement(const char *path, const char *scenario_id)
{
    return ofs_text_printf("%s/acknowledged-%s", path, scenario_id);
}

bool ofs_state_is_acknowledged(const char *path, const char *scenario_id)
{
    OFS_AUTO_STR file = acknowledgement(path, scenario_id);
    return file && access(file, F_OK) == 0;
}

static int write_date(const char *file, struct ofs_error *err)
{
    char date[OFS_DATE_SIZE];
    int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    ofs_date_now(date);
    bool written = fd >= 0 && dprintf(fd, "%s\n", date) > 0;
    int rc = written ? 0 : ofs_fail_errno(err, OFS_ERR_STATE, "%s", file);
    if (fd >= 0)
        close(fd);
    return rc;
}

int ofs_state_acknowledge(const char *path, const char *scenario_id, struct ofs_error *err)
{
    OFS_AUTO_STR file = acknowledgement(path, scenario_id);
    return file ? write_date(file, err) : ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
}

int ofs_state_signed_in(const char *path, const char *scenario_id, struct ofs_error *err)
{
    OFS_AUTO_STR file = ofs_text_printf("%s/signed-in-%s", path, scenario_id);
    return file ? write_date(file, err) : ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
}

void ofs_state_signed_in_on(const char *path, const char *scenario_id, char ret_date[OFS_DATE_SIZE])
{
    struct ofs_error ignored;
    OFS_AUTO_BUF text = OFS_BUF(256);
    OFS_AUTO_STR file = ofs_text_printf("%s/signed-in-%s", path, scenario_id);
    ret_date[0] = '\0';
    if (file && !ofs_buf_read_file(&text, file, &ignored))
        snprintf(ret_date, OFS_DATE_SIZE, "%.*s", (int)strcspn(ofs_buf_str(&text), "\n"),
                 ofs_buf_str(&text));
}

void ofs_state_signed_out(const char *path)
{
    DIR *dir = opendir(path);
    const struct dirent *entry;
    while (dir && (entry = readdir(dir))) {
        OFS_AUTO_STR file = strncmp(entry->d_name, "signed-in-", 10)
                                ? NULL
                                : ofs_text_printf("%s/%s", path, entry->d_name);
        if (file)
            unlink(file);
    }
    if (dir)
        closedir(dir);
}
