/*
 * What a site prints differently from one day to the next, and which of it is a change of the
 * terms.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "watch/compare.h"
#include "watch/extract.h"
#include "watch/normal.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

/* A page: its head, the part above the document, the document, the part below it. */
struct page {
    const char *head, *above, *text, *below;
};

#define TERMS                                                                                      \
    "<h1>Terms of Service</h1><p>You keep the rights to what you post. We don't sell it.</p>"      \
    "<h2>2. Your data</h2><p>We use your posts to show them to people who follow you, as you ask " \
    "us to. You may close the account within 30 days.</p><ul><li>Posts are kept for one year."     \
    "</li><li>Messages are not read.</li></ul><p>Fran\xc3\xa7ois may ask for a copy.</p>"

static struct ofs_extract extract(const struct page *p)
{
    struct ofs_error err = {0};
    struct ofs_extract e;
    OFS_AUTO_BUF text = OFS_BUF(1 << 20);
    assert_int_equal(
        ofs_buf_printf(&text, &err,
                       "<!doctype html><html><head><title>Terms</title>%s</head><body>%s"
                       "<div class=\"text\">%s</div>%s</body></html>",
                       p->head ? p->head : "", p->above ? p->above : "", p->text ? p->text : TERMS,
                       p->below ? p->below : ""),
        0);
    assert_int_equal(
        ofs_extract_document(text.data, text.len, "text/html; charset=utf-8", NULL, NULL, &e, &err),
        0);
    return e;
}

static enum ofs_likeness compare(const struct ofs_extract *a, const struct ofs_extract *b)
{
    struct ofs_error err = {0};
    enum ofs_likeness likeness = OFS_TEXT_OTHER;
    const struct ofs_text before = {a->title, ofs_buf_str(&a->text)},
                          after = {b->title, ofs_buf_str(&b->text)};
    assert_int_equal(ofs_text_compare(&before, &after, &likeness, &err), 0);
    return likeness;
}

static void expect(const struct page *first, const struct page *second, enum ofs_likeness want)
{
    struct ofs_extract a = extract(first), b = extract(second);
    if (compare(&a, &b) != want)
        fail_msg("%s\n---\n%s", ofs_buf_str(&a.text), ofs_buf_str(&b.text));
    ofs_extract_free(&a);
    ofs_extract_free(&b);
}

