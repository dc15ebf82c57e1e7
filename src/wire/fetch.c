#include "wire/fetch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/text.h"
#include "wire/libcurl.h"
#include "wire/transfer.h"

enum { CONNECT_TIMEOUT = 15000, MOST_REDIRECTS = 5, MOST_WAIT = 30 * 86400, STALL = 30 };

/* ---- addresses ------------------------------------------------------------------------------ */

static char *part_of(const char *url, CURLUPart part)
{
    CURLU *u = curl_url();
    char *text = NULL;
    if (u && !curl_url_set(u, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME))
        curl_url_get(u, part, &text, part == CURLUPART_PORT ? CURLU_DEFAULT_PORT : 0);
    curl_url_cleanup(u);
    return text;
}

/* The registered name, estimated from the number of labels: "a.b.example.co.uk" -> "example.co.uk".
 */
static const char *registered(const char *host)
{
    const char *dots[3] = {host, host, host};
    int n = 0;
    for (const char *p = host + strlen(host); p > host && n < 3; p--)
        if (p[-1] == '.')
            dots[n++] = p;
    if (n < 2)
        return host;
    /* a short second-level label, as in co.uk or com.br, is part of the suffix */
    bool country = strlen(dots[0]) == 2 && dots[0] - dots[1] <= 4;
    return !country ? dots[1] : n == 3 ? dots[2] : host;
}

bool ofs_fetch_same_site(const char *a, const char *b)
{
    char *host_a = part_of(a, CURLUPART_HOST), *host_b = part_of(b, CURLUPART_HOST);
    char *port_a = part_of(a, CURLUPART_PORT), *port_b = part_of(b, CURLUPART_PORT);
    bool same = false;
    if (host_a && host_b && port_a && port_b) {
        bool numbers =
            ofs_text_is_loopback_host(host_a) || host_a[strspn(host_a, "0123456789.")] == 0;
        same = numbers ? !strcasecmp(host_a, host_b) && !strcmp(port_a, port_b)
                       : !strcasecmp(registered(host_a), registered(host_b));
    }
    curl_free(host_a);
    curl_free(host_b);
    curl_free(port_a);
    curl_free(port_b);
    return same;
}

/* Unencrypted connections are for loopback only. */
static int check_scheme(const char *url, const char *safe, const char *plain, struct ofs_error *err)
{
    char *scheme = part_of(url, CURLUPART_SCHEME), *host = part_of(url, CURLUPART_HOST);
    bool good =
        scheme && host &&
        (!strcmp(scheme, safe) || (!strcmp(scheme, plain) && ofs_text_is_loopback_host(host)));
    curl_free(scheme);
    curl_free(host);
    if (good)
        return 0;
    return ofs_fail(err, OFS_ERR_USAGE, "%s: it has to be %s://, or %s:// on this machine", url,
                    safe, plain);
}

/* ---- one transfer --------------------------------------------------------------------------- */

struct fetch {
    CURL *easy;
    struct curl_slist *headers;
    struct ofs_transfer *transfer;
    struct ofs_buf *body; /* or NULL: dropped */
    struct ofs_error failure;
    char words[CURL_ERROR_SIZE];
    struct ofs_fetch_answer *answer;
    const char *rest; /* of what is sent */
};

static size_t on_data(char *data, size_t size, size_t count, void *user)
{
    struct fetch *f = user;
    if (!f->body)
        return size * count;
    return ofs_buf_add(f->body, data, size * count, &f->failure) ? 0 : size * count;
}

static void copy_header(const char *line, size_t n, const char *name, char ret[OFS_FETCH_TAG])
{
    size_t len = strlen(name);
    if (n <= len || strncasecmp(line, name, len))
        return;
    line += len;
    n -= len;
    while (n && (*line == ' ' || *line == '\t'))
        line++, n--;
    while (n && (line[n - 1] == '\r' || line[n - 1] == '\n' || line[n - 1] == ' '))
        n--;
    /* a truncated one would match nothing */
    if (n < OFS_FETCH_TAG)
        snprintf(ret, OFS_FETCH_TAG, "%.*s", (int)n, line);
}

