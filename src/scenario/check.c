#include "scenario/check.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

/* Unlike ctype.h these do not depend on the locale. */
static bool is_one_of(char c, const char *set)
{
    return c && strchr(set, c);
}

static bool is_control(char c)
{
    return (unsigned char)c < 0x20 || c == 0x7f;
}

/* A control character at the start of a UTF-8 text: those of ASCII, and the second set at U+0080,
 * which some terminals also interpret. */
static bool starts_with_control(const char *text)
{
    unsigned char first = (unsigned char)text[0], second = first ? (unsigned char)text[1] : 0;
    return is_control(*text) || (first == 0xc2 && second >= 0x80 && second <= 0x9f);
}

/* White space in any script that labels use; pages put U+00A0 between words. */
static bool is_blank(const char *text)
{
    for (const char *p = text; *p;) {
        if (is_one_of(*p, " \t\r\n"))
            p++;
        else if (!strncmp(p, "\xc2\xa0", 2))
            p += 2;
        else
            return false;
    }
    return true;
}

const char *ofs_check_prose(const char *text, const char *origin)
{
    (void)origin;
    if (is_blank(text))
        return "is empty";
    for (const char *p = text; *p; p++)
        if (starts_with_control(p) && !is_one_of(*p, "\n\t"))
            return "has a control character in it";
    return NULL;
}

const char *ofs_check_phrase(const char *text, const char *origin)
{
    (void)origin;
    if (is_blank(text))
        return "is empty";
    for (const char *p = text; *p; p++)
        if (starts_with_control(p))
            return "has a line break or another control character in it";
    return NULL;
}

/* Characters of a text in UTF-8, without blanks. */
static size_t letters(const char *text, size_t n)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += ((unsigned char)text[i] & 0xc0) != 0x80 && text[i] != ' ';
    return count;
}

const char *ofs_check_label(const char *text, const char *origin)
{
    enum { LEAST_FIXED = 4 }; /* letters: a shorter part would match too much */
    const char *why = ofs_check_phrase(text, origin);
    const char *open = strchr(text, '{');
    if (why || !open)
        return why;
    size_t n = !strncmp(open, OFS_VARIABLE, strlen(OFS_VARIABLE))   ? strlen(OFS_VARIABLE)
               : !strncmp(open, OFS_INSTANCE, strlen(OFS_INSTANCE)) ? strlen(OFS_INSTANCE)
                                                                    : 0;
    if (!n)
        return "has a \"{\" in it: a variable part is \"" OFS_VARIABLE "\", with one character "
               "between the brackets, or \"" OFS_INSTANCE "\"";
    if (strchr(open + n, '{'))
        return "has more than one variable part in it";
    if (letters(text, (size_t)(open - text)) + letters(open + n, strlen(open + n)) < LEAST_FIXED)
        return "has too little beside its variable part";
    return NULL;
}

const char *ofs_check_button(const char *text, const char *origin)
{
    const char *why = ofs_check_phrase(text, origin);
    if (!why && (strstr(text, OFS_VARIABLE) || strstr(text, OFS_INSTANCE)))
        why = "has a variable part in it: what is pressed is named exactly";
    return why;
}

const char *ofs_check_id(const char *text, const char *origin)
{
    (void)origin;
    if (!*text)
        return "is empty";
    if (!is_one_of(*text, LOWER DIGITS))
        return "has to begin with a small letter or a digit";
    if (text[strspn(text, LOWER DIGITS "./-")])
        return "may only have small letters, digits and . / - in it";
    const char *slash = strchr(text, '/');
    return slash && strchr(slash + 1, '/') ? "has more than one / in it" : NULL;
}

const char *ofs_check_name(const char *text, const char *origin)
{
    (void)origin;
    if (!*text)
        return "is empty";
    if (!is_one_of(*text, LOWER DIGITS))
        return "has to begin with a small letter or a digit";
    return text[strspn(text, LOWER DIGITS "-")] ? "may only have small letters, digits and - in it"
                                                : NULL;
}

const char *ofs_check_key(const char *text, const char *origin)
{
    (void)origin;
    if (!*text)
        return "is empty";
    for (const char *p = text; *p; p++)
        if (is_control(*p) || is_one_of(*p, " \"'`\\<>"))
            return "has a space, a quote or another character in it that no key has";
    return NULL;
}

