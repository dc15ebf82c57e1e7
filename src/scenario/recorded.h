/*
 * recorded.h: the steps of a recording, whatever its format. For import.c and its two readers.
 */
#ifndef OFS_SCENARIO_RECORDED_H
#define OFS_SCENARIO_RECORDED_H

#include <cJSON.h>
#include <stdbool.h>

#include "base/error.h"

enum {
    OFS_RECORDED_STEPS = 400,
    OFS_RECORDED_TEXT = 256,
    OFS_RECORDED_ADDRESS = 1024,
};

enum ofs_recorded_kind {
    OFS_RECORDED_OPEN,   /* an address was opened */
    OFS_RECORDED_CLICK,  /* an element was clicked */
    OFS_RECORDED_CHOOSE, /* a value was chosen in a <select> */
};

struct ofs_recorded_step {
    enum ofs_recorded_kind kind;
    char address[OFS_RECORDED_ADDRESS]; /* opened, or where the click led; "" */
    char name[OFS_RECORDED_TEXT];       /* accessible name or text; "" if it is not recorded */
    char role[32];                      /* ARIA role; "" */
    char key[OFS_RECORDED_TEXT];   /* the value of an attribute that identifies the element; "" */
    char attribute[48];            /* which one: "id", "name", "data-testid" … */
    char value[OFS_RECORDED_TEXT]; /* what was chosen; "" */
    bool changed;  /* its value was changed after the click, by typing or by choosing */
    char state[8]; /* "on" or "off" if the recording has it; "" */
};

struct ofs_recorded {
    struct ofs_recorded_step steps[OFS_RECORDED_STEPS];
    size_t n;
    bool typed; /* something was typed; it is not kept */
};

/* One more step, empty; NULL if there are too many. */
struct ofs_recorded_step *ofs_recorded_add(struct ofs_recorded *r, enum ofs_recorded_kind kind,
                                           struct ofs_error *err);

/* Take an attribute from a CSS selector: `#id`, `[name="…"]`. A value that the step already has is
 * kept. */
void ofs_recorded_take_css(struct ofs_recorded_step *step, const char *css);

/* Take the name if it is one line that fits, and the step has none. */
void ofs_recorded_take_name(struct ofs_recorded_step *step, const char *name);

/* The readers: 1 if it is such a recording, 0 if it is not, -1 on an error. */
int ofs_recorded_by_devtools(const cJSON *tree, struct ofs_recorded *ret, struct ofs_error *err);
int ofs_recorded_by_selenium(const cJSON *tree, struct ofs_recorded *ret, struct ofs_error *err);

#endif
