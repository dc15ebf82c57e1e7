#include "support/processes.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"

enum { MOST = 8192, GENERATIONS = 16 };

struct process {
    pid_t pid, parent;
};

static int by_pid(const void *a, const void *b)
{
    const struct process *x = a, *y = b;
    return (x->pid > y->pid) - (x->pid < y->pid);
}

/* The parent follows the name, which is in parentheses and may contain any character. */
static pid_t parent_of(const char *pid)
{
    OFS_AUTO_STR path = ofs_text_printf("/proc/%s/stat", pid);
    OFS_AUTO_BUF text = OFS_BUF(1 << 16);
    struct ofs_error ignored;
    int parent = 0;
    if (!path || ofs_buf_read_file(&text, path, &ignored))
        return 0;
    const char *end = strrchr(ofs_buf_str(&text), ')');
    return end && sscanf(end, ") %*c %d", &parent) == 1 ? parent : 0;
}

static size_t list_all(struct process *ret, size_t most)
{
    DIR *dir = opendir("/proc");
    size_t n = 0;
    for (const struct dirent *one; dir && n < most && (one = readdir(dir));) {
        pid_t pid = atoi(one->d_name);
        if (pid > 0)
            ret[n++] = (struct process){pid, parent_of(one->d_name)};
    }
    if (dir)
        closedir(dir);
    qsort(ret, n, sizeof *ret, by_pid);
    return n;
}

static bool descends(const struct process *all, size_t n, struct process one, pid_t ancestor)
{
    for (int i = 0; i < GENERATIONS; i++) {
        if (one.parent == ancestor)
            return true;
        const struct process *parent =
            bsearch(&(struct process){one.parent, 0}, all, n, sizeof *all, by_pid);
        if (!parent)
            return false;
        one = *parent;
    }
    return false;
}

static bool says(pid_t pid, const char *const *words)
{
    OFS_AUTO_STR path = ofs_text_printf("/proc/%d/cmdline", (int)pid);
    OFS_AUTO_BUF text = OFS_BUF(1 << 20);
    struct ofs_error ignored;
    if (!path || ofs_buf_read_file(&text, path, &ignored) || !text.len)
        return false; /* it has ended */
    for (size_t i = 0; i < text.len; i++)
        if (!text.data[i])
            text.data[i] = ' ';
    for (; *words; words++)
        if (!strstr(ofs_buf_str(&text), *words))
            return false;
    return true;
}

size_t processes_find(pid_t ancestor, const char *const *words, pid_t *ret_pids, size_t most)
{
    struct process *all = calloc(MOST, sizeof *all);
    size_t n = all ? list_all(all, MOST) : 0, found = 0;
    for (size_t i = 0; i < n && found < most; i++)
        if ((!ancestor || descends(all, n, all[i], ancestor)) && says(all[i].pid, words))
            ret_pids[found++] = all[i].pid;
    free(all);
    return found;
}
