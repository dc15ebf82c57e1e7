/*
 * view.h: for this room only: updates a tab's view (browser.h), the same way for every protocol.
 * Every update increases view.events. Nothing blocks.
 */
#ifndef OFS_BROWSER_VIEW_H
#define OFS_BROWSER_VIEW_H

#include "browser/browser.h"

/* Our navigation begins: drop the ended requests, the failure and the status. */
void ofs_view_begin(struct ofs_tab_view *view);

/* A new document has begun in the top frame. */
void ofs_view_commit(struct ofs_tab_view *view);

/* Mark the previous document's open requests as abandoned; `own` is the id of the new document's
 * request. */
void ofs_view_leave(struct ofs_tab_view *view, const char *own);
/* Mark open requests whose ids begin so as abandoned. */
void ofs_view_leave_some(struct ofs_tab_view *view, const char *prefix);

/* The current document is parsed, or `whole`: its load event has fired. */
void ofs_view_loaded(struct ofs_tab_view *view, bool whole);
void ofs_view_status(struct ofs_tab_view *view, int status);
void ofs_view_fail(struct ofs_tab_view *view, const char *word);

/* The tab has crashed, or else was closed. */
void ofs_view_end(struct ofs_tab_view *view, bool crashed);

/* A request has begun; a redirect is a new request with the same id. NULL when memory is out, which
 * is an overflow. */
struct ofs_request *ofs_view_request(struct ofs_tab_view *view, const char *id, const char *method,
                                     const char *url, enum ofs_request_kind kind);
/* The newest request of that id, or NULL. */
struct ofs_request *ofs_view_find(struct ofs_tab_view *view, const char *id);
void ofs_view_answer(struct ofs_tab_view *view, struct ofs_request *request, int status);
/* The response to that request came from a cache; NULL: the request is not recorded. */
void ofs_view_cached(struct ofs_tab_view *view, struct ofs_request *request);
void ofs_view_request_end(struct ofs_tab_view *view, struct ofs_request *request, bool failed);

/* An image, style sheet, font or medium has started or ended loading. They are not kept as
 * requests. */
void ofs_view_draw(struct ofs_tab_view *view, const char *id);
bool ofs_view_is_drawing(struct ofs_tab_view *view, const char *id);
void ofs_view_draw_end(struct ofs_tab_view *view, const char *id);

/* FNV-1a of a body, piece by piece; begin with 0. Never 0. */
uint64_t ofs_view_hash(uint64_t so_far, const char *data, size_t len);
/* For an unknown body: a unique value. */
uint64_t ofs_view_unknown_body(const struct ofs_request *request);

void ofs_view_prompt(struct ofs_tab_view *view, const char *kind, const char *words);
/* Whether a prompt of that kind gets Yes. */
bool ofs_view_accepts(const char *kind);
void ofs_view_popup(struct ofs_tab_view *view);
void ofs_view_clear(struct ofs_tab_view *view);

#endif
