#include "base/plain.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(table) (sizeof(table) / sizeof *(table))

enum {
    MOST_EXPANSION = 3, /* bytes of the result for one of the input: "\u2026" becomes three dots */
    REPLACEMENT = 0xfffd,
};

/* Unicode compatibility forms (UAX 15) that occur in the texts of settings. */
static const struct {
    uint32_t form;
    const char *plain;
} compatible[] = {
    {0x00aa, "a"},       {0x00b2, "2"},  {0x00b3, "3"},   {0x00b9, "1"},       {0x00ba, "o"},
    {0x2026, "..."},     {0x2116, "no"}, {0x2120, "sm"},  {0x2122, "tm"},      {0xfb00, "ff"},
    {0xfb01, "fi"},      {0xfb02, "fl"}, {0xfb03, "ffi"}, {0xfb04, "ffl"},     {0xfb05, "st"},
    {0xfb06, "st"},      {0x0132, "ij"}, {0x0133, "ij"},  {0x01c4, "d\u017e"}, {0x01c5, "d\u017e"},
    {0x01c6, "d\u017e"}, {0x01c7, "lj"}, {0x01c8, "lj"},  {0x01c9, "lj"},      {0x01ca, "nj"},
    {0x01cb, "nj"},      {0x01cc, "nj"}, {0x017f, "s"},
};

/* A combining mark, and the letters that it makes: pairs of the one without it and the one with. */
static const struct {
    uint32_t mark;
    const char *pairs;
} compositions[] = {
    {0x0300, "aàeèiìnǹoòuùwẁyỳâầêềôồüǜăằēḕōṑơờưừеѐ"
             "иѝ"},
    {0x0301, "aácćeégǵiíkḱlĺmḿnńoópṕrŕsśuúwẃyýzź¨΅"
             "âấåǻæǽçḉêếïḯôốõṍøǿüǘăắēḗōṓũṹơớưứαάεέ"
             "ηήιίοόυύωώϊΐϋΰϒϓгѓкќ"},
    {0x0302, "aâcĉeêgĝhĥiîjĵoôsŝuûwŵyŷzẑạậẹệọộ"},
    {0x0303, "aãeẽiĩnñoõuũvṽyỹâẫêễôỗăẵơỡưữ"},
    {0x0304, "aāeēgḡiīoōuūyȳäǟæǣõȭöȫüǖǫǭȧǡȯȱиӣуӯḷḹ"
             "ṛṝ"},
    {0x0306, "aăeĕgğiĭoŏuŭȩḝаӑеӗжӂийуўạặ"},
    {0x0307, "aȧbḃcċdḋeėfḟgġhḣmṁnṅoȯpṗrṙsṡtṫwẇxẋyẏ"
             "zżśṥšṧſẛṣṩ"},
    {0x0308, "aäeëhḧiïoötẗuüwẅxẍyÿõṏūṻιϊυϋϒϔаӓеёжӝ"
             "зӟиӥоӧуӱчӵыӹэӭіїәӛөӫ"},
    {0x0309, "aảeẻiỉoỏuủyỷâẩêểôổăẳơởưử"},
    {0x030a, "aåuůwẘyẙ"},
    {0x030b, "oőuűуӳ"},
    {0x030c, "aǎcčdďeěgǧhȟiǐjǰkǩlľnňoǒrřsštťuǔzžüǚ"
             "ʒǯ"},
    {0x030f, "aȁeȅiȉoȍrȑuȕѵѷ"},
    {0x0311, "aȃeȇiȋoȏrȓuȗ"},
    {0x031b, "oơuư"},
    {0x0323, "aạbḅdḍeẹhḥiịkḳlḷmṃnṇoọrṛsṣtṭuụvṿwẉyỵ"
             "zẓơợưự"},
    {0x0324, "uṳ"},
    {0x0325, "aḁ"},
    {0x0326, "sștț"},
    {0x0327, "cçdḑeȩgģhḩkķlļnņrŗsştţ"},
    {0x0328, "aąeęiįoǫuų"},
    {0x032d, "dḓeḙlḽnṋtṱuṷ"},
    {0x032e, "hḫ"},
    {0x0330, "eḛiḭuṵ"},
    {0x0331, "bḇdḏhẖkḵlḻnṉrṟtṯzẕ"},
};

