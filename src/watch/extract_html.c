/* HTML, by libxml2's parser, which accepts any markup. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "watch/internal.h"
#include "watch/libxml2.h"
#include "watch/normal.h"
#include "watch/selector.h"

enum { MOST_SELECTORS = 200, MOST_DEPTH = 1024 };

struct list {
    struct ofs_selector *of[MOST_SELECTORS];
    size_t n;
};

static void list_free(struct list *list)
{
    for (size_t i = 0; i < list->n; i++)
        ofs_selector_free(list->of[i]);
}

static int list_add(struct list *list, const char *text, struct ofs_error *err)
{
    if (list->n == MOST_SELECTORS)
        return ofs_fail(err, OFS_ERR_SCENARIO, "too many selectors");
    list->of[list->n] = ofs_selector_parse(text, err);
    if (!list->of[list->n])
        return -1;
    list->n++;
    return 0;
}

static int list_parse(struct list *list, const cJSON *texts, struct ofs_error *err)
{
    const cJSON *one;
    cJSON_ArrayForEach(one, texts)
    {
        if (cJSON_IsString(one) && list_add(list, one->valuestring, err))
            return -1;
    }
    return 0;
}

static bool list_matches(const struct list *list, const xmlNode *e)
{
    for (size_t i = 0; i < list->n; i++)
        if (ofs_selector_matches(list->of[i], e))
            return true;
    return false;
}

static bool is_one_of(const xmlNode *e, const char *const *names)
{
    for (; *names; names++)
        if (!strcasecmp((const char *)e->name, *names))
            return true;
    return false;
}

/* Never words of a document. */
static const char *const silent[] = {"script", "style",    "noscript", "template", "svg",
                                     "iframe", "object",   "canvas",   "audio",    "video",
                                     "select", "textarea", "input",    "head",     "math",
                                     "map",    "dialog",   "picture",  NULL};
/* Inline elements; every other element begins a new line. */
static const char *const in_line[] = {
    "a",    "abbr", "acronym", "b",     "bdi",  "bdo",    "big",    "cite",  "code",
    "data", "dfn",  "em",      "font",  "i",    "ins",    "kbd",    "label", "mark",
    "q",    "s",    "samp",    "small", "span", "strike", "strong", "sub",   "sup",
    "time", "tt",   "u",       "var",   "wbr",  "img",    "del",    "nobr",  NULL};
/* Around the document, if the scenario selects nothing. */
static const char *const around[] = {"nav",
                                     "footer",
                                     "aside",
                                     "[role=navigation]",
                                     "[role=contentinfo]",
                                     "[role=complementary]",
                                     "[role=search]",
                                     "[class*=\"cookie-notice\"]",
                                     NULL};
/* In front of the document: never its words, unless the document is in them. */
static const char *const in_front[] = {"[role=dialog]",
                                       "[role=alertdialog]",
                                       "[aria-modal=true]",
                                       "[class*=\"cookie-banner\"]",
                                       "[class*=\"cookie_banner\"]",
                                       "[class*=\"cookieBanner\"]",
                                       "[class*=\"CookieBanner\"]",
                                       "[class*=\"cookie-bar\"]",
                                       "[class*=\"cookie-consent\"]",
                                       "[class*=\"cookieconsent\"]",
                                       "[class*=\"cookieConsent\"]",
                                       "[class*=\"CookieConsent\"]",
                                       "[class*=\"cookie-popup\"]",
                                       "[class*=\"cookie-modal\"]",
                                       "[class*=\"consent-banner\"]",
                                       "[class*=\"cc-window\"]",
                                       "[id*=\"cookie-banner\"]",
                                       "[id*=\"cookieBanner\"]",
                                       "[id*=\"CookieBanner\"]",
                                       "[id*=\"cookie-consent\"]",
                                       "[id*=\"cookieconsent\"]",
                                       "[id*=\"onetrust\"]",
                                       "[id*=\"CybotCookiebot\"]",
                                       "[id^=\"usercentrics\"]",
                                       "[id^=\"didomi\"]",
                                       "[id^=\"sp_message\"]",
                                       "[id^=\"truste\"]",
                                       "[aria-label*=\"ookie banner\"]",
                                       "[aria-label*=\"ookie consent\"]",
                                       NULL};

static const char *attribute(const xmlNode *e, const char *name)
{
    for (const xmlAttr *a = e->properties; a; a = a->next)
        if (!strcasecmp((const char *)a->name, name))
            return a->children && a->children->content ? (const char *)a->children->content : "";
    return NULL;
}

/* Does an inline style give the property this value? */
static bool has_style(const char *style, const char *property, const char *value)
{
    size_t n = strlen(property);
    for (const char *p = style ? strcasestr(style, property) : NULL; p;
         p = strcasestr(p + 1, property)) {
        const char *rest = p + n + strspn(p + n, " ");
        if (*rest == ':' && !strncasecmp(rest + 1 + strspn(rest + 1, " "), value, strlen(value)))
            return true;
    }
    return false;
}

