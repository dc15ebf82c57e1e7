/*
 * Announced dates, the real revisions of one document, and what makes a check due.
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
#include "watch/dates.h"
#include "watch/decide.h"
#include "watch/extract.h"
#include "watch/topics.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

static ofs_day day_of(const char *text)
{
    ofs_day day = 0;
    assert_true(ofs_day_parse(text, &day));
    return day;
}

static void test_calendar(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool good;
    } rows[] = {
        {"1970-01-01", true}, {"2024-02-29", true}, {"2023-02-29", false}, {"2025-13-01", false},
        {"2025-11-3", false}, {"2100-12-31", true}, {"x", false},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        ofs_day day = 0;
        bool good = ofs_day_parse(rows[i].text, &day);
        /* 1970 is a day, and not a date of any policy */
        if (i)
            assert_int_equal(good, rows[i].good);
        if (good) {
            char text[16];
            ofs_day_print(day, text);
            assert_string_equal(text, rows[i].text);
        }
    }
    assert_int_equal(ofs_day_from(1970, 1, 1), 0);
    assert_int_equal(ofs_day_from(2025, 11, 3), 20395);
}

/* What is announced, or "" for nothing. Read on 2025-09-18. */
static void test_dates(void **state)
{
    (void)state;
    int failed = 0;
    static const struct {
        const char *text, *dates;
    } rows[] = {
        {"On November 3, 2025, we are updating our User Agreement.", "2025-11-03"},
        {"We're updating our terms on November 3, 2025.", "2025-11-03"},
        {"We\xe2\x80\x99re updating our terms on Nov. 3rd, 2025. See here for more.", "2025-11-03"},
        {"Effective on November 3, 2025", "2025-11-03"},
        {"Effective November 3, 2025", "2025-11-03"},
        {"Effective: 3 November 2025", "2025-11-03"},
        {"Effective Date: 2025-11-03", "2025-11-03"},
        {"These changes take effect on the 3rd of November, 2025.", "2025-11-03"},
        {"Starting November 3, 2025, we will use your posts to train AI.", "2025-11-03"},
        {"On March 3, 2026, we will train AI models on your posts.", "2026-03-03"},
        {"Our new Privacy Policy goes into effect on 1 January 2026.", "2026-01-01"},
        {"On November 3, we are updating our terms.", "2025-11-03"},
        {"On January 5, we are updating our terms.", "2026-01-05"},
        {"We will update the terms on 11/25/2025.", "2025-11-25"},
        {"On November 20, 2024, we updated our User Agreement.", "2024-11-20"},
        {"The updated terms of November 3, 2025 replace those effective January 1, 2024.",
         "2025-11-03 2024-01-01"},
        {"Diese Änderungen treten am 3. November 2025 in Kraft.", "2025-11-03"},
        {"Gültig ab 1. März 2026", "2026-03-01"},
        {"Am 03.11.2025 aktualisieren wir unsere Nutzungsbedingungen.", "2025-11-03"},
        {"Ces modifications entreront en vigueur le 3 novembre 2025.", "2025-11-03"},
        {"Nous mettons à jour nos conditions le 1er janvier 2026.", "2026-01-01"},
        {"Le modifiche entreranno in vigore il 3 novembre 2025.", "2025-11-03"},
        {"In vigore dal 1° gennaio 2026", "2026-01-01"},
        {"Deze wijzigingen gaan in op 3 november 2025.", "2025-11-03"},
        {"Op 3 november 2025 werken we onze voorwaarden bij.", "2025-11-03"},
        {"As alterações entram em vigor em 3 de novembro de 2025.", "2025-11-03"},
        {"Estamos atualizando nossos termos em 3 de novembro de 2025.", "2025-11-03"},
        {"Zmiany wejdą w życie 3 listopada 2025 r.", "2025-11-03"},
        {"Regulamin obowiązuje od 1 stycznia 2026 r.", "2026-01-01"},
        {"Los cambios entrarán en vigor el 3 de noviembre de 2025.", "2025-11-03"},
        {"Vigente desde el 1 de enero de 2026", "2026-01-01"},
        {"Effective 1 January 2027", "2027-01-01"},
        {"Effective January 1st, 2027, our terms change.", "2027-01-01"},
        {"These Terms are effective as of Jan 5, 2026 for new users.", "2026-01-05"},
        {"Beginning on 5 January 2026, we share data with our affiliates.", "2026-01-05"},
        {"The changes below will take effect from November 3, 2025 onwards.", "2025-11-03"},
        {"If you use our services on or after November 3, 2025, you accept the new terms.",
         "2025-11-03"},
        {"We're making some changes to our Privacy Policy that will come into force on 11/03/2025.",
         "2025-11-03"},
        {"You can opt out until November 2, 2025, before we start training on 3 November 2025.",
         "2025-11-02 2025-11-03"},
        {"Between November 3 and November 10, 2025, we will update our terms region by region.",
         "2025-11-03 2025-11-10"},
        {"From 3 to 10 November 2025 we will update our terms region by region.",
         "2025-11-03 2025-11-10"},
        {"On November 3-10, 2025, we will update our terms.", "2025-11-03"},
        {"Ab dem 3. November 2025 nutzen wir Daten zum Trainieren.", "2025-11-03"},
        {"Ab dem 3. November 2025 gelten neue Nutzungsbedingungen.", "2025-11-03"},
        {"Diese Bedingungen gelten ab dem 3. November 2025.", "2025-11-03"},
        {"Mit Wirkung vom 1. J\xc3\xa4nner 2026 \xc3\xa4ndert sich die Richtlinie.", "2026-01-01"},
        {"Die \xc3\x84nderungen treten zum 01.01.2026 in Kraft.", "2026-01-01"},
        {"\xc3\x80 compter du 3 novembre 2025, nous utiliserons vos contenus.", "2025-11-03"},
        {"\xc3\x80 partir du 3 novembre 2025, nos conditions changent.", "2025-11-03"},
        {"Date d\xe2\x80\x99"
         "entr\xc3\xa9"
         "e en vigueur : 03/11/2025",
         "2025-11-03"},
        {"A partire dal 3 novembre 2025 useremo i tuoi dati.", "2025-11-03"},
        {"Con effetto dal 1 gennaio 2026 le condizioni cambiano.", "2026-01-01"},
        {"Met ingang van 3 november 2025 wijzigen we ons beleid.", "2025-11-03"},
        {"Vanaf 3 november 2025 gebruiken we je gegevens.", "2025-11-03"},
        {"A partir de 3 de novembro de 2025, usaremos seus dados.", "2025-11-03"},
        {"Com efeito a partir de 1 de janeiro de 2026, os termos mudam.", "2026-01-01"},
        {"Od 3 listopada 2025 r. b\xc4\x99"
         "dziemy udost\xc4\x99pnia\xc4\x87 dane.",
         "2025-11-03"},
        {"Ze skutkiem od dnia 1 stycznia 2026 r. zmieniamy regulamin.", "2026-01-01"},
        {"A partir del 3 de noviembre de 2025 usaremos tus datos.", "2025-11-03"},
        {"Los t\xc3\xa9rminos entran en vigor el 1\xc2\xba de enero de 2026.", "2026-01-01"},
        {"Fecha de entrada en vigor: 03/11/2025", "2025-11-03"},
        /* the date of the text counts only while it is in the future */
        {"Last updated: September 1, 2025", ""},
        {"Last revised on November 3, 2025", "2025-11-03"},
        {"Zuletzt aktualisiert am 1. September 2025", ""},
        {"December 13, 2021", ""},
        {"December 13, 2025", "2025-12-13"},
        /* mere mentions */
        {"Copyright 2025 Example. All rights reserved November 3, 2025.", ""},
        {"The Digital Markets Act of September 14, 2022 applies to us.", ""},
        {"Regulation (EU) 2016/679 of 27 April 2016", ""},
        {"You have to be born before November 3, 2007 to join.", ""},
        {"View archived version of November 20, 2024", ""},
        {"The event was held on March 3, 2025 in Dublin.", ""},
        {"In 2025 we may change this.", ""},
        {"You agreed to the terms in force on May 25, 2018 when you joined before that day.",
         "2018-05-25"},
        {"Our office is closed from December 24, 2025 to January 2, 2026.", ""},
        {"The offer ends on December 24, 2025.", ""},
        {"Questions asked before March 3, 2025 are answered in the archive.", ""},
        {"Call +1 650 253 0000 or 03.11.20.25.", ""},
        {"Version 3.11.2025 of the app", ""},
        {"Case C-311/18 of July 16, 2020 of the Court of Justice", ""},
        {"You may 3 times ask for a copy.", ""},
        {"Effective security measures were audited; the report is dated February 30, 2025.", ""},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ofs_error err = {0};
        struct ofs_announcements found;
        struct ofs_sentences s;
        struct ofs_extract e;
        char got[128] = "";
        assert_int_equal(ofs_extract_document(rows[i].text, strlen(rows[i].text), "text/plain",
                                              NULL, NULL, &e, &err),
                         0);
        assert_int_equal(ofs_sentences_cut(ofs_buf_str(&e.text), &s, &err), 0);
        ofs_dates_find(&s, day_of("2025-09-18"), &found);
        for (size_t k = 0; k < found.n; k++) {
            char day[16];
            ofs_day_print(found.list[k].day, day);
            snprintf(got + strlen(got), sizeof got - strlen(got), "%s%s", k ? " " : "", day);
        }
        if (strcmp(got, rows[i].dates)) {
            print_error("%s: \"%s\", not \"%s\"\n", rows[i].text, got, rows[i].dates);
            failed++;
        }
        ofs_sentences_free(&s);
        ofs_extract_free(&e);
    }
    assert_int_equal(failed, 0);
}

