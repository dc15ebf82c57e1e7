#include "watch/dates.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "watch/internal.h"
#include "watch/normal.h"

/* ---- the calendar --------------------------------------------------------------------------- */

/* Howard Hinnant's days_from_civil: the count of days of the proleptic Gregorian calendar. */
ofs_day ofs_day_from(int year, int month, int day)
{
    int y = year - (month <= 2), era = (y >= 0 ? y : y - 399) / 400, yoe = y - era * 400;
    int doy = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return era * 146097 + doe - 719468;
}

static void civil(ofs_day days, int *ret_year, int *ret_month, int *ret_day)
{
    int z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097, doe = z - era * 146097;
    int yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
    *ret_day = doy - (153 * mp + 2) / 5 + 1;
    *ret_month = mp + (mp < 10 ? 3 : -9);
    *ret_year = yoe + era * 400 + (*ret_month <= 2);
}

static bool make_day(int year, int month, int day, ofs_day *ret)
{
    int y, m, d;
    if (year < 1990 || year > 2100 || month < 1 || month > 12 || day < 1 || day > 31)
        return false;
    *ret = ofs_day_from(year, month, day);
    civil(*ret, &y, &m, &d);
    return m == month && d == day;
}

void ofs_day_print(ofs_day day, char ret[16])
{
    int y, m, d;
    civil(day, &y, &m, &d);
    snprintf(ret, 16, "%04d-%02d-%02d", y % 10000, m % 100, d % 100);
}

bool ofs_day_parse(const char *text, ofs_day *ret)
{
    int y = 0, m = 0, d = 0, used = 0;
    return sscanf(text, "%4d-%2d-%2d%n", &y, &m, &d, &used) == 3 && used == 10 &&
           make_day(y, m, d, ret);
}

/* ---- words of a sentence -------------------------------------------------------------------- */

enum { MOST_WORDS = 400 };

struct word {
    const char *at; /* in the small form of the sentence */
    size_t len;
};

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static size_t split(const char *text, struct word *ret)
{
    size_t n = 0;
    for (const char *p = text; *p && n < MOST_WORDS;) {
        if (!is_word(*p)) {
            p++;
            continue;
        }
        ret[n].at = p;
        while (is_word(*p))
            p++;
        ret[n].len = (size_t)(p - ret[n].at);
        n++;
    }
    return n;
}

static bool is(const struct word *w, const char *word)
{
    return w->len == strlen(word) && !memcmp(w->at, word, w->len);
}

static const struct {
    const char *name;
    int month;
} months[] = {
    {"january", 1},
    {"jan", 1},
    {"januar", 1},
    {"jänner", 1},
    {"janvier", 1},
    {"gennaio", 1},
    {"januari", 1},
    {"janeiro", 1},
    {"stycznia", 1},
    {"enero", 1},
    {"february", 2},
    {"feb", 2},
    {"februar", 2},
    {"février", 2},
    {"febbraio", 2},
    {"februari", 2},
    {"fevereiro", 2},
    {"lutego", 2},
    {"febrero", 2},
    {"march", 3},
    {"mar", 3},
    {"märz", 3},
    {"mars", 3},
    {"marzo", 3},
    {"maart", 3},
    {"março", 3},
    {"marca", 3},
    {"april", 4},
    {"apr", 4},
    {"avril", 4},
    {"aprile", 4},
    {"abril", 4},
    {"kwietnia", 4},
    {"may", 5},
    {"mai", 5},
    {"maggio", 5},
    {"mei", 5},
    {"maio", 5},
    {"maja", 5},
    {"mayo", 5},
    {"june", 6},
    {"jun", 6},
    {"juni", 6},
    {"juin", 6},
    {"giugno", 6},
    {"junho", 6},
    {"czerwca", 6},
    {"junio", 6},
    {"july", 7},
    {"jul", 7},
    {"juli", 7},
    {"juillet", 7},
    {"luglio", 7},
    {"julho", 7},
    {"lipca", 7},
    {"julio", 7},
    {"august", 8},
    {"aug", 8},
    {"août", 8},
    {"agosto", 8},
    {"augustus", 8},
    {"sierpnia", 8},
    {"september", 9},
    {"sep", 9},
    {"sept", 9},
    {"septembre", 9},
    {"settembre", 9},
    {"setembro", 9},
    {"września", 9},
    {"septiembre", 9},
    {"setiembre", 9},
    {"october", 10},
    {"oct", 10},
    {"oktober", 10},
    {"okt", 10},
    {"octobre", 10},
    {"ottobre", 10},
    {"outubro", 10},
    {"października", 10},
    {"octubre", 10},
    {"november", 11},
    {"nov", 11},
    {"novembre", 11},
    {"novembro", 11},
    {"listopada", 11},
    {"noviembre", 11},
    {"december", 12},
    {"dec", 12},
    {"dezember", 12},
    {"dez", 12},
    {"dé"
     "cembre",
     12},
    {"dicembre", 12},
    {"dezembro", 12},
    {"grudnia", 12},
    {"diciembre", 12},
    {"january's", 1},
};

