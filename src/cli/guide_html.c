/* The guide as one page for a browser: links to click, nothing fetched, no script. */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/guide.h"
#include "cli/past.h"
#include "record/html.h"

enum { MOST_BYTES = 16 << 20 };

/* The site's own words, in their language: `"…" or "…"`. False if there are none. */
static bool put_words(struct ofs_html *page, const struct guide *g, const cJSON *words)
{
    const cJSON *language, *word;
    bool any = false;
    cJSON_ArrayForEach(language, words)
    {
        if (!guide_shows(g, words, language))
            continue;
        cJSON_ArrayForEach(word, language)
        {
            ofs_html_put(page, "%s<q lang=\"", any ? " or " : "");
            ofs_html_text(page, language->string);
            ofs_html_put(page, "\">");
            ofs_html_text(page, word->valuestring);
            ofs_html_put(page, "</q>");
            any = true;
        }
    }
    return any;
}

static void put_route(struct ofs_html *page, const struct guide *g, const struct ofs_setting *s)
{
    OFS_AUTO_STR own = guide_page(g, s);
    OFS_AUTO_STR name = guide_instance(g, s);
    OFS_AUTO_STR index = guide_link(g, guide_index_page(g, s));
    const cJSON *words = s->rows ? s->rows : s->labels;
    bool listed = index && words;
    if (!own && !listed)
        return;
    ofs_html_put(page, "<li>Open ");
    ofs_html_link(page, own ? own : index, true);
    if (name) {
        ofs_html_put(page, ", ");
        ofs_html_text(page, name);
    }
    if (own && listed) {
        ofs_html_put(page, "<br>If that page is not there, open ");
        ofs_html_link(page, index, true);
    }
    if (listed) {
        ofs_html_put(page, " and follow ");
        put_words(page, g, words);
    }
    ofs_html_put(page, "</li>\n");
}

static void put_act(struct ofs_html *page, const struct guide *g, const struct ofs_setting *s)
{
    ofs_html_put(page, "<li>Find ");
    if (!put_words(page, g, s->labels))
        ofs_html_put(page, "the control that the title names; its label is not known");
    ofs_html_put(page, ".</li>\n<li>");
    if (guide_is_switch(s)) {
        ofs_html_put(page, "Turn it <strong>");
        ofs_html_text(page, s->wanted);
        ofs_html_put(page, "</strong>.");
    } else {
        const cJSON *option = ofs_json_get(s->choices, s->wanted);
        ofs_html_put(page, "Choose <strong>");
        if (!put_words(page, g, option))
            ofs_html_text(page, s->wanted);
        ofs_html_put(page, "</strong>.");
    }
    if (s->inverted && guide_is_switch(s)) {
        ofs_html_put(page, " Where it reads ");
        put_words(page, g, s->inverted);
        ofs_html_put(page, ", it works the other way: turn it <strong>%s</strong>.",
                     strcmp(s->wanted, "off") ? "off" : "on");
    }
    ofs_html_put(page, "</li>\n");
}

static void put_term(struct ofs_html *page, const char *name, const char *text)
{
    if (!text || !*text)
        return;
    ofs_html_put(page, "<dt>%s</dt>", name);
    ofs_html_element(page, "dd", NULL, text);
}

/* A box to tick while going through the page; its state is not kept. */
static void put_done(struct ofs_html *page, const char *title)
{
    ofs_html_put(page, "<p class=\"done\"><label><input type=\"checkbox\" aria-label=\"Done: ");
    ofs_html_text(page, title);
    ofs_html_put(page, "\"> Done</label></p>\n");
}

static void put_setting(struct ofs_html *page, const struct guide *g, const struct ofs_setting *s,
                        int number)
{
    const cJSON *effect;
    OFS_AUTO_STR title = ofs_text_printf("%d. %s", number, s->title);
    OFS_AUTO_STR what = guide_effect(s);
    ofs_html_put(page, "<article>\n");
    ofs_html_element(page, "h3", NULL, title ? title : s->title);
    ofs_html_put(page, "<ol class=\"steps\">\n");
    put_route(page, g, s);
    put_act(page, g, s);
    ofs_html_put(page, "</ol>\n");
    if (what || s->cannot || ofs_json_get(s->tree, "also_changes")) {
        ofs_html_put(page, "<dl>\n");
        put_term(page, "Effect", what);
        put_term(page, "Limits", s->cannot);
        cJSON_ArrayForEach(effect, ofs_json_get(s->tree, "also_changes"))
            put_term(page, "Also changes", ofs_json_str(effect, "what", NULL));
        ofs_html_put(page, "</dl>\n");
    }
    put_done(page, s->title);
    ofs_html_put(page, "</article>\n");
}

static void put_manual(struct ofs_html *page, const struct guide *g, const cJSON *item)
{
    const cJSON *step;
    const char *title = ofs_json_str(item, "title", "");
    OFS_AUTO_STR url = guide_link(g, ofs_json_str(item, "page", NULL));
    OFS_AUTO_STR ticked = ofs_text_printf("offswitch done %s", ofs_json_str(item, "id", ""));
    ofs_html_put(page, "<article>\n");
    ofs_html_element(page, "h3", NULL, title);
    ofs_html_element(page, "p", NULL, ofs_json_str(item, "why", ""));
    ofs_html_put(page, "<ol class=\"steps\">\n");
    if (url) {
        ofs_html_put(page, "<li>Open ");
        ofs_html_link(page, url, true);
        ofs_html_put(page, "</li>\n");
    }
    cJSON_ArrayForEach(step, ofs_json_get(item, "steps"))
        ofs_html_element(page, "li", NULL, step->valuestring);
    ofs_html_put(page, "<li>To keep a record of it, run ");
    ofs_html_element(page, "code", NULL, ticked ? ticked : "");
    ofs_html_put(page, "</li>\n</ol>\n");
    put_done(page, title);
    ofs_html_put(page, "</article>\n");
}

static int write_page(const struct guide *g, struct ofs_buf *text, struct ofs_error *err)
{
    const struct ofs_scenario *s = g->scenario;
    struct ofs_html page = {.out = text, .err = err};
    char now[OFS_DATE_SIZE];
    const cJSON *item;
    int number = 0;
    OFS_AUTO_STR title = ofs_text_printf("%s, by hand", s->title);
    ofs_date_now(now);
    ofs_html_begin(&page, title ? title : s->title,
                   "The same job as steps for you, in a browser where you are signed in. Links "
                   "open in a new tab. The ticks are not saved.");
    ofs_html_put(&page, "<h2>Settings</h2>\n");
    for (size_t i = 0; i < s->n_settings; i++)
        if (g->selected[i])
            put_setting(&page, g, &s->settings[i], ++number);
    if (cJSON_GetArraySize(s->manual))
        ofs_html_put(&page, "<h2>More steps that need you</h2>\n");
    cJSON_ArrayForEach(item, s->manual) put_manual(&page, g, item);
    OFS_AUTO_STR foot = ofs_text_printf("What is known about the site is of %.10s.", s->version);
    bool plain = foot && !strpbrk(s->version, "<>&\"");
    ofs_html_close(&page, now, plain ? foot : "");
    return page.rc;
}

int guide_html(const struct guide *g, const char *path, struct ofs_error *err)
{
    OFS_AUTO_BUF text = OFS_BUF(MOST_BYTES);
    return write_page(g, &text, err) ? -1 : past_write_file(path, &text, err);
}
