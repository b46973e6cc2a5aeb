/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_IO_BUFFERS_H
#define MYC_IO_BUFFERS_H

/*
 * A group of buffers of equal size that a driver receives into. The kernel, or the epoll backend,
 * takes a buffer out when something has come; who gets the completion then owns it. The group is
 * filled up again with fresh ones by its `make`, so what was received is never copied: the buffer
 * is the payload that is sent on, and goes home to its pool like any other.
 *
 * A group per class of socket: one busy connection must not take the buffers of the datagrams.
 *
 * When a receive has completed with -ENOBUFS, its owner looks in each of its polls whether
 * myc__buffers_fill() says true, and starts it again then. The driver sees to it that a worker
 * without anything else to do polls now and then.
 *
 * Threads: the driver's.
 */
#include "io/driver.h"

enum {
    MYC__BUFFERS_MAX = 32768,
    /* What lies in front of a datagram's bytes in its buffer: a head of the kernel's, the sender's
     * address (the longest is that of a Unix socket), control messages. */
    MYC__DATAGRAM_NAME_BYTES = 112,
    MYC__DATAGRAM_CONTROL_BYTES = 96,
    MYC__DATAGRAM_HEAD_BYTES = 16 + MYC__DATAGRAM_NAME_BYTES + MYC__DATAGRAM_CONTROL_BYTES,
};

typedef struct myc__buffers_options {
    uint32_t count;      /* a power of two, at most MYC__BUFFERS_MAX */
    uint32_t size_bytes; /* for datagrams MYC__DATAGRAM_HEAD_BYTES and the longest datagram */
    /** Gives a buffer, and where in it, aligned to 8, `size_bytes` may be received; NULL when
     * memory is out: it is asked again later. */
    void *(*make)(void *user, uint8_t **bytes);
    /** Takes back one that was not used. */
    void (*drop)(void *user, void *buffer);
    void *user;
} myc__buffers_options;

/** Gives `*buffers`, of `driver`, filled as far as memory goes. Returns 0 or MYC_ENOMEM. */
MYC_MUST_CHECK int myc__buffers_create(myc__driver *driver, const myc__buffers_options *options,
                                       myc__buffers **buffers);

/** Drops all buffers and takes the group; NULL is ignored. Nothing receives into it any more. */
void myc__buffers_destroy(myc__buffers *buffers);

/** Fills it up. Returns true when it has at least one. Called in each poll and wait of the driver,
 * so a worker calls it only to know. */
bool myc__buffers_fill(myc__buffers *buffers);

#endif
