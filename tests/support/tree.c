#include "support/tree.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/buf.h"
#include "base/text.h"

enum { MOST = 512 };

struct family {
    pid_t ids[MOST];
    size_t n;
};

static pid_t parent_of(const char *id)
{
    OFS_AUTO_STR path = ofs_text_printf("/proc/%s/stat", id);
    OFS_AUTO_BUF text = OFS_BUF(4096);
    struct ofs_error ignored;
    if (!path || ofs_buf_read_file(&text, path, &ignored))
        return -1;
    /* pid (name) state ppid; a name may contain any character */
    const char *name_ends = strrchr(ofs_buf_str(&text), ')');
    return name_ends && strlen(name_ends) > 4 ? atoi(name_ends + 4) : -1;
}

static bool belongs(const struct family *f, pid_t id)
{
    for (size_t i = 0; i < f->n; i++)
        if (f->ids[i] == id)
            return true;
    return false;
}

/* A child may be listed before its parent, so repeat until no new one is found. */
static void gather(pid_t pid, struct family *ret)
{
    bool grown = true;
    *ret = (struct family){.ids = {pid}, .n = 1};
    while (grown) {
        DIR *all = opendir("/proc");
        grown = false;
        for (struct dirent *one; all && (one = readdir(all));) {
            pid_t id = atoi(one->d_name);
            if (id <= 0 || ret->n == MOST || belongs(ret, id) ||
                !belongs(ret, parent_of(one->d_name)))
                continue;
            ret->ids[ret->n++] = id;
            grown = true;
        }
        if (all)
            closedir(all);
    }
}

void tree_end(pid_t pid, int sig)
{
    struct family f;
    if (pid <= 0)
        return;
    gather(pid, &f);
    kill(pid, sig);
    kill(pid, SIGCONT); /* it may be stopped */
    if (sig != SIGKILL)
        waitpid(pid, NULL, 0); /* it ends what it has started, if it can */
    for (size_t i = 1; i < f.n; i++)
        kill(f.ids[i], SIGKILL);
    if (sig == SIGKILL)
        waitpid(pid, NULL, 0);
}

bool tree_has(pid_t pid, const char *words)
{
    struct family f;
    if (pid <= 0)
        return false;
    gather(pid, &f);
    for (size_t i = 0; i < f.n; i++) {
        OFS_AUTO_STR path = ofs_text_printf("/proc/%d/cmdline", f.ids[i]);
        OFS_AUTO_BUF text = OFS_BUF(1 << 20);
        struct ofs_error ignored;
        if (path && !ofs_buf_read_file(&text, path, &ignored) &&
            memmem(text.data, text.len, words, strlen(words)))
            return true;
    }
    return false;
}