/* Capital letters, from first to last in steps of `step`, and the distance to their small
 * letters. */
static const struct {
    uint32_t first, last, step;
    int32_t away;
} capitals[] = {
    {'A', 'Z', 1, 32},       {0x00c0, 0x00d6, 1, 32},    {0x00d8, 0x00de, 1, 32},
    {0x0100, 0x012e, 2, 1},  {0x0134, 0x0136, 2, 1},     {0x0139, 0x0147, 2, 1},
    {0x014a, 0x0176, 2, 1},  {0x0178, 0x0178, 1, -121},  {0x0179, 0x017d, 2, 1},
    {0x01a0, 0x01a0, 1, 1},  {0x01af, 0x01af, 1, 1},     {0x01cd, 0x01db, 2, 1},
    {0x01de, 0x01ee, 2, 1},  {0x01f4, 0x01f4, 1, 1},     {0x01f8, 0x021e, 2, 1},
    {0x0222, 0x0232, 2, 1},  {0x0386, 0x0386, 1, 38},    {0x0388, 0x038a, 1, 37},
    {0x038c, 0x038c, 1, 64}, {0x038e, 0x038f, 1, 63},    {0x0391, 0x03a1, 1, 32},
    {0x03a3, 0x03ab, 1, 32}, {0x0400, 0x040f, 1, 80},    {0x0410, 0x042f, 1, 32},
    {0x0460, 0x0480, 2, 1},  {0x048a, 0x04be, 2, 1},     {0x04c0, 0x04c0, 1, 15},
    {0x04c1, 0x04cd, 2, 1},  {0x04d0, 0x052e, 2, 1},     {0x0531, 0x0556, 1, 48},
    {0x1e00, 0x1e94, 2, 1},  {0x1e9e, 0x1e9e, 1, -7615}, {0x1ea0, 0x1efe, 2, 1},
};

/* One code point of UTF-8 (RFC 3629, 3); an invalid byte is taken alone. */
static uint32_t next_code_point(const unsigned char **p)
{
    const unsigned char *s = *p;
    size_t more = s[0] < 0x80 ? 0 : s[0] >= 0xf0 ? 3 : s[0] >= 0xe0 ? 2 : s[0] >= 0xc2 ? 1 : 4;
    uint32_t cp = more == 0 ? s[0] : s[0] & (0x3fu >> more);
    *p = s + 1;
    if (more > 3)
        return REPLACEMENT;
    for (size_t i = 1; i <= more; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return REPLACEMENT;
        cp = cp << 6 | (s[i] & 0x3fu);
    }
    *p = s + 1 + more;
    return cp;
}

static size_t put_code_point(char *out, uint32_t cp)
{
    size_t more = cp < 0x80 ? 0 : cp < 0x800 ? 1 : cp < 0x10000 ? 2 : 3;
    static const unsigned char lead[] = {0, 0xc0, 0xe0, 0xf0};
    for (size_t i = more; i > 0; i--, cp >>= 6)
        out[i] = (char)(0x80 | (cp & 0x3f));
    out[0] = (char)(lead[more] | cp);
    return more + 1;
}

static bool is_blank(uint32_t cp)
{
    return (cp >= 0x09 && cp <= 0x0d) || cp == ' ' || cp == 0xa0 || cp == 0x1680 ||
           (cp >= 0x2000 && cp <= 0x200a) || cp == 0x2028 || cp == 0x2029 || cp == 0x202f ||
           cp == 0x205f || cp == 0x3000;
}

