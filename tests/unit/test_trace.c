/*
 * The trace: which parts of a message are written, and which never are.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/json.h"
#include "browser/trace.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))
#define SECRET "s3cr3t"

/* Texts are written with ' for ". */
static cJSON *parse(const char *text)
{
    struct ofs_error err = {0};
    OFS_AUTO_STR copy = strdup(text);
    assert_non_null(copy);
    for (char *p = copy; *p; p++)
        *p = *p == '\'' ? '"' : *p;
    cJSON *value = ofs_json_parse(copy, strlen(copy), &err);
    if (!value)
        fail_msg("%s: %s", text, err.text);
    return value;
}

/* Messages with a secret in each place that can have one. */
static const char *const secretive[] = {
    /* header values, as CDP writes them */
    "{'params':{'request':{'headers':{'Cookie':'" SECRET "','X-Whatever':'" SECRET "'}}}}",
    "{'params':{'headers':{'csrf-token':'" SECRET "','authorization':'Bearer " SECRET "'}}}",
    "{'params':{'response':{'requestHeaders':{'x-restli':'" SECRET "'}}}}",
    "{'params':{'headersText':'GET / HTTP/1.1\\r\\nCookie: li_at=" SECRET "\\r\\n'}}",
    "{'params':{'response':{'requestHeadersText':'Cookie: " SECRET "'}}}",
    "{'params':{'response':{'headersText':'Set-Cookie: a=" SECRET "'}}}",
    /* what else is open in the browser */
    "{'result':{'targetInfos':[{'targetId':'A','url':'https://" SECRET "/','title':'" SECRET
    "'}]}}",
    "{'result':{'contexts':[{'context':'A','url':'https://" SECRET "/','children':[{'url':'" SECRET
    "'}]}]}}",
    /* and as WebDriver BiDi does */
    "{'params':{'request':{'headers':[{'name':'cookie','value':{'type':'string','value':'" SECRET
    "'}}]}}}",
    "{'params':{'request':{'cookies':[{'name':'a','value':{'value':'" SECRET "'}}]}}}",
    /* cookies, whole and in parts */
    "{'params':{'associatedCookies':[{'cookie':{'name':'a','value':'" SECRET "'}}]}}",
    "{'params':{'blockedCookies':[{'cookieLine':'" SECRET "'}]}}",
    "{'params':{'exemptedCookies':[{'x':{'y':['" SECRET "']}}]}}",
    "{'params':{'cookiePartitionKey':{'topLevelSite':'" SECRET "'}}}",
    "{'params':{'siteHasCookieInOtherPartition':'" SECRET "'}}",
    /* tokens of any form */
    "{'params':{'csrfToken':'" SECRET "'}}",
    "{'params':{'CSRF':'" SECRET "'}}",
    "{'params':{'access_token':['" SECRET "',{'a':'" SECRET "'}]}}",
    "{'params':{'Authorization':{'scheme':'" SECRET "'}}}",
    "{'params':{'password':'" SECRET "'}}",
    "{'params':{'pageToken':8573920}}",
    "{'params':{'tokens':[1,[8573920]]}}",
    /* request bodies */
    "{'params':{'request':{'postData':'" SECRET "'}}}",
    "{'params':{'request':{'postDataEntries':[{'bytes':'" SECRET "'}]}}}",
    "{'params':{'response':{'opcode':1,'payloadData':'" SECRET "'}}}",
    /* addresses */
    "{'params':{'url':'https://x.example/a?q=" SECRET "'}}",
    "{'params':{'url':'https://x.example/a?" SECRET "&b=1#c'}}",
    "{'params':{'url':'https://x.example/a#access_token=" SECRET "'}}",
    "{'params':{'frame':{'urlFragment':'#" SECRET "'}}}",
    "{'params':{'url':'https://person:" SECRET "@x.example/a'}}",
    "{'params':{'documentURL':'http://x.example/?" SECRET "'}}",
    "{'params':{'url':'wss://x.example/?" SECRET "'}}",
    "{'params':{'args':['https://x.example/?" SECRET "']}}",
    "{'result':{'value':'{\\\"origin\\\":\\\"https://x.example\\\",\\\"query\\\":\\\"?a=" SECRET
    "\\\",\\\"fragment\\\":\\\"#" SECRET "\\\"}'}}",
    /* data of the browser that names what a person is signed in to */
    "{'params':{'storageKey':'" SECRET "'}}",
    "{'params':{'securityDetails':{'subjectName':'" SECRET "'}}}",
    /* what lets another program control the browser */
    "{'body':{'value':{'sessionId':'" SECRET "','capabilities':{}}}}",
    "{'body':{'sessionId':'" SECRET "','status':0,'value':{}}}",
    "{'result':{'sessionId':'" SECRET "','capabilities':{'webSocketUrl':'" SECRET "'}}}",
    /* the responses of a site */
    "{'id':1,'result':{'body':'" SECRET "','base64Encoded':false}}",
    /* deep down */
    "{'a':[{'b':[{'c':{'headers':{'d':{'e':['" SECRET "']}}}}]}]}",
};

