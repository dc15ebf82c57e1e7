#include "record/html.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "record/report.h"

void ofs_html_put(struct ofs_html *page, const char *fmt, ...)
{
    char text[1024];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    if (!page->rc)
        page->rc = ofs_buf_puts(page->out, text, page->err);
}

void ofs_html_text(struct ofs_html *page, const char *text)
{
    if (!page->rc)
        page->rc = ofs_report_escape(page->out, text, page->err);
}

void ofs_html_element(struct ofs_html *page, const char *tag, const char *class, const char *text)
{
    ofs_html_put(page, "<%s%s%s%s>", tag, class ? " class=\"" : "", class ? class : "",
                 class ? "\"" : "");
    ofs_html_text(page, text);
    ofs_html_put(page, "</%s>\n", tag);
}

/* Contrast is 4.5:1 or more in both schemes; colour is never the only sign. */
static const char style[] =
    ":root{color-scheme:light dark;--ink:#1a1a1a;--soft:#555;--paper:#fff;--card:#f6f7f8;"
    "--line:#8a8f94;--link:#0b57d0;--good:#0b6b3a;--bad:#a8320a;--unsure:#5b3fa0}\n"
    "@media (prefers-color-scheme:dark){:root{--ink:#eceff1;--soft:#b8bec4;--paper:#121416;"
    "--card:#1d2023;--line:#7d858c;--link:#8ab4f8;--good:#6fd08c;--bad:#ffab7a;--unsure:#c5b3ff}}\n"
    "*{box-sizing:border-box}\n"
    "body{margin:0 auto;padding:1rem;max-width:60rem;background:var(--paper);color:var(--ink);"
    "font:1rem/1.5 system-ui,sans-serif;overflow-wrap:break-word}\n"
    "h1{font-size:1.6rem;line-height:1.25;margin:.5rem 0}\n"
    "h2{font-size:1.3rem;margin:2rem 0 .5rem;border-bottom:1px solid var(--line)}\n"
    "h3{font-size:1.05rem;margin:0 0 .25rem}\n"
    "h4{font-size:1rem;margin:1.5rem 0 .25rem}\n"
    "a{color:var(--link);overflow-wrap:anywhere}\n"
    "a:focus-visible,input:focus-visible,summary:focus-visible,.wide:focus-visible{outline:3px "
    "solid "
    "var(--link);outline-offset:2px}\n"
    "article{background:var(--card);border:1px solid var(--line);border-radius:.5rem;"
    "padding:.75rem 1rem;margin:.75rem 0}\n"
    ".soft{color:var(--soft)}\n"
    ".good{color:var(--good)}.bad{color:var(--bad)}.unsure{color:var(--unsure)}\n"
    ".verdict{font-weight:600;margin:0}\n"
    "dl{display:grid;grid-template-columns:minmax(7rem,max-content) 1fr;gap:.15rem "
    "1rem;margin:.5rem 0 0}\n"
    "dt{color:var(--soft)}dd{margin:0;min-width:0}dd ul{margin:0;padding-left:1.1rem}\n"
    "@media (max-width:30rem){dl{grid-template-columns:1fr}dd{margin-bottom:.35rem}}\n"
    ".wide{overflow-x:auto}\n"
    "table{border-collapse:collapse;width:100%;font-size:.9rem}\n"
    ".steps{margin:.5rem 0 0;padding-left:1.4rem}.steps li{margin:.2rem 0}"
    ".done{display:inline-block;margin-top:.5rem;padding:.25rem 0}"
    ".done "
    "input{width:1.25rem;height:1.25rem;vertical-align:text-bottom;accent-color:var(--good)}\n"
    "caption{text-align:left;color:var(--soft)}\n"
    "th,td{text-align:left;padding:.25rem .75rem .25rem 0;border-bottom:1px solid var(--line);"
    "vertical-align:top}\n"
    "td code,th code{white-space:nowrap}\n"
    "code{font-size:.85em;overflow-wrap:anywhere}\n"
    "figure{margin:.75rem 0 0}figcaption{color:var(--soft);font-size:.9rem}\n"
    ".pictures{display:flex;flex-wrap:wrap;gap:0 1rem}.pictures figure{min-width:0}"
    ".pictures img{display:block;max-width:100%;height:auto;background:#fff;"
    "border:1px solid var(--line);border-radius:.25rem}\n"
    ".strip{display:block;width:100%;height:1.5rem}\n"
    ".strip .good{fill:var(--good)}.strip .bad{fill:url(#stripes)}.strip .unsure{fill:url(#dots)}\n"
    ".strip .edge{fill:none;stroke:var(--line)}\n"
    ".mark-bad{stroke:var(--bad)}.mark-unsure{fill:var(--unsure)}\n"
    ".defs{position:absolute;width:0;height:0}\n"
    "@media print{:root{color-scheme:light;--ink:#000;--soft:#333;--paper:#fff;--card:#fff;"
    "--line:#777;--link:#000;--good:#0b6b3a;--bad:#a8320a;--unsure:#5b3fa0}"
    "body{max-width:none;padding:0;font-size:10pt}article,figure,tr{break-inside:avoid}"
    "h2,h3,h4{break-after:avoid}.wide{overflow:visible}"
    "td,th,td code,th code{white-space:normal;overflow-wrap:anywhere}"
    ".strip{print-color-adjust:exact;-webkit-print-color-adjust:exact}}\n";

