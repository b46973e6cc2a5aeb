/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_IO_SOCKET_H
#define MYC_IO_SOCKET_H

/*
 * What the sources of all kinds of sockets share: what is received on its way to the owner, what
 * is written on its way to the kernel, and the end of it all.
 *
 *   socket_open.c         the options, and which kind it is
 *   socket_connection.c   a stream socket with a peer, connected or accepted
 *   socket_listener.c     accepts connections
 *   socket_datagram.c     receives or sends datagrams
 *   socket_receive.c      the intake: from the driver to hand_over.h
 *   socket_send.c         the outflow: from write_queue.h to the driver
 *
 * Completions only note what happened and wake the source; its poll does what follows. So there is
 * one place where a source changes its state. A source that is closing is polled no more: it goes
 * on, until it is freed, with its completions.
 *
 * Threads: the worker's.
 */
#include <sys/uio.h>

#include "io/hand_over.h"
#include "io/socket_make.h"
#include "io/write_queue.h"

typedef struct myc__socket myc__socket;

/** Receives, as long as the owner keeps up. */
typedef struct myc__intake {
    myc__operation operation; /* first: a completion gets its address */
    myc__socket *socket;
    myc__buffers *buffers;
    bool is_armed;   /* the driver has the operation */
    bool is_stopped; /* and was told to end it */
    bool is_starved; /* the group has no buffer */
    bool has_ended;  /* nothing more comes */
    int os_error;    /* then: why; 0 = the peer has closed */
    uint64_t taken;  /* bytes, or datagrams, in all */
    uint64_t bytes;  /* of what has been taken */
    uint32_t drops;  /* of datagrams, as the kernel counts them */
    uint64_t drops_unsaid;
    uint32_t sender[3]; /* of the last Unix datagram: process, user, group */
} myc__intake;

/** Writes what waits. */
typedef struct myc__outflow {
    myc__operation operation; /* first */
    myc__socket *socket;
    myc__write_queue queue;
    bool is_ready;            /* the socket can be written to */
    bool is_sending;          /* the driver has the operation */
    bool has_failed;          /* nothing more can be written */
    int os_error;             /* then: why */
    uint64_t unwritten_bytes; /* that were dropped, in all */
    struct msghdr message;
    struct iovec parts[MYC__WRITE_PARTS_MAX];
} myc__outflow;

struct myc__socket {
    myc__source base;   /* first */
    int fd;             /* -1: none */
    uint32_t in_flight; /* operations the driver has */
    myc__hand_over out;
    myc_stream_end *end; /* made beforehand: an end is not lost for lack of memory */
    myc__intake in;
    myc__outflow flow;
    myc__wheel_node timer; /* of the kind's own; of the flush when it closes */
    myc__wheel_node retry; /* memory was out */
    uint64_t dropped;      /* datagrams, in all */
    uint64_t seen_written; /* bytes, when the timer of a flush was armed */
    bool flush_is_bounded; /* by that timer: it closes, or the system stops */
    myc__bound_file file;
    myc__target target;
    myc_stream_options options; /* completed; without interface_name */
};

/** What an open is to be of. */
typedef struct myc__socket_order {
    myc__shard *shard;
    myc_address owner;
    myc__source_rows rows;
    const char *text; /* the target's, for the log */
    const myc__target *target;
    const myc_stream_options *options; /* completed */
    uint32_t number;                   /* given */
} myc__socket_order;

/** A kind of socket. */
typedef struct myc__socket_kind {
    myc__source_kind source; /* first */
    uint32_t size_bytes;     /* of its own struct, which begins with myc__socket */
    /** Its timer has fired. Not while it is closing. */
    void (*on_timer)(myc__socket *self);
    /** It is closing: ends operations of its own. May come often. */
    void (*cancel)(myc__socket *self);
} myc__socket_kind;

/** Makes the source, zeroed beyond what it shares, and puts it on the worker, where there is room
 * for it. Takes `fd` (-1: none) and borrows the order. NULL when memory is out: takes nothing. */
myc__socket *myc__socket_source_make(const myc__socket_kind *kind, const myc__socket_order *order,
                                     myc__driver *driver, int fd);

/** Ends it: nothing is in flight any more. */
void myc__socket_free(myc__socket *self);

/** An operation of it has completed for the last time. It may be freed then. */
void myc__socket_completed(myc__socket *self);

/** Looks again soon: memory was out. */
void myc__socket_retry_soon(myc__socket *self);

/** Arms the kind's own timer, anew. */
void myc__socket_arm_timer(myc__socket *self, uint64_t after_ns);

/** Adds an event with an address of the socket, its own or the peer's. False when memory is out. */
bool myc__socket_say(myc__socket *self, myc_stream_what what, bool of_peer);

/** Puts the end in order, once. */
void myc__socket_say_end(myc__socket *self, int os_error);

/** The three of every kind's myc__source_kind. The first: receives no more, writes what waits, and
 * when that is done or goes on for too long, frees the socket. */
void myc__socket_close(myc__source *source);
void myc__socket_drain(myc__source *source);
void myc__socket_hurry(myc__source *source);

/** The poll of a source that is drained. */
uint32_t myc__socket_poll_drained(myc__socket *self);

/* ---- socket_receive.c ---- */

void myc__intake_init(myc__intake *in, myc__socket *socket, myc__buffers *buffers);

/** Starts or ends receiving, as the owner keeps up. In each poll, after what is there has been
 * delivered. Returns true when there is nothing to do until a completion. */
bool myc__intake_regulate(myc__intake *in, const myc__actor *owner);

/** Ends receiving; more may come until the last completion. */
void myc__intake_stop(myc__intake *in);

/** Says how many datagrams were lost, if some were. */
void myc__intake_say_drops(myc__intake *in);

/** Asks the kernel for datagrams it has lost since the last one that came. */
void myc__intake_look_for_drops(myc__intake *in);

/* ---- socket_send.c ---- */

void myc__outflow_init(myc__outflow *flow, myc__socket *socket);

/** Writes what waits, unless that is under way already. Returns true when it has begun. */
bool myc__outflow_start(myc__outflow *flow);

/** Drops what waits and lets a paused owner go on. Nothing is being sent. */
void myc__outflow_drop(myc__outflow *flow);

/** Nothing can be written any more, or is to be: drops what waits, and sends of the owner are
 * refused. */
void myc__outflow_end(myc__outflow *flow);

/* ---- the kinds ---- */

/** Each opens a source of its kind. Returns 0 or the error of myc_stream_open(). */
MYC_MUST_CHECK int myc__connection_open(myc__socket_order *order);
MYC_MUST_CHECK int myc__listener_open(myc__socket_order *order);
MYC_MUST_CHECK int myc__datagram_open(myc__socket_order *order);

/** A source for a connection that `listener` has accepted. Takes `fd` when it succeeds. Returns 0,
 * MYC_ENOMEM or MYC_ELIMIT. */
MYC_MUST_CHECK int myc__connection_accept(const myc__socket *listener, int fd);

/** A connection of the listener is known to its owner. */
void myc__listener_said(myc__shard *shard, uint32_t listener);

#endif
