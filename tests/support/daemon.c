#include "support/daemon.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/text.h"
#include "support/child.h"

/* Below the ports that the system gives to outgoing connections (ip_local_port_range): another
 * process may take one of those before a Java program listens. */
enum { PORT_FROM = 12000, PORTS = 20000, PORT_TRIES = 200 };

static bool is_free(int port)
{
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                             .sin_port = htons((uint16_t)port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool is_bound = fd >= 0 && !bind(fd, (struct sockaddr *)&at, sizeof at);
    if (fd >= 0)
        close(fd);
    return is_bound;
}

int daemon_free_port(void)
{
    for (int i = 0; i < PORT_TRIES; i++) {
        uint32_t lot;
        if (getrandom(&lot, sizeof lot, 0) != sizeof lot)
            break;
        int port = PORT_FROM + (int)(lot % PORTS);
        if (is_free(port))
            return port;
    }
    return 0;
}

int daemon_start(const char *dir, const char *name, char *const *argv, pid_t *ret_pid,
                 struct ofs_error *err)
{
    OFS_AUTO_STR out = ofs_text_printf("%s/%s.out", dir, name);
    OFS_AUTO_STR errors = ofs_text_printf("%s/%s.err", dir, name);
    struct child_options options = {.argv = argv, .out = out, .errors = errors};
    struct child child;
    if (child_start(&options, &child, err))
        return -1;
    close(child.alive_fd);
    *ret_pid = child.pid;
    return 0;
}

char *daemon_line(const char *dir, const char *name)
{
    OFS_AUTO_STR path = ofs_text_printf("%s/%s.out", dir, name);
    OFS_AUTO_BUF text = OFS_BUF(1 << 20);
    struct ofs_error ignored;
    if (!path || ofs_buf_read_file(&text, path, &ignored))
        return NULL;
    size_t n = strcspn(ofs_buf_str(&text), "\n");
    return n && n < text.len ? strndup(ofs_buf_str(&text), n) : NULL;
}

int daemon_write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "we");
    if (!file)
        return -1;
    int rc = fputs(text, file) < 0 ? -1 : 0;
    return fclose(file) ? -1 : rc;
}