static bool is_hidden(const xmlNode *e)
{
    const char *aria = attribute(e, "aria-hidden"), *style = attribute(e, "style");
    if (attribute(e, "hidden") || (aria && !strcasecmp(aria, "true")))
        return true;
    return has_style(style, "display", "none") || has_style(style, "visibility", "hidden");
}

static const xmlNode *find(const xmlNode *root, const char *name)
{
    for (const xmlNode *n = root; n;) {
        if (n->type == XML_ELEMENT_NODE && !strcasecmp((const char *)n->name, name))
            return n;
        if (n->type == XML_ELEMENT_NODE && n->children) {
            n = n->children;
            continue;
        }
        while (n != root && !n->next)
            n = n->parent;
        n = n == root ? NULL : n->next;
    }
    return NULL;
}

struct walk {
    struct list select, remove, in_front;
    const xmlNode *inside; /* the selected element that the walk is in */
    const xmlNode *heading;
    struct ofs_buf line;
    struct ofs_extract *ret;
    struct ofs_error *err;
    bool any; /* something was selected */
    /* Consecutive lines that contain only links are a menu, not the document. */
    const xmlNode *link, *last; /* that the walk is in; that was counted last */
    size_t links;               /* in this line */
    bool unlinked;              /* the line has words beside them */
    size_t run, run_at;         /* how many links in a row, and where in the text they began */
};

enum { MENU = 3, MENU_LINE = 120 };

static void end_menu(struct walk *w)
{
    if (w->run >= MENU && w->ret->text.len > w->run_at) {
        w->ret->text.len = w->run_at;
        w->ret->text.data[w->run_at] = '\0';
    }
    w->run = 0;
}

static int end_line(struct walk *w)
{
    bool link = w->links && !w->unlinked && w->line.len <= MENU_LINE * w->links;
    size_t links = w->links, before = w->ret->text.len;
    bool any = w->line.len > 0;
    w->links = 0;
    w->unlinked = false;
    if (any && !link) {
        end_menu(w);
        before = w->ret->text.len;
    }
    if (ofs_normal_end(&w->line, &w->ret->text, w->err))
        return -1;
    if (any && link) {
        w->run_at = w->run ? w->run_at : before;
        w->run += links;
    }
    return 0;
}

static bool contains(const xmlNode *e, const char *name)
{
    return find(e, name) != NULL;
}

static bool is_in(const xmlNode *e, const char *const *names)
{
    for (; e; e = e->parent)
        if (e->type == XML_ELEMENT_NODE && is_one_of(e, names))
            return true;
    return false;
}

/* A page's own head and its buttons. */
static bool is_of_the_page(const struct walk *w, const xmlNode *e)
{
    static const char *const headings[] = {"h1", "h2", "h3", "h4", "h5", "h6", "summary", NULL};
    static const char *const documents[] = {"main", "article", NULL};
    if (!strcasecmp((const char *)e->name, "button"))
        return !is_in(e, headings);
    return !w->select.n && !strcasecmp((const char *)e->name, "header") && !is_in(e, documents) &&
           !contains(e, "h1");
}

static bool is_in_front(const struct walk *w, const xmlNode *e)
{
    static const char *const never[] = {"html", "body", "main", "article", NULL};
    return list_matches(&w->in_front, e) && !is_one_of(e, never) && !contains(e, "main") &&
           !contains(e, "h1");
}

/* Whether the walk enters the element. */
static bool enters(struct walk *w, const xmlNode *e)
{
    if (is_one_of(e, silent) || is_hidden(e) || list_matches(&w->remove, e) || is_in_front(w, e) ||
        is_of_the_page(w, e))
        return false;
    if (!w->link && !strcasecmp((const char *)e->name, "a") && attribute(e, "href"))
        w->link = e;
    if (!w->inside && w->select.n && list_matches(&w->select, e)) {
        w->inside = e;
        w->any = true;
    }
    if (!w->heading && !strcasecmp((const char *)e->name, "h1") && (w->inside || !w->select.n))
        w->heading = e;
    return true;
}

static int leave(struct walk *w, const xmlNode *e)
{
    if (w->heading == e) {
        if (w->line.len)
            ofs_extract_title(w->ret, ofs_buf_str(&w->line));
        w->heading = NULL;
    }
    int rc = is_one_of(e, in_line) ? 0 : end_line(w);
    if (w->link == e)
        w->link = NULL;
    if (w->inside == e)
        w->inside = NULL;
    return rc;
}

/* Readable text: separators between links do not count. */
static bool has_words(const char *text)
{
    return text[strspn(text, " \t\r\n|/,;-")] != '\0';
}

static int take_text(struct walk *w, const xmlNode *n)
{
    if (!n->content || (w->select.n && !w->inside))
        return 0;
    if (has_words((const char *)n->content)) {
        w->links += w->link && w->link != w->last;
        w->last = w->link;
        w->unlinked = w->unlinked || !w->link;
    }
    return ofs_normal_add(&w->line, (const char *)n->content, strlen((const char *)n->content),
                          w->err);
}

