/*
 * versions.h: versions of the libraries of this room at run time, for diagnostics.
 */
#ifndef OFS_WIRE_VERSIONS_H
#define OFS_WIRE_VERSIONS_H

/* Static texts, such as "4.1.6"; NULL: it could not be loaded. */
const char *ofs_version_libwebsockets(void);
const char *ofs_version_libcurl(void);

#endif
