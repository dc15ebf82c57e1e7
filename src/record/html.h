/*
 * html.h: writes one self-contained page: no script, no picture, nothing fetched. Once a call has
 * failed the others do nothing; `rc` and `err` report it at the end.
 */
#ifndef OFS_RECORD_HTML_H
#define OFS_RECORD_HTML_H

#include <cJSON.h>
#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"

struct ofs_html {
    struct ofs_buf *out;
    struct ofs_error *err;
    int rc;
};

/* The program's own markup; `%s` must not contain text from a site or a person. */
void ofs_html_put(struct ofs_html *page, const char *fmt, ...) OFS_PRINTF(2, 3);

/* Text, made fit for an element or an attribute. */
void ofs_html_text(struct ofs_html *page, const char *text);

/* <TAG CLASS>text</TAG>; `class` may be NULL. */
void ofs_html_element(struct ofs_html *page, const char *tag, const char *class, const char *text);

/* Everything up to <main>, and everything after it. */
void ofs_html_begin(struct ofs_html *page, const char *title, const char *intro);
void ofs_html_end(struct ofs_html *page, const char *now);

/* The same with another sentence in the footer. */
void ofs_html_close(struct ofs_html *page, const char *now, const char *sentence);

/* A link to the web in a new tab, or in this one; any other address is shown as text. */
void ofs_html_link(struct ofs_html *page, const char *url, bool new_tab);

/* The states of one setting over the time of several reports of one scope, as a picture with the
 * same in words. `reports` are all reports; those of another scope than `report` are left out. */
void ofs_html_strip(struct ofs_html *page, const cJSON *reports, const cJSON *report,
                    const cJSON *setting);

/* Are two reports of one scenario, origin and account or label? */
bool ofs_report_is_same_scope(const cJSON *a, const cJSON *b);

#endif