/* Without recursion: the page decides its depth. */
static int walk_tree(struct walk *w, const xmlNode *root)
{
    const xmlNode *n = root;
    int depth = 0;
    while (n) {
        bool element = n->type == XML_ELEMENT_NODE, down = false;
        if (element) {
            if (!is_one_of(n, in_line) && end_line(w))
                return -1;
            down = enters(w, n) && n->children;
        } else if ((n->type == XML_TEXT_NODE || n->type == XML_CDATA_SECTION_NODE) &&
                   take_text(w, n)) {
            return -1;
        }
        if (down) {
            if (++depth > MOST_DEPTH)
                return ofs_fail(w->err, OFS_ERR_PROTOCOL, "the document is nested too deeply");
            n = n->children;
            continue;
        }
        if (element && leave(w, n))
            return -1;
        while (n != root && !n->next) {
            n = n->parent;
            depth--;
            if (leave(w, n))
                return -1;
        }
        n = n == root ? NULL : n->next;
    }
    if (end_line(w))
        return -1;
    end_menu(w);
    return 0;
}

/* The one element that the page itself marks as its main part; NULL if there are none or
 * several. */
static const xmlNode *only_main(const xmlNode *root)
{
    const xmlNode *found = NULL;
    for (const xmlNode *n = root; n;) {
        const char *role = n->type == XML_ELEMENT_NODE ? attribute(n, "role") : NULL;
        if (n->type == XML_ELEMENT_NODE && !is_hidden(n) &&
            (!strcasecmp((const char *)n->name, "main") || (role && !strcasecmp(role, "main")))) {
            if (found)
                return NULL;
            found = n;
        } else if (n->type == XML_ELEMENT_NODE && n->children) {
            n = n->children;
            continue;
        }
        while (n != root && !n->next)
            n = n->parent;
        n = n == root ? NULL : n->next;
    }
    return found;
}

/* If the page has a main part that holds most of its words, those are the document. */
static int prefer_main(struct walk *w, const xmlNode *root)
{
    const xmlNode *main = w->select.n ? NULL : only_main(root);
    struct ofs_extract whole = *w->ret;
    if (!main)
        return 0;
    *w->ret = (struct ofs_extract){.text = OFS_BUF(OFS_EXTRACT_MOST)};
    int rc = walk_tree(w, main);
    bool better = !rc && w->ret->text.len > whole.text.len / 2;
    if (!better) {
        ofs_extract_free(w->ret);
        *w->ret = whole;
        return rc;
    }
    if (!w->ret->title[0])
        memcpy(w->ret->title, whole.title, sizeof whole.title);
    ofs_extract_free(&whole);
    return 0;
}

static int read_words(struct walk *w, const xmlNode *root)
{
    const xmlNode *title = find(root, "title");
    if (walk_tree(w, root) || prefer_main(w, root))
        return -1;
    if (w->select.n && !w->any) {
        ofs_fail(w->err, OFS_ERR_PROTOCOL, "the page has no part that \"select\" names");
        return ofs_hint(w->err, "the site was rebuilt, or needs scripts to show its text; open the "
                                "address and correct the scenario");
    }
    if (title && title->children && title->children->content) {
        OFS_AUTO_BUF words = OFS_BUF(4096);
        const char *text = (const char *)title->children->content;
        size_t n = strlen(text);
        if (!ofs_normal_add(&words, text, n < 1000 ? n : 1000, w->err))
            ofs_extract_title(w->ret, ofs_buf_str(&words));
    }
    return 0;
}

static bool names_charset(const char *data, size_t len)
{
    return memmem(data, len < 4096 ? len : 4096, "charset", 7) != NULL;
}

int ofs_extract_html(const char *data, size_t len, const char *charset, const cJSON *select,
                     const cJSON *remove, struct ofs_extract *ret, struct ofs_error *err)
{
    struct walk w = {.line = OFS_BUF(OFS_EXTRACT_MOST), .ret = ret, .err = err};
    int rc = ofs_library_load(&libxml2, err);
    if (!rc)
        rc = list_parse(&w.select, select, err);
    if (!rc)
        rc = list_parse(&w.remove, remove, err);
    for (size_t i = 0; !rc && in_front[i]; i++)
        rc = list_add(&w.in_front, in_front[i], err);
    for (size_t i = 0; !rc && around[i] && !w.select.n; i++)
        rc = list_add(&w.remove, around[i], err);
    const char *encoding = *charset ? charset : names_charset(data, len) ? NULL : "UTF-8";
    htmlDocPtr doc = NULL;
    if (!rc) {
        doc = htmlReadMemory(data, (int)len, NULL, encoding,
                             HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING |
                                 HTML_PARSE_NONET | HTML_PARSE_COMPACT);
        const xmlNode *root = doc ? xmlDocGetRootElement(doc) : NULL;
        rc = root ? read_words(&w, root)
                  : ofs_fail(err, OFS_ERR_PROTOCOL, "the document has no words in it");
    }
    if (doc)
        xmlFreeDoc(doc);
    list_free(&w.select);
    list_free(&w.remove);
    list_free(&w.in_front);
    ofs_buf_free(&w.line);
    return rc;
}