const char *ofs_check_origin(const char *text, const char *origin)
{
    (void)origin;
    bool tls = !strncmp(text, "https://", 8);
    if (!tls && strncmp(text, "http://", 7))
        return "is no origin: write https://HOST";
    const char *host = text + (tls ? 8 : 7);
    size_t n = *host == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":/?#@");
    if (*host == '[' && host[n - 1] != ']')
        return "has a bracket that is not closed";
    char name[256];
    if (!n || n >= sizeof name)
        return "has no host";
    memcpy(name, host, n);
    name[n] = '\0';
    if (*host != '[' && name[strspn(name, LOWER DIGITS ".-")])
        return strpbrk(name, UPPER) ? "has to be in small letters"
                                    : "has a character in it that no host name has";
    if (*host != '[' && (is_one_of(*name, ".-") || strstr(name, "..")))
        return "has no valid host name";
    const char *rest = host + n;
    if (*rest == ':') {
        size_t digits = strspn(rest + 1, DIGITS);
        long port = digits && digits < 6 ? strtol(rest + 1, NULL, 10) : 0;
        if (port < 1 || port > 65535)
            return "has no valid port";
        if (port == (tls ? 443 : 80))
            return "names the usual port: leave it out";
        rest += 1 + digits;
    }
    if (*rest)
        return "is more than an origin: scheme, host and port are all it may have";
    if (!tls && !ofs_text_is_loopback_host(name))
        return "has to be https: plain http is for loopback only";
    return NULL;
}

/* Below such a host anyone may register a name, as in co.uk, so it is not known to be one site. A
 * host of one label is not a site, except localhost. */
static bool is_shared_host(const char *host, size_t n)
{
    const char *last = NULL, *before = NULL;
    for (size_t i = 0; i < n; i++)
        if (host[i] == '.') {
            before = last;
            last = host + i;
        }
    if (!last)
        return n != strlen("localhost") || strncmp(host, "localhost", n) != 0;
    size_t top = n - (size_t)(last + 1 - host);
    size_t second = (size_t)(last - (before ? before + 1 : host));
    return !before && top == 2 && second <= 3;
}

const char *ofs_check_own_origin(const char *text, const char *origin)
{
    const char *at = strstr(text, "://" OFS_INSTANCE ".");
    const char *host = at ? at + strlen("://" OFS_INSTANCE ".") : NULL;
    const char *own = origin ? strstr(origin, "://") : NULL;
    if (!at)
        return "has to be https://" OFS_INSTANCE
               ".HOST: the name of the instance is one whole part "
               "of the host's name, the first one";
    if (strstr(host, OFS_INSTANCE))
        return "has \"" OFS_INSTANCE "\" in it twice";
    if (!own)
        return NULL; /* the origin's own fault is reported */
    if ((size_t)(at - text) != (size_t)(own - origin) ||
        strncmp(text, origin, (size_t)(own - origin)) || strcmp(host, own + 3))
        return "is not below the scenario's own origin: it has to be \"" OFS_INSTANCE
               ".\" and exactly that host";
    size_t n = strcspn(host, ":");
    if (*host == '[' || host[strspn(host, DIGITS ".:")] == '\0')
        return "is below an address: only a name has names below it";
    return is_shared_host(host, n) ? "is below a host that many share" : NULL;
}

/* "scheme:" in front, as in RFC 3986, section 3.1. */
static bool has_scheme(const char *text)
{
    size_t n = strspn(text, LOWER UPPER DIGITS "+.-");
    return n && text[n] == ':' && is_one_of(*text, LOWER UPPER);
}

/* One byte of a path, percent-decoded; moves the cursor. */
static unsigned char path_byte(const char **p)
{
    char hex[3] = {0};
    if (**p == '%' && isxdigit((unsigned char)(*p)[1]) && isxdigit((unsigned char)(*p)[2])) {
        memcpy(hex, *p + 1, 2);
        *p += 3;
        return (unsigned char)strtoul(hex, NULL, 16);
    }
    return (unsigned char)*(*p)++;
}

/* Whether the path has a segment that is "." or "..", also in its percent-encoded spelling. */
static bool climbs(const char *path)
{
    size_t dots = 0, others = 0;
    for (const char *p = path;;) {
        bool end = !*p || *p == '?' || *p == '#';
        unsigned char c = end ? '/' : path_byte(&p);
        if (c == '/' || c == '\\') {
            if (dots && dots <= 2 && !others)
                return true;
            dots = others = 0;
        } else if (c == '.') {
            dots++;
        } else {
            others++;
        }
        if (end)
            return false;
    }
}

