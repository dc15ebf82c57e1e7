/*
 * view.h: for this room only: keeping a tab's view, the same way for every protocol.
 */
#ifndef OFS_BROWSER_VIEW_H
#define OFS_BROWSER_VIEW_H

#include "browser/browser.h"

/* A new document has begun in the top frame. */
void ofs_view_commit(struct ofs_tab_view *view);

/* The former document's requests will never be told to end; `but` is the new document's own. */
void ofs_view_abandon(struct ofs_tab_view *view, const char *but);

/* A request has begun; a redirect is a new request with the same id. NULL when memory is out. */
struct ofs_request *ofs_view_request(struct ofs_tab_view *view, const char *id, const char *method,
                                     const char *url, bool page_data);
/* The newest request of that id, or NULL. */
struct ofs_request *ofs_view_find(struct ofs_tab_view *view, const char *id);
void ofs_view_request_answer(struct ofs_request *request, int status);
void ofs_view_request_end(struct ofs_request *request, bool failed);

void ofs_view_prompt(struct ofs_tab_view *view, const char *kind, const char *words);
/* Whether a prompt of that kind gets Yes. */
bool ofs_view_accepts(const char *kind);
void ofs_view_fail(struct ofs_tab_view *view, const char *word);
void ofs_view_clear(struct ofs_tab_view *view);

#endif
