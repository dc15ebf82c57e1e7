/* What a page prints around the words of a document, or differently every time: tracking
 * parameters, counters, tokens, the year of a copyright, buttons and hints of the interface. */
#include <string.h>
#include <strings.h>

#include "watch/internal.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (unsigned char)c >= 0x80;
}

/* ---- addresses ------------------------------------------------------------------------------ */

static bool is_tracking(const char *name, size_t n)
{
    static const char *const names[] = {
        "fbclid", "gclid",     "dclid", "msclkid", "mc_cid",     "mc_eid",    "igshid", "trk",
        "lipi",   "licu",      "ref",   "ref_src", "trackingid", "source",    "_hsenc", "_hsmi",
        "yclid",  "sessionid", "sid",   "cid",     "twclid",     "li_fat_id", "gbraid", "wbraid"};
    if (n >= 4 && !strncasecmp(name, "utm_", 4))
        return true;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strlen(names[i]) == n && !strncasecmp(names[i], name, n))
            return true;
    return false;
}

static bool ends_address(char c)
{
    return !c || strchr(" \"'<>()[]", c) != NULL;
}

/* Cut the tracking parameters out of every address of the line, in place. */
static void strip_tracking(char *line)
{
    for (char *p = strstr(line, "://"); p; p = strstr(p + 3, "://")) {
        char *q = p + 3;
        while (!ends_address(*q) && *q != '?')
            q++;
        if (*q != '?')
            continue;
        char *out = q, *in = q + 1, joint = '?';
        while (!ends_address(*in) && *in != '#') {
            size_t n = 0, name = 0;
            while (!ends_address(in[n]) && in[n] != '&' && in[n] != '#')
                n++;
            while (name < n && in[name] != '=')
                name++;
            char *from = in;
            in += n + (in[n] == '&');
            if (is_tracking(from, name))
                continue;
            *out++ = joint;
            memmove(out, from, n);
            out += n;
            joint = '&';
        }
        memmove(out, in, strlen(in) + 1);
        p = out >= p + 3 ? out - 3 : p;
    }
}

/* ---- counters ------------------------------------------------------------------------------- */

static const char *const counted[] = {"views",
                                      "view",
                                      "visits",

                                      "readers",
                                      "reads",
                                      "likes",
                                      "shares",
                                      "online",
                                      "downloads",
                                      "votes",
                                      "followers",
                                      "members online",
                                      "people found this helpful",
                                      "found this helpful",
                                      "people are viewing",
                                      "min read",
                                      "minute read",
                                      "aufrufe",
                                      "vues",
                                      "visualizzazioni",
                                      "weergaven",
                                      "visualiza",
                                      "wy\xc5\x9bwietle",
                                      "visitas",
                                      "seconds ago",
                                      "minutes ago",
                                      "hours ago",
                                      "days ago",
                                      "weeks ago",
                                      "second ago",
                                      "minute ago",
                                      "hour ago",
                                      "day ago",
                                      "week ago",
                                      NULL};
/* The start of a line that ends in a number, a date or a token of this print only. */
static const char *const fleeting[] = {"views:",
                                       "page views",
                                       "visits:",
                                       "visitors",
                                       "you are visitor",
                                       "last visited",
                                       "last visit",
                                       "your last visit",
                                       "last login",
                                       "today is",
                                       "today:",
                                       "current time",
                                       "local time",
                                       "server time",
                                       "page generated",
                                       "generated at",
                                       "generated in",
                                       "generated on",
                                       "rendered in",
                                       "rendered at",
                                       "rendered on",
                                       "served in",
                                       "served by",
                                       "cached at",
                                       "loaded in",
                                       "request id",
                                       "session id",
                                       "session:",
                                       "trace id",
                                       "reference id",
                                       "correlation id",
                                       "ray id",
                                       "cloudflare ray id",
                                       "online:",
                                       "readers:",
                                       "zuletzt besucht",
                                       "letzter besuch",
                                       "heute ist",
                                       "derni\u00e8re visite",
                                       "ultima visita",
                                       "laatst bezocht",
                                       "\u00faltima visita",
                                       "ostatnia wizyta",
                                       NULL};

