/*
 * versions.h: the libraries under this room, as they are at run time, for a person who asks.
 */
#ifndef OFS_WIRE_VERSIONS_H
#define OFS_WIRE_VERSIONS_H

/* Static texts, such as "4.1.6"; NULL: it could not be loaded. */
const char *ofs_version_libwebsockets(void);
const char *ofs_version_libcurl(void);

#endif