static size_t on_header(char *data, size_t size, size_t count, void *user)
{
    struct fetch *f = user;
    if (f->answer) {
        copy_header(data, size * count, "etag:", f->answer->etag);
        copy_header(data, size * count, "last-modified:", f->answer->last_modified);
        copy_header(data, size * count, "content-type:", f->answer->type);
    }
    return size * count;
}

static int set_up(struct fetch *f, struct ofs_loop *loop, struct ofs_error *err)
{
    f->transfer = ofs_transfer_new(loop, err);
    if (!f->transfer)
        return -1;
    f->easy = curl_easy_init();
    if (!f->easy)
        return ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
    curl_easy_setopt(f->easy, CURLOPT_USERAGENT,
                     "offswitch/" OFS_VERSION " (watches this document for its reader)");
    curl_easy_setopt(f->easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(f->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_TIMEOUT);
    curl_easy_setopt(f->easy, CURLOPT_LOW_SPEED_LIMIT, 16L);
    curl_easy_setopt(f->easy, CURLOPT_LOW_SPEED_TIME, (long)STALL);
    curl_easy_setopt(f->easy, CURLOPT_ERRORBUFFER, f->words);
    curl_easy_setopt(f->easy, CURLOPT_WRITEFUNCTION, on_data);
    curl_easy_setopt(f->easy, CURLOPT_WRITEDATA, f);
    curl_easy_setopt(f->easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(f->easy, CURLOPT_HEADERDATA, f);
    return 0;
}

static void clean(struct fetch *f)
{
    ofs_transfer_free(f->transfer);
    curl_easy_cleanup(f->easy);
    curl_slist_free_all(f->headers);
}
#define AUTO_FETCH __attribute__((cleanup(clean))) struct fetch

static const struct {
    CURLcode curl;
    enum ofs_error_code code;
    const char *words;
} failures[] = {
    {CURLE_COULDNT_RESOLVE_HOST, OFS_ERR_CONNECT, "the host's name could not be resolved"},
    {CURLE_COULDNT_RESOLVE_PROXY, OFS_ERR_CONNECT, "the proxy's name could not be resolved"},
    {CURLE_COULDNT_CONNECT, OFS_ERR_CONNECT, "nothing answers there"},
    {CURLE_OPERATION_TIMEDOUT, OFS_ERR_TIMEOUT, "it did not answer in time"},
    {CURLE_PEER_FAILED_VERIFICATION, OFS_ERR_CONNECT, "its certificate does not verify"},
    {CURLE_SSL_CONNECT_ERROR, OFS_ERR_CONNECT, "it does not speak TLS"},
    {CURLE_USE_SSL_FAILED, OFS_ERR_CONNECT, "the mail server offers no TLS"},
    {CURLE_LOGIN_DENIED, OFS_ERR_PEER, "the user name or the password was refused"},
    {CURLE_GOT_NOTHING, OFS_ERR_LOST, "the connection ended without an answer"},
    {CURLE_RECV_ERROR, OFS_ERR_LOST, "the connection was cut"},
    {CURLE_SEND_ERROR, OFS_ERR_LOST, "the connection was cut"},
    {CURLE_PARTIAL_FILE, OFS_ERR_LOST, "the answer broke off"},
};

static int translate(const struct fetch *f, const char *url, CURLcode code, struct ofs_error *err)
{
    if (code == CURLE_FILESIZE_EXCEEDED || f->failure.code == OFS_ERR_TOO_BIG) {
        ofs_fail(err, OFS_ERR_TOO_BIG, "%s: larger than %zu MiB", url, f->body->limit >> 20);
        return ofs_hint(err, "no document of terms is so large; check the address");
    }
    if (f->failure.code != OFS_ERR_NONE) {
        *err = f->failure;
        return ofs_wrap(err, "%s", url);
    }
    for (size_t i = 0; i < sizeof failures / sizeof *failures; i++)
        if (failures[i].curl == code) {
            ofs_fail(err, failures[i].code, "%s: %s", url, failures[i].words);
            return ofs_hint(err, "%s", "check the address and the network");
        }
    return ofs_fail(err, OFS_ERR_PEER, "%s: %s", url,
                    f->words[0] ? f->words : curl_easy_strerror(code));
}

static int perform(struct fetch *f, const char *url, ofs_deadline deadline, struct ofs_error *err)
{
    CURLcode code = CURLE_OK;
    struct ofs_error soft;
    int64_t since_ms = ofs_now_ms();
    curl_easy_setopt(f->easy, CURLOPT_HTTPHEADER, f->headers);
    curl_easy_setopt(f->easy, CURLOPT_URL, url);
    if (ofs_transfer_begin(f->transfer, f->easy, err))
        return -1;
    if (ofs_transfer_wait(f->transfer, deadline, &code, &soft)) {
        ofs_transfer_drop(f->transfer);
        if (soft.code == OFS_ERR_TIMEOUT)
            return ofs_fail(err, OFS_ERR_TIMEOUT, "%s did not answer within %.1f s", url,
                            (double)(ofs_now_ms() - since_ms) / 1000);
        *err = soft;
        return -1;
    }
    return code == CURLE_OK ? 0 : translate(f, url, code, err);
}

/* ---- documents ------------------------------------------------------------------------------ */

static int ask(struct fetch *f, const struct ofs_fetch_request *request, const char *url,
               ofs_deadline deadline, struct ofs_error *err)
{
    OFS_AUTO_STR tag = request->etag && *request->etag
                           ? ofs_text_printf("If-None-Match: %s", request->etag)
                           : NULL;
    OFS_AUTO_STR date = request->last_modified && *request->last_modified
                            ? ofs_text_printf("If-Modified-Since: %s", request->last_modified)
                            : NULL;
    curl_slist_free_all(f->headers);
    f->headers = curl_slist_append(NULL, "Accept: text/html, text/plain, text/markdown, */*;q=0.1");
    f->headers = curl_slist_append(f->headers, "Accept-Language: en");
    if (tag)
        f->headers = curl_slist_append(f->headers, tag);
    if (date)
        f->headers = curl_slist_append(f->headers, date);
    ofs_buf_clear(f->body);
    *f->answer = (struct ofs_fetch_answer){0};
    snprintf(f->answer->address, sizeof f->answer->address, "%s", url);
    curl_easy_setopt(f->easy, CURLOPT_HTTPGET, 1L);
    curl_easy_setopt(f->easy, CURLOPT_ACCEPT_ENCODING, "");
    curl_easy_setopt(f->easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)f->body->limit);
    if (perform(f, url, deadline, err))
        return -1;
    curl_off_t wait = 0;
    curl_easy_getinfo(f->easy, CURLINFO_RESPONSE_CODE, &f->answer->status);
    curl_easy_getinfo(f->easy, CURLINFO_RETRY_AFTER, &wait);
    f->answer->retry_after = wait < 0 ? 0 : wait > MOST_WAIT ? MOST_WAIT : (int64_t)wait;
    return 0;
}

int ofs_fetch_document(struct ofs_loop *loop, const struct ofs_fetch_request *request,
                       ofs_deadline deadline, struct ofs_buf *body,
                       struct ofs_fetch_answer *ret_answer, struct ofs_error *err)
{
    AUTO_FETCH f = {.body = body, .answer = ret_answer};
    OFS_AUTO_STR url = strdup(request->url);
    if (!url)
        return ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
    if (check_scheme(url, "https", "http", err) || set_up(&f, loop, err))
        return -1;
    for (int i = 0; i <= MOST_REDIRECTS; i++) {
        char *next = NULL;
        if (ask(&f, request, url, deadline, err))
            return -1;
        if (ret_answer->status < 300 || ret_answer->status > 399 || ret_answer->status == 304)
            return 0;
        curl_easy_getinfo(f.easy, CURLINFO_REDIRECT_URL, &next);
        if (!next)
            return 0;
        snprintf(ret_answer->address, sizeof ret_answer->address, "%s", next);
        struct ofs_error ignored;
        if (!ofs_fetch_same_site(url, next) || check_scheme(next, "https", "http", &ignored)) {
            ret_answer->elsewhere = true;
            return 0;
        }
        char *copy = strdup(next);
        if (!copy)
            return ofs_fail(err, OFS_ERR_SYSTEM, "out of memory");
        free(url);
        url = copy;
    }
    return ofs_fail(err, OFS_ERR_PEER, "%s: it is sent on from page to page without end",
                    request->url);
}

/* ---- web hooks and mail --------------------------------------------------------------------- */

int ofs_fetch_post(struct ofs_loop *loop, const char *url, const char *cacert,
                   const char *const *headers, const char *body, ofs_deadline deadline,
                   struct ofs_error *err)
{
    AUTO_FETCH f = {0};
    long status = 0;
    if (check_scheme(url, "https", "http", err) || set_up(&f, loop, err))
        return -1;
    if (cacert)
        curl_easy_setopt(f.easy, CURLOPT_CAINFO, cacert);
    f.headers = curl_slist_append(NULL, "Expect:");
    for (; *headers; headers++)
        f.headers = curl_slist_append(f.headers, *headers);
    curl_easy_setopt(f.easy, CURLOPT_USERAGENT, "offswitch/" OFS_VERSION);
    curl_easy_setopt(f.easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)strlen(body));
    curl_easy_setopt(f.easy, CURLOPT_POSTFIELDS, body);
    /* an address may contain a token: errors do not repeat it */
    char *host = part_of(url, CURLUPART_HOST);
    int rc = perform(&f, url, deadline, err);
    if (rc)
        ofs_fail(err, err->code, "%s: %s", host ? host : "the address",
                 f.words[0] ? f.words : "no answer");
    curl_easy_getinfo(f.easy, CURLINFO_RESPONSE_CODE, &status);
    if (!rc && (status < 200 || status > 299))
        rc = ofs_fail(err, OFS_ERR_PEER, "%s answered with HTTP %ld", host ? host : "it", status);
    curl_free(host);
    return rc;
}