/* ---- the real revisions --------------------------------------------------------------------- */

static char *added_dates(const char *before, const char *after, const char *on)
{
    struct ofs_error err = {0};
    struct ofs_sentences a, b, added;
    struct ofs_announcements found;
    static char got[128];
    assert_int_equal(ofs_sentences_cut(before, &a, &err), 0);
    assert_int_equal(ofs_sentences_cut(after, &b, &err), 0);
    assert_int_equal(ofs_sentences_without(&b, &a, &added, &err), 0);
    ofs_dates_find(&added, day_of(on), &found);
    got[0] = '\0';
    for (size_t k = 0; k < found.n; k++)
        ofs_day_print(found.list[k].day, got + strlen(got));
    ofs_sentences_free(&a);
    ofs_sentences_free(&b);
    ofs_sentences_free(&added);
    return got;
}

static void test_real_revisions(void **state)
{
    (void)state;
    static const struct {
        const char *date;
        enum ofs_likeness likeness;
        const char *announces;
    } rows[] = {
        {"2022-07-11", OFS_TEXT_SAME, ""},
        {"2022-09-20", OFS_TEXT_SAME, ""},
        {"2022-10-12", OFS_TEXT_CHANGED, ""},
        {"2022-11-11", OFS_TEXT_CHANGED, "2020-10-01"},
        {"2023-02-02", OFS_TEXT_CHANGED, ""},
        {"2023-08-04", OFS_TEXT_CHANGED, ""},
        {"2023-08-08", OFS_TEXT_CHANGED, ""},
        {"2023-10-15", OFS_TEXT_OTHER, "2022-02-01"},
        {"2024-03-08", OFS_TEXT_CHANGED, ""},
        {"2024-09-19", OFS_TEXT_CHANGED, "2024-11-20"},
        {"2024-11-21", OFS_TEXT_CHANGED, "2024-11-20"},
        {"2024-12-21", OFS_TEXT_CHANGED, ""},
        {"2025-09-18", OFS_TEXT_CHANGED, "2025-11-03"},
        {"2025-10-23", OFS_TEXT_SAME, ""},
        {"2025-11-04", OFS_TEXT_CHANGED, "2025-11-03"},
    };
    struct ofs_extract before = {0};
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ofs_error err = {0};
        struct ofs_extract now;
        enum ofs_likeness likeness = OFS_TEXT_SAME;
        char path[128];
        OFS_AUTO_BUF file = OFS_BUF(1 << 20);
        snprintf(path, sizeof path, "tests/watch/linkedin-user-agreement/%s.md", rows[i].date);
        assert_int_equal(ofs_buf_read_file(&file, path, &err), 0);
        assert_int_equal(
            ofs_extract_document(file.data, file.len, "text/markdown", NULL, NULL, &now, &err), 0);
        if (i) {
            const struct ofs_text a = {before.title, ofs_buf_str(&before.text)},
                                  b = {now.title, ofs_buf_str(&now.text)};
            assert_int_equal(ofs_text_compare(&a, &b, &likeness, &err), 0);
            const char *dates = added_dates(a.text, b.text, rows[i].date);
            if (likeness != rows[i].likeness || strcmp(dates, rows[i].announces))
                fail_msg("%s: %d, \"%s\"", rows[i].date, (int)likeness, dates);
        }
        ofs_extract_free(&before);
        before = now;
    }
    ofs_extract_free(&before);
}

