#include "wire/http.h"

#include <curl/curl.h>

struct transfer {
    struct ofs_loop *loop;
    struct ofs_buf *body;
    struct ofs_error failure; /* of the callback that stopped the transfer */
};

static size_t on_data(char *data, size_t size, size_t count, void *user)
{
    struct transfer *t = user;
    return ofs_buf_add(t->body, data, size * count, &t->failure) ? 0 : size * count;
}

static int on_progress(void *user, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    struct transfer *t = user;
    (void)a, (void)b, (void)c, (void)d;
    if (!ofs_loop_signal(t->loop))
        return 0;
    ofs_fail(&t->failure, OFS_ERR_INTERRUPTED, "stopped by a signal");
    return 1;
}

static int translate(CURLcode code, const struct transfer *t, const char *url,
                     struct ofs_error *err)
{
    if (t->failure.code != OFS_ERR_NONE) {
        *err = t->failure;
        return ofs_wrap(err, "%s", url);
    }
    switch (code) {
    case CURLE_COULDNT_CONNECT:
    case CURLE_COULDNT_RESOLVE_HOST:
        return ofs_fail(err, OFS_ERR_CONNECT, "%s: nobody answers there", url);
    case CURLE_OPERATION_TIMEDOUT:
        return ofs_fail(err, OFS_ERR_TIMEOUT, "%s: no answer in time", url);
    default:
        return ofs_fail(err, OFS_ERR_NOT_A_BROWSER, "%s: %s", url, curl_easy_strerror(code));
    }
}

int ofs_http_get(struct ofs_loop *loop, const char *url, ofs_deadline deadline,
                 struct ofs_buf *body, long *ret_status, struct ofs_error *err)
{
    int64_t left = ofs_deadline_left(deadline);
    if (left == 0)
        return ofs_fail(err, OFS_ERR_TIMEOUT, "%s: no time was left to ask", url);
    CURL *curl = curl_easy_init();
    if (!curl)
        return ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
    struct transfer t = {.loop = loop, .body = body};
    curl_easy_setopt(curl, CURLOPT_URL, url);
#if CURL_AT_LEAST_VERSION(7, 85, 0)
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http");
#else
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS, (long)CURLPROTO_HTTP);
#endif
    curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)(left > 3600000 ? 3600000 : left));
    curl_easy_setopt(curl, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)body->limit);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_data);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &t);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &t);
    CURLcode code = curl_easy_perform(curl);
    int rc = 0;
    if (code == CURLE_FILESIZE_EXCEEDED)
        rc = ofs_fail(err, OFS_ERR_TOO_BIG, "%s: the answer is larger than %zu bytes", url,
                      body->limit);
    else if (code != CURLE_OK)
        rc = translate(code, &t, url, err);
    else
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, ret_status);
    curl_easy_cleanup(curl);
    return rc;
}
