/*
 * json.h: what cJSON does not provide.
 *
 * Values are cJSON's own; `OFS_AUTO_JSON` frees one at the end of its scope. The getters take an
 * object that may be NULL or of another type and give the default then, so that a peer's answer can
 * be walked without a check at each step. Strings that they return are borrowed from the value.
 */
#ifndef OFS_BASE_JSON_H
#define OFS_BASE_JSON_H

#include <cJSON.h>
#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"

void ofs_json_free_ptr(cJSON **value);
#define OFS_AUTO_JSON __attribute__((cleanup(ofs_json_free_ptr))) cJSON *

/* Parse exactly one JSON text (RFC 8259): anything but white space after it is an error. On failure
 * `err` has OFS_ERR_PROTOCOL and names the line and column. The caller owns the result. */
cJSON *ofs_json_parse(const char *text, size_t len, struct ofs_error *err);

const cJSON *ofs_json_get(const cJSON *object, const char *key);
/* Follow a path such as "params/request/url"; NULL if a step is missing. */
const cJSON *ofs_json_at(const cJSON *object, const char *path);
const char *ofs_json_str(const cJSON *object, const char *path, const char *otherwise);
double ofs_json_num(const cJSON *object, const char *path, double otherwise);
bool ofs_json_bool(const cJSON *object, const char *path, bool otherwise);

/* Add a string, or JSON null if `text` is NULL. */
void ofs_json_add_str(cJSON *object, const char *key, const char *text);

#endif