/* Characters without a width, and the soft hyphen. */
static bool is_unseen(uint32_t cp)
{
    return (cp >= 0x200b && cp <= 0x200f) || cp == 0x2060 || cp == 0xfeff || cp == 0xad;
}

/* Quotes to the straight ones, full-width forms to ASCII, other hyphens to "-". */
static uint32_t simplify(uint32_t cp)
{
    if (cp == 0x2018 || cp == 0x2019 || cp == 0x02bc || cp == 0xb4 || cp == '`')
        return '\'';
    if (cp == 0x201c || cp == 0x201d || cp == 0xab || cp == 0xbb)
        return '"';
    if (cp >= 0xff01 && cp <= 0xff5e)
        return cp - 0xff01 + 0x21;
    if (cp == 0x2011)
        return 0x2010;
    return cp;
}

static uint32_t to_small(uint32_t cp)
{
    if (cp == 0x03c2) /* a sigma at the end of a word */
        return 0x03c3;
    for (size_t i = 0; i < COUNT(capitals); i++)
        if (cp >= capitals[i].first && cp <= capitals[i].last &&
            (cp - capitals[i].first) % capitals[i].step == 0)
            return (uint32_t)((int64_t)cp + capitals[i].away);
    return cp;
}

/* The letter with the mark, or 0. */
static uint32_t compose(uint32_t letter, uint32_t mark)
{
    for (size_t i = 0; i < COUNT(compositions); i++) {
        if (compositions[i].mark != mark)
            continue;
        const unsigned char *p = (const unsigned char *)compositions[i].pairs;
        while (*p) {
            uint32_t without = next_code_point(&p), with = next_code_point(&p);
            if (without == letter)
                return with;
        }
    }
    return 0;
}

struct result {
    char *text;
    size_t n;
    size_t last_at; /* start of the last letter, for a combining mark after it */
    uint32_t last;
    bool blank; /* a space is due before the next character */
};

static void add(struct result *r, uint32_t cp)
{
    uint32_t composed = r->last && !r->blank ? compose(r->last, cp) : 0;
    if (composed) {
        r->n = r->last_at;
        cp = composed;
    }
    if (r->blank && r->n)
        r->text[r->n++] = ' ';
    r->blank = false;
    r->last = cp;
    r->last_at = r->n;
    r->n += put_code_point(r->text + r->n, cp);
}

static void add_plain(struct result *r, uint32_t cp)
{
    cp = simplify(cp);
    if (is_unseen(cp))
        return;
    if (is_blank(cp)) {
        r->blank = true;
        return;
    }
    for (size_t i = 0; i < COUNT(compatible); i++) {
        if (compatible[i].form != cp)
            continue;
        const unsigned char *p = (const unsigned char *)compatible[i].plain;
        while (*p)
            add(r, next_code_point(&p));
        return;
    }
    if (cp == 0x0130) { /* a capital i with a dot keeps the dot */
        add(r, 'i');
        add(r, 0x0307);
        return;
    }
    add(r, to_small(cp));
}

/* Remove the marks at the end and the space before them. */
static size_t without_end_marks(const char *text, size_t n)
{
    static const char full_stop[] = "\xe3\x80\x82"; /* U+3002 */
    size_t end = n;
    for (;;) {
        if (end && strchr(":.*", text[end - 1]))
            end--;
        else if (end >= 3 && !memcmp(text + end - 3, full_stop, 3))
            end -= 3;
        else
            break;
    }
    while (end < n && end && text[end - 1] == ' ')
        end--;
    return end;
}

char *ofs_text_plain(const char *text)
{
    const unsigned char *p = (const unsigned char *)text;
    struct result r = {.text = malloc(strlen(text) * MOST_EXPANSION + 1)};
    if (!r.text)
        return NULL;
    while (*p)
        add_plain(&r, next_code_point(&p));
    r.text[without_end_marks(r.text, r.n)] = '\0';
    return r.text;
}
