/*
 * The WebSocket over TLS: a certificate and its name have to verify, or nothing is sent.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <openssl/ssl.h>
#include <signal.h>

#include "base/buf.h"
#include "base/text.h"
#include "support/certificate.h"
#include "websocket_peer.h"
#include "wire/wire.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

/* ---- the peer ---- */

static bool hear_head(SSL *tls, char *head, size_t size)
{
    size_t n = 0;
    head[0] = '\0';
    while (n + 1 < size && !strstr(head, "\r\n\r\n")) {
        if (SSL_read(tls, head + n, 1) != 1)
            return false;
        head[++n] = '\0';
    }
    return true;
}

/* The upgrade, one text, and nothing more until the other side is gone. */
static void play_tls(struct peer *peer, int fd)
{
    static const char frame[] = "\x81\x07{\"a\":1}";
    const struct certificate *id = peer->script;
    SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
    SSL_CTX_use_certificate(ctx, id->x509);
    SSL_CTX_use_PrivateKey(ctx, id->key);
    SSL *tls = SSL_new(ctx);
    SSL_set_fd(tls, fd);
    if (SSL_accept(tls) == 1 && hear_head(tls, peer->request, sizeof peer->request)) {
        char answer[512], ignored;
        if (upgrade_text(peer, "", answer, sizeof answer))
            SSL_write(tls, answer, (int)strlen(answer));
        SSL_write(tls, frame, sizeof frame - 1);
        while (SSL_read(tls, &ignored, 1) == 1)
            ;
    }
    SSL_free(tls);
    SSL_CTX_free(ctx);
}

/* ---- cases ---- */

static void on_message(void *ctx, const char *text, size_t len)
{
    assert_int_equal(len, 7);
    assert_string_equal(text, "{\"a\":1}");
    ++*(int *)ctx;
}

static const struct verification {
    const char *what, *host, *name;
    long until;
    enum { NOBODY, CACERT, SYSTEM } trust;
    enum ofs_error_code code;
} cases[] = {
    {"trusted by --cacert", "localhost", "DNS:localhost", 3600, CACERT, OFS_ERR_NONE},
    {"trusted by the system", "localhost", "DNS:localhost", 3600, SYSTEM, OFS_ERR_NONE},
    {"an unknown authority", "localhost", "DNS:localhost", 3600, NOBODY, OFS_ERR_CONNECT},
    {"another's name", "localhost", "DNS:grid.test", 3600, CACERT, OFS_ERR_CONNECT},
    {"an address, but a certificate for a host name", "127.0.0.1", "DNS:localhost", 3600, CACERT,
     OFS_ERR_CONNECT},
    {"expired", "localhost", "DNS:localhost", -3600, CACERT, OFS_ERR_CONNECT},
};

static void test_certificates(void **state)
{
    const char *path = *state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct ofs_error err = {0};
        struct certificate id;
        struct peer peer = {.play = play_tls, .script = &id, .mute = true};
        struct ofs_loop *loop = ofs_loop_new(&err);
        int heard = 0;
        assert_int_equal(certificate_make(cases[i].name, cases[i].until, NULL, &id), 0);
        assert_int_equal(certificate_write(&id, path, NULL), 0);
        if (cases[i].trust == SYSTEM)
            setenv("SSL_CERT_FILE", path, 1);
        else
            unsetenv("SSL_CERT_FILE");
        peer_start(&peer);
        OFS_AUTO_STR url = ofs_text_printf("wss://%s:%d/session/abc", cases[i].host, peer.port);
        struct ofs_wire *wire = ofs_wire_websocket_trusting(
            loop, url, cases[i].trust == CACERT ? path : NULL, ofs_deadline_in(10000), &err);
        print_message("  %s: %s\n", cases[i].what, wire ? "open" : err.text);
        assert_int_equal(wire != NULL, cases[i].code == OFS_ERR_NONE);
        assert_int_equal(err.code, cases[i].code);
        if (wire) {
            wire->ctx = &heard;
            wire->on_message = on_message;
            while (!heard)
                assert_int_equal(ofs_loop_turn(loop, ofs_deadline_in(5000), &err), 0);
            wire->ops->close(wire);
        } else {
            assert_non_null(strstr(err.text, "TLS"));
            assert_non_null(strstr(err.hint, "--cacert"));
        }
        ofs_loop_free(loop);
        peer_stop(&peer);
        certificate_free(&id);
    }
}

static int make_file(void **state)
{
    char path[] = "/tmp/offswitch-tls-XXXXXX";
    int fd = mkstemp(path);
    if (fd < 0)
        return -1;
    close(fd);
    *state = strdup(path);
    return 0;
}

static int remove_file(void **state)
{
    int rc = unlink(*state);
    free(*state);
    return rc;
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_certificates, make_file, remove_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
