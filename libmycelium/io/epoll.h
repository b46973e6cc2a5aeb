/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_IO_EPOLL_H
#define MYC_IO_EPOLL_H

/*
 * What the files of the epoll backend share.
 *
 * An operation is tried when it is polled first, and then each time its descriptor is ready. No try
 * ever sleeps, whatever the mode of the descriptor, so an event is a hint and nothing more: one
 * that is late, or that belongs to a descriptor closed and opened again since, costs a system call.
 *
 *   where         state      leaves by
 *   queue         QUEUED     a try: done, or it has to wait for its descriptor
 *   bucket        STARTED    its last completion; a cancel
 *   cancelled     CANCELLED  the next poll
 *
 * A descriptor is registered exactly while an operation waits for it, for the events of all that do.
 * So nothing is left behind by a descriptor that is closed, and one nobody reads from now (its
 * stream is paused) wakes nobody.
 *
 * Level-triggered: what a poll leaves (it takes only so much from each descriptor) the next look
 * reports again, behind those that were ready longer. Edge-triggered, the backend would have to keep
 * that list itself, and to read until nothing is left, one failing call more for each burst; the
 * look it saves at each report is 50 ns.
 */
#include <sys/epoll.h>

#include "io/backend.h"

enum {
    MYC__EPOLL_BUCKETS = 1024, /* a power of two; descriptors are small numbers, so few share one */
    MYC__EPOLL_EVENTS = 64,    /* taken from the kernel at once */
    MYC__EPOLL_WAKE = -1,      /* in place of a descriptor: the event of wake_fd */
};

/* A try's answer: it would have slept. No errno, since the kernel's own EAGAIN can be a result. */
#define MYC__NOT_NOW INT32_MIN

typedef struct myc__epoll {
    myc__driver driver; /* first */
    int fd;             /* of the epoll instance; -1: there is none yet */
    bool lacks_ns_wait; /* the kernel has no epoll_pwait2() */
    uint32_t watched;   /* operations in buckets */
    uint32_t ready_next, ready_count;
    uint64_t empty_ns; /* when the last look found nothing; 0: look at once */
    /* In the queue: those that the last poll tried and put back. */
    const myc__operation *requeued_first, *requeued_last;
    struct epoll_event ready[MYC__EPOLL_EVENTS];
    myc__operation_list buckets[MYC__EPOLL_BUCKETS];
} myc__epoll;

/* epoll_watch.c */

/**
 * Makes the epoll instance, unless it is there. Returns false when the process has no descriptor
 * left for it: files are read and written without, and the next operation that waits tries again.
 */
bool myc__epoll_open(myc__epoll *self);

/** Has the kernel watch the operation's descriptor. Returns 0, or an errno: it is watched by
 * nobody then. */
int myc__epoll_watch(myc__epoll *self, myc__operation *operation);

/** Takes a watched operation out. */
void myc__epoll_unwatch(myc__epoll *self, myc__operation *operation);

/** The operations of a bucket that an event concerns, at most `max`. Returns how many. */
uint32_t myc__epoll_concerned(const myc__epoll *self, const struct epoll_event *event,
                              myc__operation **operations, uint32_t max);

/** Whether it is (still) watched; it may have been freed. */
bool myc__epoll_is_watched(const myc__epoll *self, int fd, const myc__operation *operation);

/* epoll_look.c */

/**
 * Asks the kernel what is ready, and waits up to `timeout_ns` (-1 = without end) until something is
 * or `wake_fd` is readable. Only when all that was ready before has been served. Returns whether
 * `wake_fd` is readable.
 */
bool myc__epoll_look(myc__epoll *self, int64_t timeout_ns);

/* epoll_try.c: what completes once */

/** Executes it, if that takes no sleep. Returns its result, or MYC__NOT_NOW. */
int32_t myc__epoll_try(myc__operation *operation);

/* epoll_receive.c: what completes many times */

/** Takes what there is, within bounds. Returns how many completions it ran. */
uint32_t myc__epoll_receive(myc__epoll *self, myc__operation *operation);

/* epoll.c */

/** The last completion of an operation, watched or not. */
void myc__epoll_finish(myc__epoll *self, myc__operation *operation, int32_t result);

#endif
