/* HTML, by libxml2's parser, which takes any tag soup. */
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
/* Run on in the line; everything else begins a new one. */
static const char *const in_line[] = {
    "a",    "abbr", "acronym", "b",     "bdi",  "bdo",    "big",    "cite",  "code",
    "data", "dfn",  "em",      "font",  "i",    "ins",    "kbd",    "label", "mark",
    "q",    "s",    "samp",    "small", "span", "strike", "strong", "sub",   "sup",
    "time", "tt",   "u",       "var",   "wbr",  "img",    "del",    "nobr",  NULL};
/* Around the document, where the scenario selects nothing. */
static const char *const around[] = {"nav",
                                     "footer",
                                     "[role=navigation]",
                                     "[role=contentinfo]",
                                     "[role=dialog]",
                                     "[role=search]",
                                     "[class*=\"cookie-banner\"]",
                                     "[class*=\"cookie-consent\"]",
                                     "[class*=\"cookie-notice\"]",
                                     "[id*=\"cookie-banner\"]",
                                     "[id*=\"cookie-consent\"]",
                                     "[id*=\"onetrust\"]",
                                     NULL};

static const char *attribute(const xmlNode *e, const char *name)
{
    for (const xmlAttr *a = e->properties; a; a = a->next)
        if (!strcasecmp((const char *)a->name, name))
            return a->children && a->children->content ? (const char *)a->children->content : "";
    return NULL;
}

static bool is_hidden(const xmlNode *e)
{
    const char *aria = attribute(e, "aria-hidden"), *style = attribute(e, "style");
    if (attribute(e, "hidden") || (aria && !strcasecmp(aria, "true")))
        return true;
    for (const char *p = style ? strcasestr(style, "display") : NULL; p;
         p = strcasestr(p + 1, "display")) {
        p += 7 + strspn(p + 7, " ");
        if (*p == ':' && !strncasecmp(p + 1 + strspn(p + 1, " "), "none", 4))
            return true;
    }
    return false;
}

struct walk {
    struct list select, remove;
    const xmlNode *inside; /* the selected element that the walk is in */
    const xmlNode *heading;
    struct ofs_buf line;
    struct ofs_extract *ret;
    struct ofs_error *err;
    bool any; /* something was selected */
};

static int end_line(struct walk *w)
{
    return ofs_normal_end(&w->line, &w->ret->text, w->err);
}

/* Whether the walk goes into the element. */
static bool enters(struct walk *w, const xmlNode *e)
{
    if (is_one_of(e, silent) || is_hidden(e) || list_matches(&w->remove, e))
        return false;
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
    if (w->inside == e)
        w->inside = NULL;
    return rc;
}

static int take_text(struct walk *w, const xmlNode *n)
{
    if (!n->content || (w->select.n && !w->inside))
        return 0;
    return ofs_normal_add(&w->line, (const char *)n->content, strlen((const char *)n->content),
                          w->err);
}

/* Without recursion: the depth of a page is its author's choice. */
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
    return end_line(w);
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

static int read_words(struct walk *w, const xmlNode *root)
{
    const xmlNode *title = find(root, "title");
    if (walk_tree(w, root))
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
    ofs_buf_free(&w.line);
    return rc;
}
