#include "page/internal.h"

int ofs_page_survey(struct ofs_page *page, const char *path, ofs_deadline deadline,
                    struct ofs_visit_result *ret_result, cJSON **ret_controls,
                    struct ofs_error *err)
{
    const struct ofs_visit visit = {.path = path};
    *ret_controls = NULL;
    if (ofs_page_visit(page, &visit, deadline, ret_result, err))
        return -1;
    if (ret_result->reason || !ofs_page_ask(page, "list", NULL, deadline, ret_controls, err))
        return 0;
    ofs_visit_result_clear(ret_result);
    return -1;
}
