/* Terms documents, set by the caller: a rehearsal of watching reads them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rehearsal/inside.h"

bool ofs_site_put_document(struct ofs_site *site, const char *path, const char *type,
                           const char *text)
{
    for (int i = 0; i < SITE_DOCUMENTS; i++) {
        struct site_document *d = &site->documents[i];
        if (d->text && strcmp(d->path, path) != 0)
            continue;
        char *copy = strdup(text);
        if (!copy || strlen(path) >= sizeof d->path) {
            free(copy);
            return false;
        }
        free(d->text);
        d->text = copy;
        d->type = type;
        snprintf(d->path, sizeof d->path, "%s", path);
        return true;
    }
    return false;
}

bool site_answer_document(const struct ofs_site *site, const struct ofs_serve_request *request,
                          struct ofs_serve_reply *reply)
{
    struct ofs_error ignored;
    for (int i = 0; i < SITE_DOCUMENTS; i++)
        if (site->documents[i].text && !strcmp(site->documents[i].path, request->path)) {
            reply->content_type = site->documents[i].type;
            ofs_buf_puts(&reply->body, site->documents[i].text, &ignored);
            return true;
        }
    return false;
}

void site_free_documents(struct ofs_site *site)
{
    for (int i = 0; i < SITE_DOCUMENTS; i++)
        free(site->documents[i].text);
}

int ofs_site_set_faults(struct ofs_site *site, const char *faults, struct ofs_error *err)
{
    struct site_faults parsed = {0};
    if (site_faults_parse(&parsed, faults, err))
        return -1;
    site->faults = parsed;
    return 0;
}