const char *ofs_check_path(const char *text, const char *origin)
{
    if (!*text)
        return "is empty";
    if (has_scheme(text)) {
        size_t n = origin ? strlen(origin) : 0;
        if (n && !strncmp(text, origin, n) && text[n] == '/')
            return "is a whole address: write only what follows the origin, from the \"/\" on";
        return "leaves its origin";
    }
    if (!strncmp(text, "//", 2) || !strncmp(text, "/\\", 2) || !strncmp(text, "\\\\", 2))
        return "leaves its origin: it names another host";
    for (const char *p = text; *p; p++) {
        if (*p == '\\')
            return "has a backslash in it";
        if (is_control(*p) || *p == ' ')
            return "has a space or a control character in it";
        if ((unsigned char)*p > 0x7f || is_one_of(*p, "\"<>`{}|^"))
            return "has a character in it that has to be percent-encoded";
    }
    if (*text != '/')
        return "has to begin with \"/\"";
    if (climbs(text))
        return "has a \".\" or \"..\" segment in it";
    return NULL;
}

const char *ofs_check_page(const char *text, const char *origin)
{
    const char *at = strstr(text, OFS_INSTANCE);
    size_t n = at ? (size_t)(at - text) : 0, len = strlen(OFS_INSTANCE);
    char plain[2048];
    if (!at)
        return ofs_check_path(text, origin);
    if (strstr(at + len, OFS_INSTANCE))
        return "has \"" OFS_INSTANCE "\" in it twice";
    if (!n || !is_one_of(text[n - 1], "/=") || !(strchr("/?&#", at[len])))
        return "has \"" OFS_INSTANCE "\" in it beside other letters: it has to be a whole segment, "
               "or the whole value of a query";
    if ((size_t)snprintf(plain, sizeof plain, "%.*sx%s", (int)n, text, at + len) >= sizeof plain)
        return "is too long";
    return ofs_check_path(plain, origin);
}

const char *ofs_check_request_path(const char *text, const char *origin)
{
    const char *why = ofs_check_path(text, origin), *star = strchr(text, '*');
    if (why)
        return why;
    if (strpbrk(text, "?#"))
        return "has a query in it: that goes into \"query\"";
    if (star && (star[-1] != '/' || !strchr("/", star[1])))
        return "has a \"*\" in it that is no whole segment";
    if (star && strchr(star + 1, '*'))
        return "has more than one \"*\" in it";
    return NULL;
}

/* The text inside "[…]": NAME, or NAME OPERATOR VALUE. */
static bool is_attribute_test(const char *text, size_t n)
{
    size_t name = strspn(text, LOWER UPPER DIGITS "_-:");
    if (!name || name > n)
        return false;
    if (name == n)
        return true;
    const char *p = text + name;
    p += is_one_of(*p, "~|^$*");
    return *p == '=' && p + 1 < text + n;
}

const char *ofs_check_address(const char *text, const char *origin)
{
    if (strncmp(text, "https://", 8) && strncmp(text, "http://", 7))
        return ofs_check_path(text, origin);
    char host[300];
    size_t n = strcspn(text, "/");
    n += text[n] ? 2 : 0;
    n += strcspn(text + n, "/?#");
    if (n >= sizeof host)
        return "has no valid host name";
    memcpy(host, text, n);
    host[n] = '\0';
    const char *fault = ofs_check_origin(host, NULL);
    return fault || !text[n] ? fault : ofs_check_path(text + n, NULL);
}

const char *ofs_check_simple_selector(const char *text, const char *origin)
{
    const char *fault = ofs_check_selector(text, origin);
    size_t depth = 0;
    for (const char *p = text; !fault && *p; p++) {
        depth += *p == '[';
        depth -= *p == ']' && depth;
        if (!depth && is_one_of(*p, ":+~()"))
            fault = "is no simple selector: tags, #id, .class, [attribute], blanks, '>' and commas";
    }
    return fault;
}

