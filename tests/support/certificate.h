/*
 * certificate.h: certificates for a test: authorities, and peers that one has signed.
 */
#ifndef TESTS_CERTIFICATE_H
#define TESTS_CERTIFICATE_H

#include <openssl/evp.h>
#include <openssl/x509.h>

struct certificate {
    EVP_PKEY *key;
    X509 *x509;
};

/* For a name such as "DNS:localhost" (NULL: none), valid for that many seconds from now. Without an
 * issuer it signs itself, and may sign others. -1 on failure; free it anyway. */
int certificate_make(const char *name, long until, const struct certificate *issuer,
                     struct certificate *ret);

/* Written as PEM; a NULL path is skipped. -1 on failure. */
int certificate_write(const struct certificate *certificate, const char *path,
                      const char *key_path);

void certificate_free(struct certificate *certificate);

#endif
