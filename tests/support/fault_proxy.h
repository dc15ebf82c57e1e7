/*
 * fault_proxy.h: a TCP relay on a loopback port between the program and a browser, in its own
 * process, that cuts its connections on command, or automatically at a press of the mouse. It
 * parses WebSocket frames (RFC 6455, section 5.2) and HTTP requests far enough to recognise the
 * messages of CDP, BiDi and WebDriver.
 *
 * A cut ends the existing connections; new ones are relayed: the port still answers.
 */
#ifndef TESTS_FAULT_PROXY_H
#define TESTS_FAULT_PROXY_H

#include <sys/types.h>

#include "base/error.h"

enum fault_proxy_manner {
    FAULT_PROXY_ON_DEMAND,
    FAULT_PROXY_BEFORE_PRESS, /* the first mouse message is not forwarded */
    FAULT_PROXY_AFTER_PRESS,  /* the message that releases the button is the last one forwarded */
    FAULT_PROXY_HOLD,         /* accepts connections and forwards nothing */
};

struct fault_proxy {
    pid_t pid;
    int port;
    int fd; /* it sends "accepted" and "cut" and receives "cut", each ended by a NUL */
};

/* The caller ends the process by its id and closes the descriptor. */
int fault_proxy_start(int browser_port, enum fault_proxy_manner manner, struct fault_proxy *ret,
                      struct ofs_error *err);

#endif
