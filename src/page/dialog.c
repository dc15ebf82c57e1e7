#include <stdio.h>
#include <string.h>

#include "page/internal.h"

/* The site's questions after a press: dialogs that the scenario answers, and its Save button. */

/* The wordings of all languages in one list. */
static int add_names(cJSON *args, const char *key, const cJSON *by_language)
{
    cJSON *names = cJSON_AddArrayToObject(args, key);
    const cJSON *list, *name;
    cJSON_ArrayForEach(list, by_language)
    {
        cJSON_ArrayForEach(name, list)
        {
            cJSON_AddItemToArray(names, cJSON_Duplicate(name, true));
        }
    }
    return cJSON_GetArraySize(names);
}

/* A button that the scenario names: in the site's dialog (which must contain one of `asks`, if
 * given), or beside the control. */
static int press_named(struct ofs_pressing *p, const cJSON *names, const cJSON *asks,
                       bool in_dialog, bool *ret_pressed, struct ofs_error *err)
{
    OFS_AUTO_JSON args = cJSON_CreateObject();
    OFS_AUTO_JSON aim = NULL;
    *ret_pressed = false;
    if (add_names(args, "names", names) == 0)
        return 0;
    add_names(args, "asks", asks);
    cJSON_AddStringToObject(args, "id", p->setting->id);
    cJSON_AddBoolToObject(args, "dialog", in_dialog);
    if (ofs_page_ask(p->page, "aim_button", args, p->deadline, &aim, err))
        return -1;
    if (ofs_json_num(aim, "count", 0) != 1 || ofs_json_bool(aim, "disabled", false) ||
        !ofs_json_get(aim, "via"))
        return 0;
    if (ofs_press_click(p, aim, err))
        return -1;
    *ret_pressed = true;
    return 0;
}

/* One dialog, or several in order; each is answered once. */
static int confirm(struct ofs_pressing *p, const char *question, bool *ret_answered,
                   struct ofs_error *err)
{
    const cJSON *all = p->setting->confirm, *one;
    int i = 0;
    *ret_answered = false;
    if (!strcmp(question, p->answered_last))
        return 0; /* it is being closed */
    if (cJSON_IsObject(all) && !p->answered && press_named(p, all, NULL, true, ret_answered, err))
        return -1;
    if (cJSON_IsArray(all))
        cJSON_ArrayForEach(one, all)
        {
            bool is_due = i < 64 && !(p->answered >> i);
            if (is_due && press_named(p, ofs_json_get(one, "button"), ofs_json_get(one, "asks"),
                                      true, ret_answered, err))
                return -1;
            if (*ret_answered)
                break;
            i++;
        }
    if (*ret_answered) {
        p->answered |= (uint64_t)1 << i;
        snprintf(p->answered_last, sizeof p->answered_last, "%s", question);
    }
    return 0;
}

int ofs_press_answer(struct ofs_pressing *p, bool is_wanted, struct ofs_error *err)
{
    const cJSON *look = p->progress->result.look, *modals = ofs_json_get(look, "modals");
    size_t count = (size_t)cJSON_GetArraySize(modals);
    char *asked = p->result->asked;
    bool has_answered = false, has_saved = false;
    if (count > p->modals_before) {
        const char *question = cJSON_GetArrayItem(modals, (int)count - 1)->valuestring;
        if (confirm(p, question, &has_answered, err))
            return -1;
        if (!has_answered && !asked[0] && strcmp(question, p->answered_last))
            snprintf(asked, sizeof p->result->asked, "%s", question);
        if (has_answered)
            asked[0] = '\0';
    }
    if (p->page->tab->view.prompts > p->prompts_before && !asked[0])
        snprintf(asked, sizeof p->result->asked, "%.190s", p->page->tab->view.prompt);
    const cJSON *button = ofs_json_get(p->setting->save, "button");
    if (button && is_wanted && !p->saved && press_named(p, button, NULL, false, &has_saved, err))
        return -1;
    p->saved = p->saved || has_saved;
    if (has_answered || has_saved)
        p->begin = ofs_deadline_in(OFS_SAVE_BEGINS);
    return 0;
}