/* The same, if the number or the token follows at once. */
static const char *const followed[] = {"visitor", "visitors", "viewed", "visited", "counter", NULL};
static const char *const followed_by_token[] = {"build", "commit", "deploy",  "deployment", "nonce",
                                                "token", "csrf",   "server:", NULL};

/* Labels of links, beside their words. */
static const char *const hints[] = {"(opens in a new window)",
                                    "(opens in new window)",
                                    "(opens in a new tab)",
                                    "(opens in new tab)",
                                    "(opens a new window)",
                                    "(link opens in a new window)",
                                    "(external link)",
                                    "opens in a new window",
                                    "opens in a new tab",
                                    "opens in new window",
                                    "opens in new tab",
                                    "(wird in neuem fenster ge\u00f6ffnet)",
                                    "(\u00f6ffnet in neuem fenster)",
                                    "(s'ouvre dans une nouvelle fen\u00eatre)",
                                    NULL};

/* Whole lines that are buttons or hints. "Yes" and "No" are not among them: a table of what is
 * shared with whom also has them. */
static const char *const interface[] = {"back to top",
                                        "return to top",
                                        "print",
                                        "print this page",
                                        "share",
                                        "share this page",
                                        "copy link",
                                        "link copied",
                                        "skip to main",
                                        "skip to content",
                                        "skip navigation",
                                        "expand all",
                                        "collapse all",
                                        "show more",
                                        "show less",
                                        "read more",
                                        "read less",
                                        "see more",
                                        "see less",
                                        "download pdf",
                                        "download as pdf",
                                        "view as pdf",
                                        "save as pdf",
                                        "on this page",
                                        "in this article",
                                        "on this page:",
                                        "loading",
                                        "advertisement",
                                        "sponsored",
                                        "sign in",
                                        "sign up",
                                        "log in",
                                        "join now",
                                        "accept all",
                                        "accept cookies",
                                        "reject all",
                                        "cookie settings",
                                        "manage cookies",
                                        "cookie preferences",
                                        "got it",
                                        "submit feedback",
                                        "give feedback",
                                        "send feedback",
                                        "was this helpful",
                                        "menu",
                                        "was this page helpful",
                                        "was this article helpful",
                                        "did you find this helpful",
                                        "skip to main content",
                                        "thanks for your feedback",
                                        "thank you for your feedback",
                                        "select language",
                                        "choose language",
                                        "change language",
                                        "permalink",
                                        "close",
                                        "nach oben",
                                        "drucken",
                                        "teilen",
                                        "seite drucken",
                                        "alle akzeptieren",
                                        "zum inhalt springen",
                                        "zum hauptinhalt springen",
                                        "haut de page",
                                        "retour en haut",
                                        "imprimer",
                                        "partager",
                                        "tout accepter",
                                        "aller au contenu",
                                        "torna su",
                                        "stampa",
                                        "condividi",
                                        "naar boven",
                                        "afdrukken",
                                        "delen",
                                        "volver arriba",
                                        "imprimir",
                                        "compartir",
                                        "compartilhar",
                                        "drukuj",
                                        NULL};

enum { SHORT_LINE = 100, SHORT_NOTICE = 200 };

/* Whether `text` begins with the word or words, and they end there. */
static bool begins(const char *text, const char *words)
{
    size_t n = strlen(words);
    return !strncasecmp(text, words, n) && (!is_letter(words[n - 1]) || !is_letter(text[n]));
}

static size_t begins_with_any(const char *text, const char *const *list)
{
    size_t most = 0;
    for (; *list; list++)
        if (begins(text, *list) && strlen(*list) > most)
            most = strlen(*list);
    return most;
}

static bool has_digit(const char *text)
{
    return text[strcspn(text, "0123456789")] != '\0';
}

/* The number at `p` with its inner separators and a unit letter; 0 if there is none. */
static size_t number_at(const char *p)
{
    size_t n = 0;
    while (is_digit(p[n]) || (n && p[n] && strchr(".,'", p[n]) && is_digit(p[n + 1])))
        n++;
    if (n && p[n] && strchr("kKmM", p[n]) && (p[n + 1] == ' ' || !p[n + 1]))
        n++;
    return n;
}

