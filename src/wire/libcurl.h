/*
 * libcurl.h: <curl/curl.h> for this room, with libcurl loaded at its first use (base/library.h).
 * Each function that is used needs a line here to link.
 */
#ifndef OFS_WIRE_LIBCURL_H
#define OFS_WIRE_LIBCURL_H

#include <curl/curl.h>

#include "base/error.h"
#include "base/library.h"

/* Load it now, to report why if that fails. */
int ofs_libcurl_load(struct ofs_error *err);

extern struct ofs_library ofs_libcurl;

/* These three are macros that check the kind of an option's argument. */
#undef curl_easy_setopt
#undef curl_easy_getinfo
#undef curl_multi_setopt

#define curl_easy_cleanup OFS_LIBRARY_CALL(ofs_libcurl, curl_easy_cleanup)
#define curl_easy_getinfo OFS_LIBRARY_CALL(ofs_libcurl, curl_easy_getinfo)
#define curl_easy_init OFS_LIBRARY_CALL(ofs_libcurl, curl_easy_init)
#define curl_easy_setopt OFS_LIBRARY_CALL(ofs_libcurl, curl_easy_setopt)
#define curl_easy_strerror OFS_LIBRARY_CALL(ofs_libcurl, curl_easy_strerror)
#define curl_free OFS_LIBRARY_CALL(ofs_libcurl, curl_free)
#define curl_multi_add_handle OFS_LIBRARY_CALL(ofs_libcurl, curl_multi_add_handle)
#define curl_multi_assign OFS_LIBRARY_CALL(ofs_libcurl, curl_multi_assign)
#define curl_multi_cleanup OFS_LIBRARY_CALL(ofs_libcurl, curl_multi_cleanup)
#define curl_multi_info_read OFS_LIBRARY_CALL(ofs_libcurl, curl_multi_info_read)
#define curl_multi_init OFS_LIBRARY_CALL(ofs_libcurl, curl_multi_init)
#define curl_multi_remove_handle OFS_LIBRARY_CALL(ofs_libcurl, curl_multi_remove_handle)
#define curl_multi_setopt OFS_LIBRARY_CALL(ofs_libcurl, curl_multi_setopt)
#define curl_multi_socket_action OFS_LIBRARY_CALL(ofs_libcurl, curl_multi_socket_action)
#define curl_slist_append OFS_LIBRARY_CALL(ofs_libcurl, curl_slist_append)
#define curl_slist_free_all OFS_LIBRARY_CALL(ofs_libcurl, curl_slist_free_all)
#define curl_url OFS_LIBRARY_CALL(ofs_libcurl, curl_url)
#define curl_url_cleanup OFS_LIBRARY_CALL(ofs_libcurl, curl_url_cleanup)
#define curl_url_get OFS_LIBRARY_CALL(ofs_libcurl, curl_url_get)
#define curl_url_set OFS_LIBRARY_CALL(ofs_libcurl, curl_url_set)
#define curl_version_info OFS_LIBRARY_CALL(ofs_libcurl, curl_version_info)

#endif