/* ---- what makes a check due ----------------------------------------------------------------- */

enum { D = 86400, NOW = 20000 * D + 36000 };
#define WHY(word) (1u << OFS_WHY_##word)

static void test_decide(void **state)
{
    (void)state;
    static const char *const one[] = {"terms"};
    static const struct {
        const char *what;
        int64_t last_check;
        bool asked, unfinished, scenario;
        size_t changed;
        int date; /* relative to today; 0: none */
        unsigned done, why;
        int64_t next; /* days from now, or with a date: days from midnight */
    } rows[] = {
        {"never checked", 0, false, false, false, 0, 0, 0, WHY(STALE), 30},
        {"nothing new", NOW - 3 * D, false, false, false, 0, 0, 0, 0, 27},
        {"a timer's delay", NOW - 30 * D + 2 * 3600, false, false, false, 0, 0, 0, WHY(STALE), 30},
        {"a day short", NOW - 29 * D, false, false, false, 0, 0, 0, 0, 1},
        {"a month asleep", NOW - 31 * D, false, false, false, 0, 0, 0, WHY(STALE), 30},
        {"asked", NOW - 3 * D, true, false, false, 0, 0, 0, WHY(ASKED), 30},
        {"unfinished", NOW - 3 * D, false, true, false, 0, 0, 0, WHY(UNFINISHED), 30},
        {"scenario", NOW - 3 * D, false, false, true, 0, 0, 0, WHY(SCENARIO_CHANGED), 30},
        {"document", NOW - 3 * D, false, false, false, 1, 0, 0, WHY(POLICY_CHANGED), 30},
        {"the clock back by a minute", NOW + 60, false, false, false, 0, 0, 0, 0, 30},
        {"the clock back by a month", NOW + 30 * D, false, false, false, 0, 0, 0, WHY(STALE), 30},
        {"a date to come", NOW - 3 * D, false, false, false, 0, 5, 0, 0, 5},
        {"the day before was checked", NOW - 3 * D, false, false, false, 0, -1, 1, WHY(DATE_DUE),
         6},
        {"both were checked", NOW - 3 * D, false, false, false, 0, -1, 3, 0, 6},
        {"a week after", NOW - 3 * D, false, false, false, 0, -7, 3, WHY(DATE_DUE), 30},
        {"all done", NOW - 3 * D, false, false, false, 0, -7, 7, 0, 27},
        {"asleep over all three", NOW - 20 * D, false, false, false, 0, -12, 0, WHY(DATE_DUE), 30},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct ofs_due_date date = {.day = 20000 + rows[i].date, .done = rows[i].done};
        const struct ofs_due_facts facts = {
            .now = NOW,
            .today = 20000,
            .midnight = (int64_t)20000 * D,
            .last_check = rows[i].last_check,
            .stale_days = 30,
            .asked = rows[i].asked,
            .unfinished = rows[i].unfinished,
            .scenario_changed = rows[i].scenario,
            .changed = one,
            .n_changed = rows[i].changed,
            .dates = &date,
            .n_dates = rows[i].date != 0,
        };
        struct ofs_due due = ofs_due_decide(&facts);
        int64_t days = (due.next - (int64_t)20000 * D) / D;
        if (due.why != rows[i].why || days != rows[i].next)
            fail_msg("%s: why %x, next in %d days", rows[i].what, due.why, (int)days);
    }
}

static void test_explain(void **state)
{
    (void)state;
    struct ofs_error err = {0};
    OFS_AUTO_BUF text = OFS_BUF(4096);
    struct ofs_due_date date = {.day = 20000, .policy = "terms", .quote = "On that day."};
    const struct ofs_due_facts facts = {.now = NOW,
                                        .today = 20000,
                                        .midnight = (int64_t)20000 * D,
                                        .last_check = NOW - 2 * D,
                                        .stale_days = 30,
                                        .dates = &date,
                                        .n_dates = 1};
    struct ofs_due due = ofs_due_decide(&facts);
    assert_int_equal(ofs_due_explain(&facts, &due, &text, &err), 0);
    assert_non_null(strstr(ofs_buf_str(&text), "A check is due now."));
    assert_non_null(strstr(ofs_buf_str(&text),
                           "yes  2024-10-04 has come, announced in terms: \"On that day.\""));
    assert_non_null(strstr(ofs_buf_str(&text), "no   the last check was 2 days ago"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_calendar),       cmocka_unit_test(test_dates),
        cmocka_unit_test(test_real_revisions), cmocka_unit_test(test_decide),
        cmocka_unit_test(test_explain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
