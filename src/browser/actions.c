#include "browser/actions.h"

#include <string.h>

/* A list with one input source; the caller adds its actions to `*ret_steps`. */
static cJSON *source(const char *type, const char *pointer, cJSON **ret_steps)
{
    cJSON *list = cJSON_CreateArray(), *one = cJSON_CreateObject();
    cJSON_AddStringToObject(one, "type", type);
    cJSON_AddStringToObject(one, "id", type);
    if (pointer)
        cJSON_AddStringToObject(cJSON_AddObjectToObject(one, "parameters"), "pointerType", pointer);
    *ret_steps = cJSON_AddArrayToObject(one, "actions");
    cJSON_AddItemToArray(list, one);
    return list;
}

static cJSON *step(cJSON *steps, const char *type)
{
    cJSON *one = cJSON_CreateObject();
    cJSON_AddStringToObject(one, "type", type);
    cJSON_AddItemToArray(steps, one);
    return one;
}

static cJSON *move_to(double x, double y, cJSON **ret_steps)
{
    cJSON *list = source("pointer", "mouse", ret_steps), *move = step(*ret_steps, "pointerMove");
    cJSON_AddNumberToObject(move, "duration", 0);
    cJSON_AddStringToObject(move, "origin", "viewport");
    cJSON_AddNumberToObject(move, "x", (int)x);
    cJSON_AddNumberToObject(move, "y", (int)y);
    return list;
}

cJSON *ofs_actions_move(double x, double y)
{
    cJSON *steps;
    return move_to(x, y, &steps);
}

cJSON *ofs_actions_click(double x, double y)
{
    cJSON *steps, *list = move_to(x, y, &steps);
    cJSON_AddNumberToObject(step(steps, "pointerDown"), "button", 0);
    cJSON_AddNumberToObject(step(steps, "pointerUp"), "button", 0);
    return list;
}

/* Keys without a character have a code point of the private use area (15.4.2). */
static const struct {
    const char *key, *value;
} keys[] = {
    {" ", " "},
    {"ArrowUp", "\uE013"},
    {"ArrowDown", "\uE015"},
};

cJSON *ofs_actions_key(const char *key)
{
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        if (strcmp(keys[i].key, key))
            continue;
        cJSON *steps, *list = source("key", NULL, &steps);
        cJSON_AddStringToObject(step(steps, "keyDown"), "value", keys[i].value);
        cJSON_AddStringToObject(step(steps, "keyUp"), "value", keys[i].value);
        return list;
    }
    return NULL;
}
