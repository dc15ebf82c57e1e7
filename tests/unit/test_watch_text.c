/*
 * The words of a watched document: out of HTML and Markdown, normalised, compared, and the topics
 * of the changes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "watch/compare.h"
#include "watch/diff.h"
#include "watch/extract.h"
#include "watch/normal.h"
#include "watch/selector.h"
#include "watch/topics.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

/* The text of a document; the caller frees it. NULL with `ret_err` filled. */
static char *text_of(const char *document, const char *type, const char *select, const char *remove,
                     struct ofs_error *ret_err)
{
    struct ofs_extract e;
    OFS_AUTO_JSON s = select ? cJSON_Parse(select) : NULL;
    OFS_AUTO_JSON r = remove ? cJSON_Parse(remove) : NULL;
    *ret_err = (struct ofs_error){0};
    if (ofs_extract_document(document, strlen(document), type, s, r, &e, ret_err))
        return NULL;
    char *text = strdup(ofs_buf_str(&e.text));
    ofs_extract_free(&e);
    return text;
}

static void test_text_of_documents(void **state)
{
    (void)state;
    static const struct {
        const char *document, *type, *select, *remove, *text;
    } rows[] = {
        {"<p>One</p><p>Two <b>bold</b>er</p>", "text/html", NULL, NULL, "One\nTwo bolder\n"},
        {"<!doctype html><title>T</title><body>a<br>b<li>c<td>d", "", NULL, NULL, "a\nb\nc\nd\n"},
        {"<p>x<script>alert(1)</script><style>p{}</style><!-- no --></p>", "text/html", NULL, NULL,
         "x\n"},
        {"<p hidden>no</p><p style='color:red; display : none'>no</p><p aria-hidden=true>no</p>"
         "<p>yes</p>",
         "text/html", NULL, NULL, "yes\n"},
        {"<nav>menu</nav><main>terms</main><footer>f</footer>", "text/html", NULL, NULL, "terms\n"},
        {"<div>out</div><main><p>in</p><div class='cookie-banner x'>no</div></main>", "text/html",
         "[\"main\"]", "[\".cookie-banner\"]", "in\n"},
        {"<div id=a><p class='b c'>1</p><p>2</p></div><p class=b>3</p>", "text/html",
         "[\"#a > .b\", \"body > p\"]", NULL, "1\n3\n"},
        {"<p data-x='one two'>1</p><p data-x=three>2</p>", "text/html", "[\"[data-x~=two]\"]", NULL,
         "1\n"},
        {"<p>It\xe2\x80\x99s \xc2\xa0 a&nbsp;\n \xe2\x80\x9cword\xe2\x80\x9d\xe2\x80\x8b</p>",
         "text/html; charset=utf-8", NULL, NULL, "It's a \"word\"\n"},
        {"<p>Gr\xfc\xdf"
         "e</p>",
         "text/html; charset=iso-8859-1", NULL, NULL,
         "Gr\xc3\xbc\xc3\x9f"
         "e\n"},
        {"<p>See https://x.test/a?utm_source=1&b=2&fbclid=3 now</p>", "text/html", NULL, NULL,
         "See https://x.test/a?b=2 now\n"},
        {"<p>1,234 views</p><p>Viewed 77 times</p><p>3 hours ago</p><p>30 days' notice</p>",
         "text/html", NULL, NULL, "# views\nViewed # times\n# ago\n30 days' notice\n"},
        {"Title\n=====\n\nA [link](https://x.test) and **bold** *it*\nruns on.\n\n* item 1\n2.  "
         "two\n",
         "text/markdown", NULL, NULL, "Title\nA link and bold it runs on.\nitem 1 2. two\n"},
        {"### **1\\. TALENT**\n\nplain_word stays\n", "text/plain", NULL, NULL,
         "1. TALENT\nplain_word stays\n"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ofs_error err;
        char *text = text_of(rows[i].document, rows[i].type, rows[i].select, rows[i].remove, &err);
        assert_non_null(text);
        assert_string_equal(text, rows[i].text);
        free(text);
    }
}

static void test_documents_without_text(void **state)
{
    (void)state;
    static const struct {
        const char *document, *type, *select, *words;
    } rows[] = {
        {"%PDF-1.4", "application/pdf", NULL, "application/pdf"},
        {"<div id=app></div>", "text/html", NULL, "no words"},
        {"", "text/html", NULL, "no words"},
        {"<p>text</p>", "text/html", "[\"main\"]", "no part"},
        {"<p>text</p>", "text/html", "[\"p:first-child\"]", "not understood"},
        {"<p>text</p>", "text/html", "[\"a + b\"]", "not understood"},
        {"<p>text</p>", "text/html", "[\"a >\"]", "not understood"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ofs_error err;
        char *text = text_of(rows[i].document, rows[i].type, rows[i].select, NULL, &err);
        assert_null(text);
        assert_non_null(strstr(err.text, rows[i].words));
    }
}

/* The page decides the nesting; it must use neither the stack nor much time. */
static void test_deep_document(void **state)
{
    (void)state;
    enum { DEPTH = 60000 };
    struct ofs_error err;
    char *page = malloc(5 * DEPTH + 2);
    assert_non_null(page);
    for (size_t i = 0; i < DEPTH; i++)
        memcpy(page + 5 * i, "<div>", 5);
    strcpy(page + 5 * DEPTH, "x");
    char *text = text_of(page, "text/html", "[\"div div div p\"]", NULL, &err);
    assert_null(text);
    assert_int_not_equal(err.code, OFS_ERR_NONE);
    free(page);
}

/* Two prints of the same words have one digest. */
static void test_markup_is_no_change(void **state)
{
    (void)state;
    static const char *const prints[] = {
        "<main><h1>Terms</h1><p>We use data. See <a href='/a?utm_source=x'>this</a>.</p></main>",
        "<main>\n  <h1 class=\"t\">Terms</h1>\n<div><p>We <span>use</span> data.\nSee "
        "<a href='/a'>this</a>.</p></div></main>",
        "<div><main><h1>Terms</h1><section>We use data. See this.</section></main></div>",
        "<main><h1>Terms</h1><p>We&nbsp;use data.<br>See <i>this</i>.</p><script>1</script></main>",
    };
    char first[65], other[65];
    for (size_t i = 0; i < COUNT(prints); i++) {
        struct ofs_error err;
        char *text = text_of(prints[i], "text/html", "[\"main\"]", NULL, &err);
        assert_non_null(text);
        assert_int_equal(ofs_normal_digest(text, i ? other : first, &err), 0);
        if (i)
            assert_string_equal(first, other);
        free(text);
    }
}

static void test_compare(void **state)
{
    (void)state;
    static const char long_one[] = "We collect your name and your address for billing purposes.\n"
                                   "You may close the account at any time you like.\n"
                                   "Disputes go to the courts of the place where you live.\n";
    static const char long_two[] = "The recruiter seat can be moved between named employees.\n"
                                   "Job slots are invoiced monthly and expire after one year.\n"
                                   "Campaign budgets are limited by the insertion order alone.\n";
    static const struct {
        const char *title, *text, *new_title, *new_text;
        enum ofs_likeness likeness;
    } rows[] = {
        {"T", "One. Two.\n", "T", "One. Two.\n", OFS_TEXT_SAME},
        {"T", "One. Two.\n", "T", "One.\nTwo.\n", OFS_TEXT_SAME},
        {"T", "One, two.\n", "T", "One two!\n", OFS_TEXT_SAME},
        {"T", "First thing. Second thing.\n", "T", "Second thing. First thing.\n", OFS_TEXT_SAME},
        {"T", "Within 30 days.\n", "T", "Within 60 days.\n", OFS_TEXT_CHANGED},
        {"T", long_one, "T", long_two, OFS_TEXT_CHANGED},
        {"T", long_one, "Other", long_two, OFS_TEXT_OTHER},
        {"T", long_one, "Other", long_one, OFS_TEXT_SAME},
        {"", long_one, "", long_two, OFS_TEXT_OTHER},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ofs_error err = {0};
        enum ofs_likeness likeness;
        const struct ofs_text before = {rows[i].title, rows[i].text},
                              after = {rows[i].new_title, rows[i].new_text};
        assert_int_equal(ofs_text_compare(&before, &after, &likeness, &err), 0);
        assert_int_equal(likeness, rows[i].likeness);
    }
}

static void test_unsteady(void **state)
{
    (void)state;
    static const struct {
        const char *known, *first, *second;
        bool unsteady;
    } rows[] = {
        {"A b c.\nToken 1.\n", "A b c.\nToken 2.\n", "A b c.\nToken 3.\n", true},
        {"A b c.\nToken 1.\n", "A b d.\nToken 2.\n", "A b d.\nToken 3.\n", false},
        {"A b c.\nD e.\nToken 1.\n", "A b c.\nToken 2.\n", "A b c.\nToken 3.\n", false},
        {"A b c.\n", "A b d.\n", "A b d.\n", false},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ofs_error err = {0};
        bool unsteady = !rows[i].unsteady;
        assert_int_equal(
            ofs_text_is_unsteady(rows[i].known, rows[i].first, rows[i].second, &unsteady, &err), 0);
        assert_int_equal(unsteady, rows[i].unsteady);
    }
}

static void test_topics(void **state)
{
    (void)state;
    enum { AI = 1u << OFS_TOPIC_AI_TRAINING, SHARE = 1u << OFS_TOPIC_DATA_SHARING };
    static const struct {
        const char *sentence;
        unsigned topics;
    } rows[] = {
        {"We may use your posts to train artificial intelligence models.", AI},
        {"We and our affiliates may train content-generating AI models.", AI},
        {"We share personal data with our affiliates.", SHARE},
        {"We share data with Microsoft's affiliates to train AI models.", AI | SHARE},
        {"You can share posts with your friends.", 0},
        {"Employees receive training on safety.", 0},
        {"You agree to pay us the fees when they are due.", 0},
        {"Wir verwenden Ihre Beiträge, um KI-Modelle zu trainieren.", AI},
        {"Wir geben Daten an verbundene Unternehmen weiter und übermitteln sie an Dritte.", SHARE},
        {"Nous utilisons vos contenus pour entraîner des modèles d'IA générative.", AI},
        {"Nous partageons vos données avec des tiers.", SHARE},
        {"Usiamo i tuoi contenuti per addestrare modelli di intelligenza artificiale.", AI},
        {"Condividiamo i dati con terze parti.", SHARE},
        {"We gebruiken je berichten om AI-modellen te trainen.", AI},
        {"We delen gegevens met derden.", SHARE},
        {"Usamos suas publicações para treinar modelos de IA.", AI},
        {"Compartilhamos dados com terceiros.", SHARE},
        {"Używamy treści do szkolenia modeli AI.", AI},
        {"Udostępniamy dane podmiotom trzecim.", SHARE},
        {"Usamos tus publicaciones para entrenar modelos de inteligencia artificial.", AI},
        {"Compartimos datos con terceros.", SHARE},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ofs_error err = {0};
        struct ofs_sentences s;
        assert_int_equal(ofs_sentences_cut(rows[i].sentence, &s, &err), 0);
        if (ofs_topics_of(&s) != rows[i].topics)
            fail_msg("%s: %x", rows[i].sentence, ofs_topics_of(&s));
        ofs_sentences_free(&s);
    }
}

static void test_diff(void **state)
{
    (void)state;
    static const struct {
        const char *before, *after, *shown;
    } rows[] = {
        {"a b\n", "a b\n", ""},
        {"a b c\n", "a x c\n", "a [-b-] {+x+} c\n"},
        {"one\ntwo\nthree\n", "one\nthree\n", "one\n[-two-]\nthree\n"},
        {"one\nthree\n", "one\ntwo new\nthree\n", "one\n{+two new+}\nthree\n"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ofs_error err = {0};
        OFS_AUTO_BUF shown = OFS_BUF(4096);
        assert_int_equal(ofs_diff_words(rows[i].before, rows[i].after, false, &shown, &err), 0);
        assert_string_equal(ofs_buf_str(&shown), rows[i].shown);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_of_documents),
        cmocka_unit_test(test_documents_without_text),
        cmocka_unit_test(test_deep_document),
        cmocka_unit_test(test_markup_is_no_change),
        cmocka_unit_test(test_compare),
        cmocka_unit_test(test_unsteady),
        cmocka_unit_test(test_topics),
        cmocka_unit_test(test_diff),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