static void test_secrets(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(secretive); i++) {
        OFS_AUTO_JSON message = parse(secretive[i]);
        OFS_AUTO_JSON before = cJSON_Duplicate(message, true);
        OFS_AUTO_JSON copy = ofs_trace_redacted(message);
        OFS_AUTO_STR text = cJSON_PrintUnformatted(copy);
        assert_non_null(text);
        if (strstr(text, SECRET) || strstr(text, "8573920"))
            fail_msg("%s is written as %s", secretive[i], text);
        assert_true(cJSON_Compare(message, before, true)); /* the message itself is not changed */
    }
}

/* What a trace is read for is kept. */
static const struct {
    const char *message, *written;
} kept[] = {
    {"{'id':1,'method':'Page.navigate','params':{'url':'https://x.example/a/b'},'sessionId':'S'}",
     NULL},
    {"{'id':1,'result':{'frameId':'F','loaderId':'L','errorText':'net::ERR_FAILED'}}", NULL},
    {"{'id':1,'error':{'code':-32000,'message':'what? no such node'}}", NULL},
    {"{'params':{'request':{'method':'PUT','hasPostData':true}}}", NULL},
    {"{'params':{'response':{'status':200,'mimeType':'text/html'}}}", NULL},
    {"{'params':{'headers':{'Content-Type':'text/html','content-length':'12','ETag':'x'}}}",
     "{'params':{'headers':{'Content-Type':'text/html','content-length':'12',"
     "'ETag':'[redacted]'}}}"},
    {"{'params':{'url':'https://x.example/a?b=c'}}", "{'params':{'url':'https://x.example/a?'}}"},
    {"{'params':{'url':'https://x.example/a#b'}}", "{'params':{'url':'https://x.example/a#'}}"},
    {"{'params':{'url':'https://p:w@x.example:8/a'}}",
     "{'params':{'url':'https://x.example:8/a'}}"},
    {"{'params':{'url':'https://x.example/@person'}}", NULL},
    {"{'params':{'postData':'a=1'}}", "{'params':{'postData':'[redacted]'}}"},
    {"{'params':{'cookies':[1,2]}}", "{'params':{'cookies':[]}}"},
    {"[]", NULL},
    {"null", NULL},
    {"{}", NULL},
};

static void test_kept(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(kept); i++) {
        OFS_AUTO_JSON message = parse(kept[i].message);
        OFS_AUTO_JSON expected = parse(kept[i].written ? kept[i].written : kept[i].message);
        OFS_AUTO_JSON copy = ofs_trace_redacted(message);
        OFS_AUTO_STR text = cJSON_PrintUnformatted(copy);
        if (!cJSON_Compare(copy, expected, true))
            fail_msg("%s is written as %s", kept[i].message, text);
    }
}

static char *scratch_path(void)
{
    char *path = strdup("/tmp/offswitch-test-XXXXXX");
    int fd = path ? mkstemp(path) : -1;
    assert_true(fd >= 0);
    close(fd);
    unlink(path);
    return path;
}

static mode_t mode_of(const char *path)
{
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    return st.st_mode & 0777;
}

