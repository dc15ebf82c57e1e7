/*
 * libxml2.h: <libxml/HTMLparser.h>, with libxml2 loaded when a document is first read
 * (base/library.h).
 */
#ifndef OFS_WATCH_LIBXML2_H
#define OFS_WATCH_LIBXML2_H

#include <libxml/HTMLparser.h>

#include "base/library.h"

#define htmlReadMemory OFS_LIBRARY_CALL(libxml2, htmlReadMemory)
#define xmlDocGetRootElement OFS_LIBRARY_CALL(libxml2, xmlDocGetRootElement)
#define xmlFreeDoc OFS_LIBRARY_CALL(libxml2, xmlFreeDoc)

static struct ofs_library libxml2 = {.file = OFS_LIBXML2};

#endif