static int month_of(const struct word *w)
{
    for (size_t i = 0; i < sizeof months / sizeof *months; i++)
        if (is(w, months[i].name))
            return months[i].month;
    return 0;
}

/* A number of at most `most` digits; endings of ordinals ("3rd", "1er", "1º") are allowed if
 * `ordinal`. -1 if it is not a number. */
static int number_of(const struct word *w, size_t most, bool ordinal)
{
    static const char *const endings[] = {"st", "nd", "rd", "th", "er", "º", "°", "de", "ste", "e"};
    int value = 0;
    size_t n = 0;
    for (; n < w->len && is_digit(w->at[n]); n++)
        value = n < 6 ? value * 10 + (w->at[n] - '0') : value;
    if (!n || n > most)
        return -1;
    if (n == w->len)
        return value;
    for (size_t i = 0; ordinal && i < sizeof endings / sizeof *endings; i++)
        if (strlen(endings[i]) == w->len - n && !memcmp(w->at + n, endings[i], w->len - n))
            return value;
    return -1;
}

static int year_of(const struct word *w)
{
    int year = w->len == 4 ? number_of(w, 4, false) : -1;
    return year >= 1990 && year <= 2100 ? year : -1;
}

/* ---- dates in a sentence -------------------------------------------------------------------- */

struct found {
    ofs_day day;
    const char *start, *end; /* in the small form */
};

static const char *word_end(const struct word *w)
{
    return w->at + w->len;
}

/* The year that makes a date without one the next of its kind, or one not long past. */
static bool with_likely_year(int month, int day, ofs_day today, ofs_day *ret)
{
    int y, m, d;
    civil(today, &y, &m, &d);
    return make_day(y, month, day, ret) && (*ret >= today - 60 || make_day(y + 1, month, day, ret));
}

static bool is_small_word(const struct word *w)
{
    static const char *const joints[] = {"de", "del", "of", "di", "do", "the"};
    for (size_t i = 0; i < sizeof joints / sizeof *joints; i++)
        if (is(w, joints[i]))
            return true;
    return false;
}

/* Close enough to be one date: a blank, a comma, a full stop between. */
static bool adjacent(const struct word *a, const struct word *b)
{
    size_t gap = (size_t)(b->at - word_end(a));
    return gap <= 3 && strspn(word_end(a), " ,.") >= gap;
}

/* The words of "to 10" or "-10" at `w`, the end of a range of days; 0 if there is none. */
static size_t range_at(const struct word *w, size_t n)
{
    static const char *const joints[] = {"to", "and", "through", "until", "bis", "und",
                                         "au", "et",  "al",      "e",     "tot", "en",
                                         "a",  "do",  "i",       "y",     NULL};
    size_t joint = 0;
    for (size_t i = 0; n > 1 && joints[i]; i++)
        joint = joint || is(w, joints[i]);
    int day = n > joint ? number_of(w + joint, 2, true) : -1;
    return day >= 1 && day <= 31 ? joint + 1 : 0;
}

