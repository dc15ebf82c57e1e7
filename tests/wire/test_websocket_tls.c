/*
 * The WebSocket over TLS: a certificate has to verify, and its name, or nothing is said.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <signal.h>

#include "base/buf.h"
#include "base/text.h"
#include "websocket_peer.h"
#include "wire/wire.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

/* ---- certificates ---- */

struct identity {
    EVP_PKEY *key;
    X509 *certificate;
};

static void add_extension(X509 *certificate, int nid, const char *value)
{
    X509V3_CTX ctx;
    X509V3_set_ctx_nodb(&ctx);
    X509V3_set_ctx(&ctx, certificate, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
    assert_non_null(extension);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
}

/* One that signs itself, for `name` ("DNS:localhost"), until so many seconds from now. */
static struct identity make_identity(const char *name, long until)
{
    struct identity id = {EVP_EC_gen("P-256"), X509_new()};
    X509_NAME *subject = X509_get_subject_name(id.certificate);
    X509_set_version(id.certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(id.certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(id.certificate), -7200);
    X509_gmtime_adj(X509_getm_notAfter(id.certificate), until);
    X509_set_pubkey(id.certificate, id.key);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (const unsigned char *)"peer", -1, -1,
                               0);
    X509_set_issuer_name(id.certificate, subject);
    add_extension(id.certificate, NID_subject_alt_name, name);
    add_extension(id.certificate, NID_basic_constraints, "critical,CA:TRUE");
    assert_true(X509_sign(id.certificate, id.key, EVP_sha256()) > 0);
    return id;
}

static void write_certificate(const struct identity *id, const char *path)
{
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_int_equal(PEM_write_X509(file, id->certificate), 1);
    fclose(file);
}

static void free_identity(struct identity *id)
{
    EVP_PKEY_free(id->key);
    X509_free(id->certificate);
}

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

/* The upgrade, one text, and nothing more until the other side has gone. */
static void play_tls(struct peer *peer, int fd)
{
    static const char frame[] = "\x81\x07{\"a\":1}";
    const struct identity *id = peer->script;
    SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
    SSL_CTX_use_certificate(ctx, id->certificate);
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
    {"nobody vouches for it", "localhost", "DNS:localhost", 3600, NOBODY, OFS_ERR_CONNECT},
    {"another's name", "localhost", "DNS:grid.test", 3600, CACERT, OFS_ERR_CONNECT},
    {"an address, and the name of a host", "127.0.0.1", "DNS:localhost", 3600, CACERT,
     OFS_ERR_CONNECT},
    {"expired", "localhost", "DNS:localhost", -3600, CACERT, OFS_ERR_CONNECT},
};

static void test_certificates(void **state)
{
    const char *path = *state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct ofs_error err = {0};
        struct identity id = make_identity(cases[i].name, cases[i].until);
        struct peer peer = {.play = play_tls, .script = &id, .mute = true};
        struct ofs_loop *loop = ofs_loop_new(&err);
        int heard = 0;
        write_certificate(&id, path);
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
        free_identity(&id);
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
