#include "page/page.h"

/* The files of src/page/probe/, concatenated inside one function expression. */
const char ofs_probe_source[] = {
#include "probe.js.h"
    0};