/* "November 3, 2025", "Nov. 3rd", "March 1st, 2026", "November 3-10, 2025". Words used, or 0. */
static size_t month_first(const struct word *w, size_t n, ofs_day today, struct found *ret)
{
    int month = month_of(w), day = n > 1 ? number_of(w + 1, 2, true) : -1;
    if (!month || day < 1 || !adjacent(w, w + 1))
        return 0;
    size_t y = 2 + range_at(w + 2, n - 2);
    int year = n > y && adjacent(w + y - 1, w + y) ? year_of(w + y) : -1;
    ret->start = w->at;
    ret->end = word_end(w + (year > 0 ? y : 1));
    if (year > 0)
        return make_day(year, month, day, &ret->day) ? y + 1 : 0;
    return with_likely_year(month, day, today, &ret->day) ? 2 : 0;
}

/* The first day of "3 to 10 November 2025", of which the last was found at word `at`. */
static bool range_before(const struct word *w, size_t at, ofs_day last, ofs_day *ret)
{
    for (size_t first = at > 2 ? at - 2 : 0; first < at; first++) {
        int day = number_of(w + first, 2, true), y, m, d;
        if (day < 1 || range_at(w + first + 1, at - first) != at - first)
            continue;
        civil(last, &y, &m, &d);
        return day < d && make_day(y, m, day, ret);
    }
    return false;
}

/* "3 November 2025", "3rd of November, 2025", "3. November 2025", "3 de noviembre de 2025". */
static size_t day_first(const struct word *w, size_t n, ofs_day today, struct found *ret)
{
    int day = number_of(w, 2, true);
    size_t at = 1;
    if (day < 1 || n < 2)
        return 0;
    at += n > 2 && is_small_word(w + at);
    int month = at < n && adjacent(w + at - 1, w + at) ? month_of(w + at) : 0;
    if (!month)
        return 0;
    size_t y = at + 1;
    y += y < n && is_small_word(w + y);
    int year = y < n && adjacent(w + y - 1, w + y) ? year_of(w + y) : -1;
    ret->start = w->at;
    ret->end = word_end(w + (year > 0 ? y : at));
    if (year > 0)
        return make_day(year, month, day, &ret->day) ? y + 1 : 0;
    return with_likely_year(month, day, today, &ret->day) ? at + 1 : 0;
}

/* Which of the first two numbers of "03/11/2025" is the month, by the language of the sentence: 0
 * if that is not clear. */
static int month_place(const struct word *w, size_t n)
{
    static const char *const english[] = {"the",  "we",      "our",     "will", "effective",
                                          "your", "changes", "updated", NULL};
    static const char *const others[] = {
        "le",  "la", "du", "en",  "des",  "entr\u00e9e", "d'entr\u00e9e", "il", "dal", "della",
        "del", "el", "de", "der", "die",  "am",          "zum",           "ab", "op",  "vanaf",
        "het", "da", "em", "od",  "dnia", "fecha",       "data",          "a",  NULL};
    int first = 0, second = 0;
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; english[k]; k++)
            first += is(w + i, english[k]);
        for (size_t k = 0; others[k]; k++)
            second += is(w + i, others[k]);
    }
    return first ? 1 : second ? 2 : 0;
}

/* "2025-11-03", "03.11.2025", "3/11/2025" if one of the two cannot be a month, or the language
 * decides which is. */
static size_t in_digits(const struct word *w, size_t n, int month_place, struct found *ret)
{
    if (n < 3 || w[1].at != word_end(w) + 1 || w[2].at != word_end(w + 1) + 1 ||
        *word_end(w) != *word_end(w + 1))
        return 0;
    char mark = *word_end(w);
    int a = number_of(w, 4, false), b = number_of(w + 1, 2, false), c = number_of(w + 2, 4, false);
    bool good = false;
    ret->start = w->at;
    ret->end = word_end(w + 2);
    if (a < 0 || b < 0 || c < 0 || !strchr("-./", mark))
        return 0;
    if (w->len == 4)
        good = make_day(a, b, c, &ret->day);
    else if (w[2].len == 4 && mark == '/' && a > 12)
        good = make_day(c, b, a, &ret->day);
    else if (w[2].len == 4 && mark == '/' && (b > 12 || a == b))
        good = make_day(c, a, b, &ret->day);
    else if (w[2].len == 4 && mark == '/' && month_place)
        good = month_place == 1 ? make_day(c, a, b, &ret->day) : make_day(c, b, a, &ret->day);
    else if (w[2].len == 4 && mark != '/')
        good = make_day(c, b, a, &ret->day);
    return good ? 3 : 0;
}

