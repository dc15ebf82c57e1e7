/*
 * cutter.h: a wire with scissors: a TCP relay on a loopback port between the program and a browser,
 * in a process of its own, that can be told to cut, or to cut by itself at a press of the mouse. It
 * reads the frames of a WebSocket (RFC 6455, section 5.2) and the requests of HTTP far enough to
 * see which message goes by: CDP's, BiDi's or WebDriver's own.
 *
 * After a cut what is connected is gone, and new connections are relayed: the port still answers.
 */
#ifndef TESTS_CUTTER_H
#define TESTS_CUTTER_H

#include <sys/types.h>

#include "base/error.h"

enum cutter_manner {
    CUTTER_ON_DEMAND,
    CUTTER_BEFORE_PRESS, /* the first message about the mouse is not passed on */
    CUTTER_AFTER_PRESS,  /* the one that releases the button is the last one passed on */
    CUTTER_HOLD,         /* takes connections and passes nothing on */
};

struct cutter {
    pid_t pid;
    int port;
    int fd; /* "accepted" and "cut" come from it, "cut" is said to it, each ended by a NUL */
};

/* The caller ends the process by its id and closes the descriptor. */
int cutter_start(int browser_port, enum cutter_manner manner, struct cutter *ret,
                 struct ofs_error *err);

#endif