static void test_noise(void **state)
{
    (void)state;
    static const struct page plain = {0};
    static const struct {
        struct page a, b; /* two prints of the same terms; an empty one is the plain page */
    } rows[] = {
        /* around the document */
        {{.above = "<nav><a href=/>Home</a><a href=/jobs>Jobs</a></nav>"},
         {.above = "<nav><a href=/>Startseite</a></nav>"}},
        {{.above = "<header><a href=/>Example</a><span>3 new messages</span></header>"}, {0}},
        {{.above = "<ul class=langs><li><a href=/en>English</a><li><a href=/de>Deutsch</a><li>"
                   "<a href=/fr>Fran\xc3\xa7"
                   "ais</a></ul>"},
         {.above = "<ul class=langs><li><a href=/en>English</a><li><a href=/de>Deutsch</a><li>"
                   "<a href=/fr>Fran\xc3\xa7"
                   "ais</a><li><a href=/pl>Polski</a></ul>"}},
        {{.above = "<p><a href=/en>English</a> | <a href=/de>Deutsch</a> | <a "
                   "href=/it>Italiano</a></p>"},
         {.above = "<p><a href=/it>Italiano</a> | <a href=/en>English</a> | <a "
                   "href=/de>Deutsch</a></p>"}},
        {{.above = "<select><option>English<option>Deutsch</select>"}, {0}},
        {{.above = "<div id=onetrust-banner-sdk>We use cookies to improve your visit.</div>"}, {0}},
        {{.above = "<div class='c-CookieBanner x1'><p>We value your "
                   "privacy.</p><button>OK</button></div>"},
         {0}},
        {{.above = "<div role=dialog><p>Subscribe to our letter!</p></div>"}, {0}},
        {{.below = "<aside><h3>Related articles</h3><p>How to write a post.</p></aside>"}, {0}},
        {{.below = "<h3>x</h3><ul><li><a href=/1>How to write a post</a><li><a href=/2>Ten tips</a>"
                   "<li><a href=/3>Our story so far</a></ul>"},
         {.below = "<h3>x</h3><ul><li><a href=/4>What is new</a><li><a href=/5>Five friends</a>"
                   "<li><a href=/6>Meet the team</a><li><a href=/7>Careers</a></ul>"}},
        {{.below = "<footer>Berlin, Dublin</footer>"}, {.below = "<footer>Paris</footer>"}},
        {{.below = "<p>\xc2\xa9 2024 Example Inc.</p>"},
         {.below = "<p>\xc2\xa9 2025 Example Inc.</p>"}},
        {{.below = "<p>Copyright 2003-2024 Example</p>"},
         {.below = "<p>Copyright 2003 \xe2\x80\x93 2025 Example</p>"}},
        {{.below =
              "<button>Accept all</button><p>Back to top \xe2\x86\x91</p><p>Print this page</p>"},
         {0}},
        {{.below = "<p>Was this page helpful?</p>"}, {0}},
        /* of this print only */
        {{.below = "<p>1,234 views</p>"}, {.below = "<p>9 views</p>"}},
        {{.below = "<p>3 of 5 people found this helpful</p>"},
         {.below = "<p>14 of 20 people found this helpful</p>"}},
        {{.below = "<p>Last visited: March 3, 2025</p>"},
         {.below = "<p>Last visited: April 13, 2025</p>"}},
        {{.below = "<p>Today is Monday, March 3, 2025</p>"},
         {.below = "<p>Today is Friday, April 4, 2025</p>"}},
        {{.below = "<p>Page generated on 3 March 2025 at 10:01 in 0.12 s by web-17</p>"},
         {.below = "<p>Page generated on 4 March 2025 at 12:00 in 0.33 s by web-2</p>"}},
        {{.below = "<p>Build 2025.03.03-a1b2c3f</p>"}, {.below = "<p>Build 2025.04.01-zz91</p>"}},
        {{.below = "<p>Request ID: kq9-ZZ7yx2</p>"}, {.below = "<p>Request ID: 00pl-7Qa</p>"}},
        {{.below = "<p>Updated 3 hours ago</p>"}, {.below = "<p>Updated 5 days ago</p>"}},
        {{.head = "<meta name=csrf content=a1><script nonce=x>1</script>"},
         {.head = "<style>.a1{}</style>"}},
        {{.text = "<div data-v=1 class='css-1x2y3z' id=a>" TERMS "</div>"},
         {.text = "<div id=b class='css-9q8w7e'>" TERMS "</div>"}},
        /* the same words */
        {{.text = "<p>See <a "
                  "href='https://x.test/a?utm_source=1&amp;b=2'>https://x.test/"
                  "a?utm_source=1&amp;b=2</a>.</p>"},
         {.text =
              "<p>See <a href='https://x.test/a?b=2'>https://x.test/a?b=2&amp;fbclid=9</a>.</p>"}},
        {{.text = "<p>Read the policy <a href=/p>here</a>.</p>"},
         {.text =
              "<p>Read the policy <a href=/p target=_blank>here (opens in a new tab)</a>.</p>"}},
        {{.text = "<p>We don't sell it.</p>"},
         {.text = "<p>We don\xe2\x80\x99t&nbsp;sell&#32;it.</p>"}},
        {{.text = "<p>A \"word\" - and more...</p>"},
         {.text = "<p>A &ldquo;word&rdquo; &mdash; and more&hellip;</p>"}},
        {{.text = "<p>Datenschutzerklaerung agreement</p>"},
         {.text = "<p>Daten&shy;schutz<wbr>er\xe2\x80\x8bklaerung a&#8203;greement</p>"}},
        {{.text = "<p>Fran\xc3\xa7ois, \xc3\xa9t\xc3\xa9</p>"},
         {.text = "<p>Franc\xcc\xa7ois, e\xcc\x81te\xcc\x81</p>"}},
        {{.text = "<p>official file</p>"},
         {.text = "<p>of\xef\xac\x81"
                  "cial \xef\xac\x81le</p>"}},
        {{.text = "<p>\xe2\x80\xa2 One thing</p><p>Example\xe2\x84\xa2</p>"},
         {.text = "<ul><li>One thing</ul><p>Example</p>"}},
        {{.text = "<h2>PRIVACY</h2><p>Words.</p>"}, {.text = "<h2>Privacy</h2><p>Words.</p>"}},
        {{.text = "<section><h2>A</h2><p>First "
                  "thing.</p></section><section><h2>B</h2><p>Second.</p></section>"},
         {.text = "<section><h2>B</h2><p>Second.</p></section><section><h2>A</h2><p>First "
                  "thing.</p></section>"}},
        {{.text = "<div class=phone>" TERMS "</div><div class=desk>" TERMS "</div>"}, {0}},
        {{.text = "<p hidden>old</p>" TERMS},
         {.text = "<p style='visibility: hidden'>new</p>" TERMS}},
        {{.text = "<h2><button aria-expanded=false>1. Data</button></h2><p>Words.</p>"},
         {.text = "<h2>1. Data</h2><p>Words.</p>"}},
        {{.text = "<main>" TERMS "</main>", .below = "<div>Join a million people today.</div>"},
         {.text = "<main>" TERMS "</main>", .below = "<div>New: write with your voice.</div>"}},
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        expect(&rows[i].a, &rows[i].b, OFS_TEXT_SAME);
    expect(&plain, &plain, OFS_TEXT_SAME);
}

/* None of that may hide a change of the terms. */
static void test_changes(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
    } rows[] = {
        {"<p>We don't sell it.</p>", "<p>We sell it.</p>"},
        {"<p>Within 30 days.</p>", "<p>Within 60 days.</p>"},
        {"<p>We may use it.</p>", "<p>We may use it to train AI models.</p>"},
        {"<table><tr><td>Do we share?<td>No</table>", "<table><tr><td>Do we share?<td>Yes</table>"},
        {"<ul><li>Posts</ul>", "<ul><li>Posts<li>Messages</ul>"},
        {"<ul><li>Posts are kept. <a href=/x>More</a></ul>",
         "<ul><li>Posts are kept. <a href=/x>More</a><li>Messages are kept. <a "
         "href=/y>More</a></ul>"},
        {"<p>To opt out, see <a href=/x>your settings</a>.</p>",
         "<p>To opt out, see <a href=/x>the help pages</a>.</p>"},
        {"<p>Effective on November 20, 2024</p>", "<p>Effective on November 3, 2025</p>"},
        {"<p>Last updated: March 3, 2024</p>", "<p>Last updated: April 3, 2025</p>"},
        {"<p>Build a profile of up to 10 pages.</p>",
         "<p>Build a profile of up to 10 pages, or pay.</p>"},
        {"<section id=cookies><p>We use 3 cookies.</p></section>",
         "<section id=cookies><p>We use 9 cookies.</p></section>"},
        {"<div class='privacy-notice'><p>One.</p></div>",
         "<div class='privacy-notice'><p>Two.</p></div>"},
        {"<p>Copyright law of 1976 applies to posts that are older than 2 years. We and others "
         "keep "
         "them for as long as the law of the place where you live asks us to keep them, and no "
         "longer "
         "than that, unless you ask us to remove it.</p>",
         "<p>Copyright law of 1998 applies to posts that are older than 2 years. We and others "
         "keep "
         "them for as long as the law of the place where you live asks us to keep them, and no "
         "longer "
         "than that, unless you ask us to remove it.</p>"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char first[4096], second[4096];
        snprintf(first, sizeof first, TERMS "%s", rows[i].a);
        snprintf(second, sizeof second, TERMS "%s", rows[i].b);
        const struct page a = {.text = first}, b = {.text = second};
        expect(&a, &b, OFS_TEXT_CHANGED);
    }
}

/* A body class that mentions a banner removes nothing. */
static void test_document_is_kept(void **state)
{
    (void)state;
    static const struct page pages[] = {
        {.text = "<div class='has-cookie-banner-open'>" TERMS "</div>"},
        {.text = "<div role=dialog><main>" TERMS "</main></div>"},
        {.text = "<header>" TERMS "</header>"},
        {.text = TERMS, .above = "<main></main>"},
        {.text = "<main>" TERMS "</main><main>Other</main>"},
    };
    for (size_t i = 0; i < COUNT(pages); i++) {
        struct ofs_extract e = extract(&pages[i]);
        assert_non_null(strstr(ofs_buf_str(&e.text), "You keep the rights to what you post."));
        ofs_extract_free(&e);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_noise),
        cmocka_unit_test(test_changes),
        cmocka_unit_test(test_document_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
