/*
 * methods.h: every protocol method that the program can send over a message wire, in one table.
 *
 * ofs_rpc_post sends nothing else. No method in it reads cookies, storage, downloads or other tabs'
 * contents, and none sends a request of our own. A picture is requested only with the box of one
 * control.
 */
#ifndef OFS_BROWSER_METHODS_H
#define OFS_BROWSER_METHODS_H

/* The table's own copy of `method`, or NULL if it must not be sent. */
const char *ofs_method_allowed(const char *method);

/* All of them, ended by NULL. */
const char *const *ofs_method_list(void);

#endif