static void test_file(void **state)
{
    (void)state;
    struct ofs_error err = {0};
    OFS_AUTO_STR path = scratch_path();
    mode_t old = umask(0);
    struct ofs_trace *trace = ofs_trace_open(path, &err);
    umask(old);
    assert_non_null(trace);
    assert_int_equal(mode_of(path), 0600);
    OFS_AUTO_JSON sent = parse("{'id':1,'method':'Page.enable','params':{'token':'" SECRET "'}}");
    OFS_AUTO_JSON received = parse("{'id':1,'result':{}}");
    ofs_trace_message(trace, '>', sent);
    ofs_trace_message(trace, '<', received);

    /* each message is in the file at once: a run may end at any time */
    OFS_AUTO_BUF text = OFS_BUF(4096);
    assert_int_equal(ofs_buf_read_file(&text, path, &err), 0);
    char *second = strchr(text.data, '\n');
    assert_non_null(second);
    *second++ = '\0';
    assert_string_equal(strchr(second, '\n'), "\n");
    OFS_AUTO_JSON first_line = ofs_json_parse(text.data, strlen(text.data), &err);
    OFS_AUTO_JSON second_line = ofs_json_parse(second, strlen(second), &err);
    assert_true(ofs_json_num(first_line, "ms", -1) >= 0);
    assert_string_equal(ofs_json_str(first_line, "dir", ""), ">");
    assert_string_equal(ofs_json_str(first_line, "message/method", ""), "Page.enable");
    assert_string_equal(ofs_json_str(first_line, "message/params/token", ""), "[redacted]");
    assert_string_equal(ofs_json_str(second_line, "dir", ""), "<");
    assert_true(ofs_json_num(second_line, "message/id", 0) == 1);
    ofs_trace_close(trace);
    unlink(path);
    assert_int_equal(err.code, OFS_ERR_NONE);
}

/* An existing file is truncated, and made private too. */
static void test_existing_file(void **state)
{
    (void)state;
    struct ofs_error err = {0};
    OFS_AUTO_STR path = scratch_path();
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
    assert_int_equal(write(fd, "old old old", 11), 11);
    assert_int_equal(fchmod(fd, 0666), 0);
    close(fd);
    struct ofs_trace *trace = ofs_trace_open(path, &err);
    assert_non_null(trace);
    assert_int_equal(mode_of(path), 0600);
    ofs_trace_close(trace);
    OFS_AUTO_BUF text = OFS_BUF(4096);
    assert_int_equal(ofs_buf_read_file(&text, path, &err), 0);
    assert_int_equal(text.len, 0);
    unlink(path);
    /* something that is not a file keeps its mode */
    mode_t null = mode_of("/dev/null");
    trace = ofs_trace_open("/dev/null", &err);
    assert_non_null(trace);
    ofs_trace_close(trace);
    assert_int_equal(mode_of("/dev/null"), null);
}

static void test_cannot_be_written(void **state)
{
    (void)state;
    static const char *const paths[] = {"/nowhere/trace", "/", "", "/dev/null/trace"};
    for (size_t i = 0; i < COUNT(paths); i++) {
        struct ofs_error err = {0};
        assert_null(ofs_trace_open(paths[i], &err));
        assert_int_equal(err.code, OFS_ERR_SYSTEM);
        assert_non_null(strstr(err.text, paths[i]));
    }
}

/* The run continues. */
static void test_disk_full(void **state)
{
    (void)state;
    struct ofs_error err = {0};
    OFS_AUTO_JSON message = parse("{'id':1}");
    struct ofs_trace *trace = ofs_trace_open("/dev/full", &err);
    assert_non_null(trace);
    for (int i = 0; i < 100; i++)
        ofs_trace_message(trace, '<', message);
    ofs_trace_close(trace);
    ofs_trace_message(NULL, '<', message);
    ofs_trace_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_secrets),
        cmocka_unit_test(test_kept),
        cmocka_unit_test(test_file),
        cmocka_unit_test(test_existing_file),
        cmocka_unit_test(test_cannot_be_written),
        cmocka_unit_test(test_disk_full),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
