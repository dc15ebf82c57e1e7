#include "page/page.h"

/* The files of src/page/probe/, one behind the other, inside one function expression. */
const char ofs_probe_source[] = {
#include "probe.js.h"
    0};