/* ---- what makes a date an announcement ------------------------------------------------------ */

enum { NEAR_BEFORE = 140, NEAR_AFTER = 160, CLOSE = 48 };

static bool has_between(const char *from, const char *to, const char *const *list)
{
    size_t n = (size_t)(to - from);
    for (; *list; list++)
        if (memmem(from, n, *list, strlen(*list)))
            return true;
    return false;
}

static bool follows_at_once(const char *text, const char *date)
{
    for (size_t i = 0; ofs_dates_leading[i]; i++) {
        size_t n = strlen(ofs_dates_leading[i]);
        if ((size_t)(date - text) >= n && !memcmp(date - n, ofs_dates_leading[i], n) &&
            ((size_t)(date - text) == n || !is_word(date[-(long)n - 1])))
            return true;
    }
    return false;
}

/* Nothing but the date, with at most a word such as "Effective" or "on" before it. */
static bool stands_alone(const char *text, const struct found *f)
{
    return f->start - text <= 3 && strlen(f->end) <= 3;
}

enum judgement { MENTION, REVISED, ANNOUNCED };

static enum judgement judge(const char *text, const struct found *f)
{
    const char *end = text + strlen(text);
    const char *from = f->start - text > NEAR_BEFORE ? f->start - NEAR_BEFORE : text;
    const char *to = end - f->end > NEAR_AFTER ? f->end + NEAR_AFTER : end;
    const char *close = f->start - text > CLOSE ? f->start - CLOSE : text;
    if (has_between(from, to, ofs_dates_mentioning))
        return MENTION;
    if (has_between(close, f->start, ofs_dates_revising))
        return REVISED;
    if (!strncmp(f->start - (f->start - text >= 10 ? 10 : 0), "effective ", 10))
        return ANNOUNCED;
    if (has_between(from, to, ofs_dates_announcing))
        return ANNOUNCED;
    if (follows_at_once(text, f->start) && has_between(text, end, ofs_dates_subjects))
        return ANNOUNCED;
    return stands_alone(text, f) ? REVISED : MENTION;
}

/* ---- all of them ---------------------------------------------------------------------------- */

static void keep(struct ofs_announcements *ret, ofs_day day, bool revised,
                 const struct ofs_sentence *s)
{
    for (size_t i = 0; i < ret->n; i++)
        if (ret->list[i].day == day) {
            ret->list[i].revised = ret->list[i].revised && revised;
            return;
        }
    if (ret->n == OFS_DATES_MOST)
        return;
    struct ofs_announced *a = &ret->list[ret->n++];
    a->day = day;
    a->revised = revised;
    snprintf(a->quote, sizeof a->quote, "%.*s", (int)s->len, s->text);
    ofs_text_tame(a->quote);
}

static void find_in(const struct ofs_sentence *s, const char *small, ofs_day today,
                    struct ofs_announcements *ret)
{
    struct word words[MOST_WORDS];
    size_t n = split(small, words);
    for (size_t i = 0, used; i < n; i += used ? used : 1) {
        struct found f;
        used = month_first(words + i, n - i, today, &f);
        if (!used)
            used = day_first(words + i, n - i, today, &f);
        if (!used)
            used = in_digits(words + i, n - i, month_place(words, n), &f);
        if (!used)
            continue;
        enum judgement j = judge(small, &f);
        ofs_day first;
        if (j == ANNOUNCED && range_before(words, i, f.day, &first))
            keep(ret, first, false, s);
        if (j == ANNOUNCED || (j == REVISED && f.day > today))
            keep(ret, f.day, j == REVISED, s);
    }
}

void ofs_dates_find(const struct ofs_sentences *sentences, ofs_day today,
                    struct ofs_announcements *ret)
{
    *ret = (struct ofs_announcements){0};
    for (size_t i = 0; i < sentences->n; i++) {
        const struct ofs_sentence *s = &sentences->list[i];
        char *small = malloc(s->len + 1);
        if (!small)
            return;
        ofs_normal_lower(s->text, s->len, small, s->len + 1);
        find_in(s, small, today, ret);
        free(small);
    }
}