const char *ofs_check_selector(const char *text, const char *origin)
{
    (void)origin;
    char open[16];
    size_t depth = 0, n = strlen(text);
    const char *bracket = NULL;
    if (is_blank(text))
        return "is empty";
    if (is_one_of(*text, " ,>+~") || is_one_of(text[n - 1], " ,>+~"))
        return "begins or ends with a space, a comma or a combinator";
    if (!is_one_of(*text, LOWER UPPER "*.#[:_-"))
        return "does not begin like a CSS selector";
    for (const char *p = text; *p; p++) {
        if (is_control(*p))
            return "has a control character in it";
        if (*p == '"' || *p == '\'') {
            const char *end = strchr(p + 1, *p);
            if (!end)
                return "has a quote that is not closed";
            if (!depth)
                return "has a quote outside of brackets";
            p = end;
        } else if (*p == '[' || *p == '(') {
            if (depth == sizeof open)
                return "is nested too deep";
            open[depth++] = *p == '[' ? ']' : ')';
            bracket = *p == '[' ? p : bracket;
        } else if (*p == ']' || *p == ')') {
            if (!depth || open[--depth] != *p)
                return "has a bracket that does not match";
            if (*p == ']' && !is_attribute_test(bracket + 1, (size_t)(p - bracket - 1)))
                return "has brackets with no attribute in them";
        } else if (*p == '\\' && p[1] && !is_control(p[1])) {
            p++; /* an escaped character of a name */
        } else if (is_one_of(*p, "{};@<!?/\\%&")) {
            return "has a character in it that no CSS selector has";
        } else if (!depth && is_one_of(*p, ".#") && !is_one_of(p[1], LOWER UPPER "_-\\")) {
            return "has a . or # with no name behind it";
        } else if (*p == ',' && strspn(p + 1, " ") == strcspn(p + 1, ",")) {
            return "has an empty part between commas";
        }
    }
    return depth ? "has a bracket that is not closed" : NULL;
}

const char *ofs_check_attribute(const char *text, const char *origin)
{
    (void)origin;
    if (!is_one_of(*text, LOWER) || text[strspn(text, LOWER DIGITS "-")])
        return "is no plain attribute name (small letters, digits and -)";
    return NULL;
}

const char *ofs_check_language(const char *text, const char *origin)
{
    (void)origin;
    const char *const wrong = "is no language tag, such as \"en\" or \"pt-BR\"";
    size_t n = strspn(text, LOWER);
    if (n < 2 || n > 3)
        return wrong;
    for (const char *p = text + n; *p; p += n) {
        if (*p++ != '-')
            return wrong;
        n = strspn(p, LOWER UPPER DIGITS);
        if (n < 2 || n > 8)
            return wrong;
    }
    return NULL;
}

const char *ofs_check_region(const char *text, const char *origin)
{
    (void)origin;
    size_t n = strspn(text, UPPER);
    return (n == 2 || n == 3) && !text[n] ? NULL : "is no region, such as \"DE\" or \"EEA\"";
}

const char *ofs_check_date(const char *text, const char *origin)
{
    (void)origin;
    static const int days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    size_t n = strlen(text);
    for (size_t i = 0; i < n; i++)
        if ((i == 4 || i == 7) ? text[i] != '-' : !is_one_of(text[i], DIGITS))
            n = 0;
    if (n != 7 && n != 10)
        return "is no date (YYYY-MM or YYYY-MM-DD)";
    long year = strtol(text, NULL, 10), month = strtol(text + 5, NULL, 10);
    long day = n == 10 ? strtol(text + 8, NULL, 10) : 1;
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    if (year < 1990 || month < 1 || month > 12 || day < 1 || day > days[month - 1] ||
        (month == 2 && day == 29 && !leap))
        return "is not in the calendar";
    return NULL;
}

bool ofs_check_is_script(const char *text)
{
    static const char *const marks[] = {"javascript:", "vbscript:", "data:text/html", "<script"};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        /* A browser drops white space and control characters inside a scheme, so they are ignored
         * here. */
        for (const char *start = text; *start; start++) {
            const char *mark = marks[i], *p = start;
            if (is_control(*start) || *start == ' ')
                continue; /* nothing begins here, and a long run of blanks stays cheap */
            for (; *mark && *p; p++) {
                if (is_control(*p) || *p == ' ')
                    continue;
                if (tolower((unsigned char)*p) != *mark)
                    break;
                mark++;
            }
            if (!*mark)
                return true;
        }
    }
    return false;
}

/* The next byte that counts, 0 at the end of the path. */
static unsigned char next_path_byte(const char **p)
{
    if (!**p || **p == '?' || **p == '#')
        return 0;
    unsigned char c = path_byte(p);
    while (c == '/' && **p == '/')
        (*p)++;
    if (c == '/' && (!**p || **p == '?' || **p == '#'))
        return 0;
    return (unsigned char)tolower(c);
}

bool ofs_path_is_under(const char *path, const char *base)
{
    for (;;) {
        unsigned char a = next_path_byte(&path), b = next_path_byte(&base);
        if (!b)
            return !a || a == '/';
        if (a != b)
            return false;
    }
}