void ofs_html_begin(struct ofs_html *page, const char *title, const char *intro)
{
    ofs_html_put(page, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                       "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                       "<meta name=\"referrer\" content=\"no-referrer\">\n"
                       "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                       "style-src 'unsafe-inline'; img-src data:\">\n");
    ofs_html_element(page, "title", NULL, title);
    ofs_html_put(page, "<style>\n");
    if (!page->rc)
        page->rc = ofs_buf_puts(page->out, style, page->err);
    ofs_html_put(
        page, "</style>\n</head>\n<body>\n"
              "<svg class=\"defs\" aria-hidden=\"true\"><defs>"
              "<pattern id=\"stripes\" width=\"8\" height=\"8\" patternUnits=\"userSpaceOnUse\" "
              "patternTransform=\"rotate(45)\"><path class=\"mark-bad\" d=\"M2 0V8\" "
              "stroke-width=\"4\"/></pattern>"
              "<pattern id=\"dots\" width=\"8\" height=\"8\" patternUnits=\"userSpaceOnUse\">"
              "<circle class=\"mark-unsure\" cx=\"4\" cy=\"4\" r=\"1.8\"/></pattern></defs></svg>\n"
              "<header>\n");
    ofs_html_element(page, "h1", NULL, title);
    ofs_html_element(page, "p", "soft", intro);
    ofs_html_put(page, "</header>\n<main>\n");
}

void ofs_html_close(struct ofs_html *page, const char *now, const char *sentence)
{
    ofs_html_put(page,
                 "</main>\n<footer>\n<p class=\"soft\">Made by offswitch %s on %.10s. %s</p>\n"
                 "</footer>\n</body>\n</html>\n",
                 OFS_VERSION, now, sentence);
}

void ofs_html_end(struct ofs_html *page, const char *now)
{
    ofs_html_close(page, now,
                   "What it calls as wanted or fixed was read back from the site. What could not "
                   "be read is unknown.");
}

void ofs_html_link(struct ofs_html *page, const char *url, bool new_tab)
{
    bool web = !strncmp(url, "https://", 8) || !strncmp(url, "http://", 7);
    if (web) {
        ofs_html_put(page, "<a href=\"");
        ofs_html_text(page, url);
        ofs_html_put(page, "\" rel=\"noreferrer noopener\"%s>",
                     new_tab ? " target=\"_blank\"" : "");
    }
    ofs_html_text(page, url);
    ofs_html_put(page, web ? "</a>" : "");
}
