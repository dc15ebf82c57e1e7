#include "support/certificate.h"

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>

enum { BEGAN = -7200 };

static int extend(X509 *x509, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX ctx;
    X509V3_set_ctx_nodb(&ctx);
    X509V3_set_ctx(&ctx, issuer, x509, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
    int rc = extension && X509_add_ext(x509, extension, -1) ? 0 : -1;
    X509_EXTENSION_free(extension);
    return rc;
}

static int call_it(X509 *x509, const char *name)
{
    return X509_NAME_add_entry_by_txt(X509_get_subject_name(x509), "CN", MBSTRING_ASC,
                                      (const unsigned char *)name, -1, -1, 0)
               ? 0
               : -1;
}

int certificate_make(const char *name, long until, const struct certificate *issuer,
                     struct certificate *ret)
{
    static long serial;
    *ret = (struct certificate){EVP_EC_gen("P-256"), X509_new()};
    const struct certificate *signer = issuer ? issuer : ret;
    if (!ret->key || !ret->x509)
        return -1;
    X509_set_version(ret->x509, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(ret->x509), ++serial);
    X509_gmtime_adj(X509_getm_notBefore(ret->x509), BEGAN);
    X509_gmtime_adj(X509_getm_notAfter(ret->x509), until);
    X509_set_pubkey(ret->x509, ret->key);
    if (call_it(ret->x509, issuer ? "a peer of the tests" : "an authority of the tests") ||
        (name && extend(ret->x509, signer->x509, NID_subject_alt_name, name)) ||
        extend(ret->x509, signer->x509, NID_basic_constraints,
               issuer ? "critical,CA:FALSE" : "critical,CA:TRUE"))
        return -1;
    X509_set_issuer_name(ret->x509, X509_get_subject_name(signer->x509));
    return X509_sign(ret->x509, signer->key, EVP_sha256()) > 0 ? 0 : -1;
}

int certificate_write(const struct certificate *c, const char *path, const char *key_path)
{
    FILE *file = path ? fopen(path, "we") : NULL;
    FILE *key = key_path ? fopen(key_path, "we") : NULL;
    int rc = (path && (!file || !PEM_write_X509(file, c->x509))) ||
                     (key_path &&
                      (!key || !PEM_write_PrivateKey(key, c->key, NULL, NULL, 0, NULL, NULL)))
                 ? -1
                 : 0;
    if (file && fclose(file))
        rc = -1;
    if (key && fclose(key))
        rc = -1;
    return rc;
}

void certificate_free(struct certificate *c)
{
    EVP_PKEY_free(c->key);
    X509_free(c->x509);
    *c = (struct certificate){0};
}