static size_t on_read(char *to, size_t size, size_t count, void *user)
{
    struct fetch *f = user;
    size_t n = strlen(f->rest);
    n = n < size * count ? n : size * count;
    memcpy(to, f->rest, n);
    f->rest += n;
    return n;
}

int ofs_fetch_mail(struct ofs_loop *loop, const struct ofs_mail *mail, ofs_deadline deadline,
                   struct ofs_error *err)
{
    AUTO_FETCH f = {.rest = mail->message};
    char *host = part_of(mail->url, CURLUPART_HOST), *scheme = part_of(mail->url, CURLUPART_SCHEME);
    bool smtp = scheme && (!strcmp(scheme, "smtp") || !strcmp(scheme, "smtps"));
    bool local = host && ofs_text_is_loopback_host(host);
    curl_free(host);
    curl_free(scheme);
    if (!smtp)
        return ofs_fail(err, OFS_ERR_USAGE,
                        "a mail server is named as smtps://HOST or smtp://HOST");
    if (set_up(&f, loop, err))
        return -1;
    struct curl_slist *to = NULL;
    if (mail->cacert)
        curl_easy_setopt(f.easy, CURLOPT_CAINFO, mail->cacert);
    for (const char *const *one = mail->to; *one; one++)
        to = curl_slist_append(to, *one);
    curl_easy_setopt(f.easy, CURLOPT_USE_SSL, (long)(local ? CURLUSESSL_TRY : CURLUSESSL_ALL));
    if (mail->user && *mail->user) {
        curl_easy_setopt(f.easy, CURLOPT_USERNAME, mail->user);
        curl_easy_setopt(f.easy, CURLOPT_PASSWORD, mail->password ? mail->password : "");
    }
    curl_easy_setopt(f.easy, CURLOPT_MAIL_FROM, mail->from);
    curl_easy_setopt(f.easy, CURLOPT_MAIL_RCPT, to);
    curl_easy_setopt(f.easy, CURLOPT_READFUNCTION, on_read);
    curl_easy_setopt(f.easy, CURLOPT_READDATA, &f);
    curl_easy_setopt(f.easy, CURLOPT_UPLOAD, 1L);
    int rc = perform(&f, mail->url, deadline, err);
    curl_slist_free_all(to);
    return rc;
}
