/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_IO_URING_H
#define MYC_IO_URING_H

/*
 * The parts of the io_uring backend, as they see each other:
 *
 *     uring_setup.c      makes a ring out of what the kernel grants
 *     uring_submit.c     operations -> submissions
 *     uring_complete.c   completions -> results
 *     uring_buffers.c    groups of buffers -> rings of provided buffers
 *     uring.c            the backend: poll, wait, wake-ups
 */
#include <liburing.h>

#include "io/backend.h"
#include "io/buffer_group.h"

typedef struct myc__uring {
    myc__driver driver;
    struct io_uring ring;
    struct msghdr datagram;       /* of receives of datagrams: the room for control messages, */
    struct msghdr named_datagram; /* and for the sender's address */
    uint32_t last_group;
    bool wake_is_armed;
    bool has_multishot; /* of every kind we use */
    bool has_buffer_rings;
} myc__uring;

/** user_data of what is not an operation; an operation's is its address. */
enum { MYC__URING_NOTHING = 0, MYC__URING_WAKE = 1 };

/** Turns the queue into submissions, as many as there is room for. */
void myc__uring_stage(myc__uring *self);

/** A submission to fill in, or NULL when the SQ is full and the kernel takes nothing now. */
struct io_uring_sqe *myc__uring_next_sqe(myc__uring *self);

/** Hands over what is staged and lets the kernel post what has completed. True when it took any. */
bool myc__uring_submit(myc__uring *self);

/** Checks what a system call that submits has answered: errors pass by themselves. */
void myc__uring_check_submission(int result);

/** The operation, an accept or receive, is one that the kernel goes on with by itself. */
bool myc__uring_is_multishot(const myc__uring *self, const myc__operation *operation);

/** Takes one completion out of the ring. Returns how many completions owners were told of. */
uint32_t myc__uring_take_completion(myc__uring *self);

/** See myc__driver_backend. A group whose ring the kernel refuses is used without. */
int myc__uring_open_buffers(myc__buffers *buffers);
void myc__uring_close_buffers(myc__buffers *buffers);
void myc__uring_offer_buffers(myc__buffers *buffers, const uint16_t *indexes, uint32_t count);

#endif
