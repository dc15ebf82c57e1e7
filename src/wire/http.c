#include "wire/http.h"

#include <stdlib.h>
#include <string.h>

#include "wire/get.h"
#include "wire/libcurl.h"
#include "wire/transfer.h"
#include "wire/url.h"

enum { CONNECT_TIMEOUT = 10000 };

struct ofs_http {
    struct ofs_transfer *transfer;
    CURL *easy;
    struct curl_slist *headers;
    char *url;
    char words[CURL_ERROR_SIZE];
    struct ofs_buf body;
    struct ofs_error failure; /* of the callback that stopped the transfer */
};

static size_t on_data(char *data, size_t size, size_t count, void *user)
{
    struct ofs_http *h = user;
    return ofs_buf_add(&h->body, data, size * count, &h->failure) ? 0 : size * count;
}

static void set_up(struct ofs_http *h, const char *cacert)
{
    h->headers = curl_slist_append(h->headers, "Content-Type: application/json; charset=utf-8");
    /* some hubs send an empty error body unless HTML is accepted */
    h->headers = curl_slist_append(h->headers, "Accept: application/json, */*;q=0.1");
    h->headers = curl_slist_append(h->headers, "Expect:");
    curl_easy_setopt(h->easy, CURLOPT_HTTPHEADER, h->headers);
    curl_easy_setopt(h->easy, CURLOPT_USERAGENT, "offswitch");
#if CURL_AT_LEAST_VERSION(7, 85, 0)
    curl_easy_setopt(h->easy, CURLOPT_PROTOCOLS_STR, "http,https");
#else
    curl_easy_setopt(h->easy, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
    curl_easy_setopt(h->easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(h->easy, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(h->easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(h->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_TIMEOUT);
    curl_easy_setopt(h->easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)h->body.limit);
    curl_easy_setopt(h->easy, CURLOPT_ERRORBUFFER, h->words);
    curl_easy_setopt(h->easy, CURLOPT_WRITEFUNCTION, on_data);
    curl_easy_setopt(h->easy, CURLOPT_WRITEDATA, h);
    if (cacert)
        curl_easy_setopt(h->easy, CURLOPT_CAINFO, cacert);
}

struct ofs_http *ofs_http_new(struct ofs_loop *loop, const char *cacert, size_t limit,
                              struct ofs_error *err)
{
    struct ofs_http *h = calloc(1, sizeof *h);
    if (!h) {
        ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
        return NULL;
    }
    *h = (struct ofs_http){.body = OFS_BUF(limit)};
    h->transfer = ofs_transfer_new(loop, err);
    if (!h->transfer) {
        ofs_http_free(h);
        return NULL;
    }
    h->easy = curl_easy_init();
    if (!h->easy) {
        ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
        ofs_http_free(h);
        return NULL;
    }
    set_up(h, cacert);
    return h;
}

void ofs_http_free(struct ofs_http *h)
{
    if (!h)
        return;
    ofs_transfer_free(h->transfer);
    curl_easy_cleanup(h->easy);
    curl_slist_free_all(h->headers);
    ofs_buf_free(&h->body);
    free(h->url);
    free(h);
}

void ofs_http_drop(struct ofs_http *h)
{
    ofs_transfer_drop(h->transfer);
}

int ofs_http_post(struct ofs_http *h, const struct ofs_http_request *request, struct ofs_error *err)
{
    ofs_http_drop(h);
    ofs_buf_clear(&h->body);
    h->failure = (struct ofs_error){0};
    h->words[0] = '\0';
    free(h->url);
    h->url = strdup(request->url);
    if (!h->url)
        return ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
    curl_easy_setopt(h->easy, CURLOPT_URL, request->url);
    curl_easy_setopt(h->easy, CURLOPT_CUSTOMREQUEST, NULL);
    if (request->body) {
        curl_easy_setopt(h->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)strlen(request->body));
        curl_easy_setopt(h->easy, CURLOPT_COPYPOSTFIELDS, request->body);
    } else {
        curl_easy_setopt(h->easy, CURLOPT_HTTPGET, 1L);
    }
    curl_easy_setopt(h->easy, CURLOPT_CUSTOMREQUEST, request->method);
    /* libcurl sends a request again when a kept connection turns out to be dead. */
    curl_easy_setopt(h->easy, CURLOPT_FRESH_CONNECT, request->once ? 1L : 0L);
    if (ofs_transfer_begin(h->transfer, h->easy, err))
        return ofs_wrap(err, "%s", request->url);
    return 0;
}

static const struct {
    CURLcode curl;
    enum ofs_error_code code;
    const char *words, *hint;
} failures[] = {
    {CURLE_COULDNT_CONNECT, OFS_ERR_CONNECT, "nothing answers there", NULL},
    {CURLE_COULDNT_RESOLVE_HOST, OFS_ERR_CONNECT, "that host is not known", NULL},
    {CURLE_OPERATION_TIMEDOUT, OFS_ERR_CONNECT, "nothing answers there", NULL},
    {CURLE_PEER_FAILED_VERIFICATION, OFS_ERR_CONNECT, "its certificate does not verify",
     "name the private authority's certificate with --cacert FILE, or check the host's name"},
    {CURLE_SSL_CACERT_BADFILE, OFS_ERR_SYSTEM, "the file given with --cacert cannot be read",
     "it has to be a PEM file of certificates"},
    {CURLE_SSL_CONNECT_ERROR, OFS_ERR_CONNECT, "it does not speak TLS",
     "check the port; without TLS the scheme is webdriver://"},
    {CURLE_GOT_NOTHING, OFS_ERR_LOST, "the connection ended without an answer", NULL},
    {CURLE_RECV_ERROR, OFS_ERR_LOST, "the connection was cut", NULL},
    {CURLE_SEND_ERROR, OFS_ERR_LOST, "the connection was cut", NULL},
    {CURLE_PARTIAL_FILE, OFS_ERR_LOST, "the answer broke off", NULL},
};

static int translate(const struct ofs_http *h, CURLcode code, struct ofs_error *err)
{
    if (h->failure.code != OFS_ERR_NONE) {
        *err = h->failure;
        return ofs_wrap(err, "%s", h->url);
    }
    if (code == CURLE_FILESIZE_EXCEEDED)
        return ofs_fail(err, OFS_ERR_TOO_BIG, "%s: the answer is larger than %zu bytes", h->url,
                        h->body.limit);
    for (size_t i = 0; i < sizeof failures / sizeof *failures; i++)
        if (failures[i].curl == code) {
            ofs_fail(err, failures[i].code, "%s: %s%s%.200s%s", h->url, failures[i].words,
                     failures[i].hint && h->words[0] ? " (" : "", failures[i].hint ? h->words : "",
                     failures[i].hint && h->words[0] ? ")" : "");
            return failures[i].hint ? ofs_hint(err, "%s", failures[i].hint) : -1;
        }
    return ofs_fail(err, OFS_ERR_NOT_A_BROWSER, "%s: %s", h->url, curl_easy_strerror(code));
}

int ofs_http_wait(struct ofs_http *h, ofs_deadline deadline, struct ofs_http_answer *ret_answer,
                  struct ofs_error *err)
{
    CURLcode code = CURLE_OK;
    struct ofs_error soft;
    int64_t since_ms = ofs_now_ms();
    if (!ofs_transfer_is_under_way(h->transfer))
        return ofs_fail(err, OFS_ERR_LOST, "nothing was asked");
    if (ofs_transfer_wait(h->transfer, deadline, &code, &soft)) {
        if (soft.code == OFS_ERR_TIMEOUT)
            return ofs_fail(err, OFS_ERR_TIMEOUT, "%s did not answer within %.1f s", h->url,
                            (double)(ofs_now_ms() - since_ms) / 1000);
        *err = soft;
        return -1;
    }
    if (code != CURLE_OK)
        return translate(h, code, err);
    *ret_answer = (struct ofs_http_answer){.body = ofs_buf_str(&h->body), .len = h->body.len};
    curl_easy_getinfo(h->easy, CURLINFO_RESPONSE_CODE, &ret_answer->status);
    return 0;
}

int ofs_http_get(struct ofs_loop *loop, const char *url, ofs_deadline deadline,
                 struct ofs_buf *body, long *ret_status, struct ofs_error *err)
{
    struct ofs_url at;
    if (ofs_url_is_plain(url, &at) && !strcmp(at.scheme, "http") &&
        ofs_get(loop, &at, deadline, body, ret_status))
        return 0;
    struct ofs_http *h = ofs_http_new(loop, NULL, body->limit, err);
    struct ofs_http_answer answer;
    int rc =
        h ? ofs_http_post(h, &(struct ofs_http_request){.method = "GET", .url = url}, err) : -1;
    if (!rc)
        rc = ofs_http_wait(h, deadline, &answer, err);
    if (!rc) {
        *ret_status = answer.status;
        rc = ofs_buf_add(body, answer.body, answer.len, err);
    } else if (err->code == OFS_ERR_LOST) {
        err->code = OFS_ERR_NOT_A_BROWSER;
    }
    ofs_http_free(h);
    return rc;
}
