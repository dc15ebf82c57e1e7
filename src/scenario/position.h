/*
 * position.h: the place of each value in a JSON text, which cJSON does not give.
 *
 * A strict scanner (RFC 8259) over the text: it finds the place of the first fault, or gives one
 * entry for each value in the order of the text. cJSON keeps that order too, repeated keys
 * included, so a tree and its positions are walked side by side: the first child of entry `i` is `i
 * + 1`, and the next sibling of entry `c` is `c + span` of it.
 */
#ifndef OFS_SCENARIO_POSITION_H
#define OFS_SCENARIO_POSITION_H

#include <stddef.h>
#include <stdint.h>

enum { OFS_JSON_DEPTH = 32 };

struct ofs_position {
    uint32_t at;   /* offset of the value's first byte */
    uint32_t key;  /* offset of its key's opening quote; `at` where it has no key */
    uint32_t span; /* entries of the value itself and all that is inside it */
};

struct ofs_positions {
    struct ofs_position *list;
    size_t n, size;
    size_t fault_at;   /* where the text stops to be JSON */
    const char *fault; /* why, static; NULL while it is JSON */
};

/* Scan a text below 4 GiB. 0: JSON; 1: not JSON, `fault` and `fault_at` say why; -1: out of memory.
 */
int ofs_positions_scan(struct ofs_positions *p, const char *text, size_t len);
void ofs_positions_free(struct ofs_positions *p);

/* Bytes of the well-formed UTF-8 character (RFC 3629) at `text`, 0 where it is none. */
size_t ofs_utf8_length(const char *text, size_t len);

#endif
