/*
 * topics.h: the topics of the changed sentences of a document. The words of the contract:
 * "ai-training" and "data-sharing". In English, German, French, Italian, Dutch, Portuguese, Polish
 * and Spanish. Pure.
 */
#ifndef OFS_WATCH_TOPICS_H
#define OFS_WATCH_TOPICS_H

#include "watch/sentences.h"

#define OFS_TOPIC_TABLE(X)        \
    X(AI_TRAINING, "ai-training") \
    X(DATA_SHARING, "data-sharing")

enum ofs_topic {
#define X(code, word) OFS_TOPIC_##code,
    OFS_TOPIC_TABLE(X)
#undef X
        OFS_TOPICS
};

const char *ofs_topic_word(enum ofs_topic topic);

/* A set of topics, one bit (1u << topic) for each. */
unsigned ofs_topics_of(const struct ofs_sentences *sentences);

/* The first sentence about the topic that has at most `most` bytes, else the first of any length;
 * NULL if there is none. Borrowed. */
const struct ofs_sentence *ofs_topic_quote(const struct ofs_sentences *sentences,
                                           enum ofs_topic topic, size_t most);

#endif
