#include "support/scratch.h"

#include <stdlib.h>

#include "support/child.h"

int scratch_set_up(void **state)
{
    const char *tmp = getenv("TMPDIR");
    *state = child_make_dir(tmp && *tmp ? tmp : "/tmp");
    return *state ? 0 : -1;
}

int scratch_tear_down(void **state)
{
    child_remove_dir(*state);
    free(*state);
    return 0;
}
