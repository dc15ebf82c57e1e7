#include "wire/queue.h"

#include <stdlib.h>
#include <string.h>

int ofs_queue_add(struct ofs_queue *queue, const char *text, size_t len, size_t room)
{
    struct ofs_outgoing *m = malloc(sizeof *m + room + len + 1);
    if (!m)
        return -1;
    *m = (struct ofs_outgoing){.len = len, .text = (char *)(m + 1) + room};
    memcpy(m->text, text, len);
    m->text[len] = '\0';
    if (queue->last)
        queue->last->next = m;
    else
        queue->first = m;
    queue->last = m;
    return 0;
}

void ofs_queue_drop_first(struct ofs_queue *queue)
{
    struct ofs_outgoing *m = queue->first;
    queue->first = m->next;
    if (!queue->first)
        queue->last = NULL;
    free(m);
}

void ofs_queue_clear(struct ofs_queue *queue)
{
    while (queue->first)
        ofs_queue_drop_first(queue);
}
