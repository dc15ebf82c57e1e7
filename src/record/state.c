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
#include "base/places.h"
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

static int refuse_foreign(const char *path, struct ofs_error *err)
{
    struct stat st;
    if (stat(path, &st))
        return ofs_fail_errno(err, OFS_ERR_STATE, "the state directory %s", path);
    if (st.st_uid != geteuid()) {
        ofs_fail(err, OFS_ERR_STATE, "the state directory %s belongs to another user", path);
        return ofs_hint(err, "run as that user, or name a directory of your own with --state DIR");
    }
    if (st.st_mode & (S_IWGRP | S_IWOTH)) {
        ofs_fail(err, OFS_ERR_STATE, "others can write to the state directory %s", path);
        return ofs_hint(err, "run 'chmod go-w %s', or name another with --state DIR", path);
    }
    return 0;
}

int ofs_state_prepare(const char *path, struct ofs_error *err)
{
    OFS_AUTO_STR probe = ofs_text_printf("%s/.writable", path);
    if (!probe)
        return ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
    if (ofs_make_directories(path, 0700))
        return ofs_fail_errno(err, OFS_ERR_STATE, "the state directory %s", path);
    int fd = open(probe, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return ofs_fail_errno(err, OFS_ERR_STATE, "the state directory %s cannot be written", path);
    close(fd);
    unlink(probe);
    return refuse_foreign(path, err);
}

/* Creates the file, with an unused name. */
static int write_beside(int dir, const char *name, const char *text)
{
    size_t len = strlen(text);
    unlinkat(dir, name, 0); /* of a run that was killed */
    int fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return -1;
    bool written = true;
    for (size_t done = 0; written && done < len;) {
        ssize_t n = write(fd, text + done, len - done);
        written = n > 0;
        done += n > 0 ? (size_t)n : 0;
    }
    written = written && !fsync(fd);
    int saved = errno;
    close(fd);
    errno = saved;
    return written ? 0 : -1;
}

int ofs_state_write(const char *path, const char *name, const char *text, struct ofs_error *err)
{
    OFS_AUTO_STR beside = ofs_text_printf(".%s.%ld", name, (long)getpid());
    int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc = 0;
    if (!beside || dir < 0 || write_beside(dir, beside, text) || renameat(dir, beside, dir, name) ||
        fsync(dir)) {
        rc = ofs_fail_errno(err, OFS_ERR_STATE, "%s/%s could not be written", path, name);
        if (dir >= 0 && beside)
            unlinkat(dir, beside, 0);
    }
    if (dir >= 0)
        close(dir);
    return rc;
}

bool ofs_state_is_acknowledged(const char *path, const char *scenario_id)
{
    OFS_AUTO_STR file = ofs_text_printf("%s/acknowledged-%s", path, scenario_id);
    return file && access(file, F_OK) == 0;
}

/* "PREFIX-ID" with the present time in it. */
static int write_date(const char *path, const char *prefix, const char *scenario_id,
                      struct ofs_error *err)
{
    char date[OFS_DATE_SIZE];
    ofs_date_now(date);
    OFS_AUTO_STR name = ofs_text_printf("%s-%s", prefix, scenario_id);
    OFS_AUTO_STR text = ofs_text_printf("%s\n", date);
    return name && text ? ofs_state_write(path, name, text, err)
                        : ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
}

int ofs_state_acknowledge(const char *path, const char *scenario_id, struct ofs_error *err)
{
    return write_date(path, "acknowledged", scenario_id, err);
}

int ofs_state_signed_in(const char *path, const char *scenario_id, struct ofs_error *err)
{
    return write_date(path, "signed-in", scenario_id, err);
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
