/*
 * sentences.h: a normalised text split into sentences, and the sentences that two texts do not
 * share.
 *
 * Sentences point into the text that they are from, which has to outlive them.
 */
#ifndef OFS_WATCH_SENTENCES_H
#define OFS_WATCH_SENTENCES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct ofs_sentence {
    const char *text;
    size_t len;
    uint64_t hash; /* of its words: letters in their small form and digits, nothing between */
};

struct ofs_sentences {
    struct ofs_sentence *list;
    size_t n;
};

/* Cut at the end of lines and of sentences; "Nov. 3", "3. November" and "e.g. this" stay whole. The
 * caller frees the result with ofs_sentences_free. */
int ofs_sentences_cut(const char *text, struct ofs_sentences *ret, struct ofs_error *err);
void ofs_sentences_free(struct ofs_sentences *sentences);

/* Those of `all` that are missing in `known`, as often as they are missing, in order. */
int ofs_sentences_without(const struct ofs_sentences *all, const struct ofs_sentences *known,
                          struct ofs_sentences *ret, struct ofs_error *err);

/* The hash of words as in struct ofs_sentence; 0 if there are none. */
uint64_t ofs_words_hash(const char *text, size_t len);

#endif