static void cut(char *at, size_t n)
{
    memmove(at, at + n, strlen(at + n) + 1);
}

static void mask(char *at, size_t n)
{
    *at = '#';
    cut(at + 1, n - 1);
}

/* "1,234 views", "3 of 5 found this helpful", "(12 hours ago)". */
static void mask_counters(char *line)
{
    for (char *p = line; *p; p++) {
        if (p > line && p[-1] != ' ' && p[-1] != '(')
            continue;
        size_t n = number_at(p),
               of = n && !strncasecmp(p + n, " of ", 4) ? number_at(p + n + 4) : 0;
        size_t all = of ? n + 4 + of : n;
        size_t unit = n && p[all] == ' ' ? begins_with_any(p + all + 1, counted) : 0;
        if (unit > 4 && !strncasecmp(p + all + 1 + unit - 4, " ago", 4))
            mask(p, all + 1 + unit - 4); /* hours or days */
        else if (unit)
            mask(p, all);
    }
}

/* Every word from here on that contains a digit. */
static void mask_tokens(char *p)
{
    while (*p) {
        p += strspn(p, " :#(");
        size_t n = strcspn(p, " )");
        size_t digit = strcspn(p, "0123456789");
        if (digit < n)
            mask(p, n);
        p += digit < n ? 1 : n;
        p += *p == ')';
    }
}

/* "Viewed 1,234 times", "Request ID: 4f2a", "Last visited: March 3, 2025": a short line of its own,
 * or a part of one after a mark. */
static void mask_fleeting(char *line)
{
    enum { TOKEN = 4 };
    if (strlen(line) > SHORT_LINE)
        return;
    for (char *p = line; *p; p++) {
        if (p > line && !(p[-1] == ' ' && p - line > 1 && strchr("|-.:;()", p[-2])))
            continue;
        size_t n = begins_with_any(p, fleeting), number = begins_with_any(p, followed),
               token = begins_with_any(p, followed_by_token);
        if (n && has_digit(p + n)) {
            strcpy(p + n, strlen(p + n) > 2 ? " #" : "#");
            return;
        }
        char *value = p + (number ? number : token);
        value += strspn(value, " :#");
        size_t len = strcspn(value, " )");
        if ((number || token) && strcspn(value, "0123456789") < len && (number || len >= TOKEN)) {
            mask_tokens(value);
            return;
        }
    }
}

static bool is_year(const char *p)
{
    return (!strncmp(p, "19", 2) || !strncmp(p, "20", 2)) && is_digit(p[2]) && is_digit(p[3]) &&
           !is_digit(p[4]);
}

/* "\u00a9 2003-2025 Example". */
static void mask_copyright(char *line)
{
    if (strlen(line) > SHORT_NOTICE ||
        !(strstr(line, "\u00a9") || strcasestr(line, "copyright") || !strncasecmp(line, "(c) ", 4)))
        return;
    for (char *p = line; *p; p++)
        if (is_year(p) && (p == line || !is_digit(p[-1]))) {
            mask(p, 4);
            size_t gap = strspn(p + 1, " -");
            if (gap && is_year(p + 1 + gap))
                cut(p + 1, gap + 4);
        }
}

static void drop_hints(char *line)
{
    for (const char *const *hint = hints; *hint; hint++)
        for (char *p = strcasestr(line, *hint); p; p = strcasestr(p, *hint)) {
            cut(p, strlen(*hint));
            if (p > line && p[-1] == ' ' && (*p == ' ' || !*p || strchr(".,;:)", *p)))
                cut(p - 1, 1);
        }
}

void ofs_noise_mask(char *line)
{
    strip_tracking(line);
    drop_hints(line);
    mask_counters(line);
    mask_fleeting(line);
    mask_copyright(line);
}

bool ofs_noise_is_interface(const char *line)
{
    size_t n = strlen(line);
    while (n && !is_letter(line[n - 1]))
        n--;
    for (const char *const *one = interface; *one; one++)
        if (strlen(*one) == n && !strncasecmp(line, *one, n))
            return true;
    return false;
}
