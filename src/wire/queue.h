/*
 * queue.h: messages that a wire has not sent yet, oldest first.
 */
#ifndef OFS_WIRE_QUEUE_H
#define OFS_WIRE_QUEUE_H

#include <stddef.h>

struct ofs_outgoing {
    struct ofs_outgoing *next;
    size_t len;
    size_t sent;
    char *text; /* inside the same allocation, `room` bytes after the struct; a NUL that is not
                   counted follows it */
};

struct ofs_queue {
    struct ofs_outgoing *first, *last;
};

/* Copy a message into the queue with `room` unused bytes before it; -1 when memory is out. */
int ofs_queue_add(struct ofs_queue *queue, const char *text, size_t len, size_t room);
void ofs_queue_drop_first(struct ofs_queue *queue);
void ofs_queue_clear(struct ofs_queue *queue);

#endif
