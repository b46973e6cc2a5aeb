/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_IO_DRIVER_H
#define MYC_IO_DRIVER_H

/*
 * The worker's way into the kernel: operations are queued, complete in a later poll, and a worker
 * with nothing to do sleeps here, so one wait covers I/O, timers and wake-ups.
 *
 *     myc__operation read = {.complete = on_read};
 *     myc__driver_read(driver, &read, fd, buffer, sizeof buffer, 0);
 *     while (myc__driver_in_flight(driver) > 0) {
 *         myc__driver_wait(driver, -1);
 *         myc__driver_poll(driver);
 *     }
 *
 * Two backends: io_uring, and epoll for where the kernel refuses io_uring. Both give
 * the same results, in an order of their own: nothing is promised about the order of completions.
 *
 * Results are a count of bytes (0 = end of file) or a negated errno, as the kernel gives them. A
 * read may be short. A read at the current position of something without data yet (pipe, socket,
 * terminal) stays in flight until there is data, also when the file is in non-blocking mode.
 *
 * Threads: a driver belongs to the thread that created it, unless `several_threads` is set.
 */
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include <mycelium/system.h>

#include "base/allocator.h"
#include "base/log.h"

typedef struct myc__driver myc__driver;
typedef struct myc__operation myc__operation;
typedef struct myc__buffers myc__buffers; /* see buffers.h */

/** A flag of a completion: more will come for the same operation. */
#define MYC__MORE 1u

enum {
    MYC__DRIVER_ENTRIES_DEFAULT = 256,
    MYC__DRIVER_ENTRIES_MIN = 8,
    MYC__DRIVER_ENTRIES_MAX = 32768,
};

/**
 * Runs in myc__driver_poll() and nowhere else. It may start, cancel and free operations, also this
 * one (without MYC__MORE it is the caller's again), but must not poll or wait.
 */
typedef void (*myc__operation_complete)(myc__operation *operation, int32_t result, uint32_t flags);

/** What a receive has brought, valid during its completion. */
typedef struct myc__received {
    void *buffer;                /* out of the group; the owner of the operation takes it */
    uint8_t *bytes;              /* in it; how many is the result of the completion */
    const struct sockaddr *from; /* in it, of a datagram, if it was wanted; NULL: it has none */
    socklen_t from_bytes;
    bool is_truncated;    /* the datagram was longer */
    bool has_credentials; /* of who sent a Unix datagram: the next three */
    uint32_t process_id, user_id, group_id;
    uint64_t kernel_ns;  /* when the kernel received it; 0 = it does not say */
    uint32_t overflowed; /* datagrams the socket has lost so far (SO_RXQ_OVFL) */
} myc__received;

/**
 * One operation. Lives in the caller's memory, unmoved, until its last completion.
 * The caller sets `complete` and `wants_sender` and zeroes the rest before the first use; the rest is
 * the driver's.
 */
struct myc__operation {
    myc__operation_complete complete;
    bool wants_sender;               /* receive of datagrams: the address, which costs 20 ns each */
    myc__operation *previous, *next; /* in a list of the driver, else NULL */
    union {
        void *buffer;                   /* read, write */
        const struct msghdr *message;   /* send */
        const struct sockaddr *address; /* connect */
        myc__buffers *buffers;          /* receive */
    };
    myc__received *received; /* receive: what a completion brings, NULL when it brings nothing */
    int64_t offset;          /* -1: none, what has no data or room yet is waited for */
    int fd;
    uint32_t size_bytes;
    uint32_t events; /* await */
    uint8_t kind;
    uint8_t state;
    uint8_t fault;          /* planted in it: a myc__fault of faults.h */
    bool waits_until_ready; /* of the backend: the kernel is asked for readiness first */
    bool was_tried;         /* of the backend: the kernel has had it before */
};

/** What a test lets the kernel refuse or do. All zero = nothing. */
typedef struct myc__driver_faults {
    int error;            /* the errno of a refused io_uring_setup() */
    uint32_t entries_max; /* only larger rings are refused; 0 = all */
    uint32_t setup_flags; /* only rings with one of these flags are refused; 0 = all */
    uint32_t cq_entries;  /* completions a ring has room for, so that they overflow; 0 = as usual */
    bool no_buffer_rings; /* Linux before 5.19 */
    bool no_multishot;    /* Linux before 6.0 */
    bool multishot_ends;  /* each completion of an accept or receive is its last */

    /* Faults of single operations, drawn when they start: see faults.h. */
    uint32_t one_in;   /* how often, on the average; 0 = never */
    uint32_t kinds;    /* 1 << each that may be; 0 = MYC__FAULTS_THAT_PASS */
    uint64_t seed;     /* of the draw; drivers of one system draw differently */
    uint64_t *planted; /* atomic, MYC__FAULT_COUNT of them: how many of each; NULL = not counted */
} myc__driver_faults;

typedef struct myc__driver_options {
    myc_io_backend backend;
    uint32_t entries; /* operations handed to the kernel at once, rounded up to a power of two in
                         MYC__DRIVER_ENTRIES_MIN to _MAX; 0 = 256. More may be in flight. */
    int wake_fd;      /* an eventfd that ends myc__driver_wait(), or -1; borrowed */
    bool several_threads;      /* used from several threads, one at a time; costs some speed */
    myc__allocator *allocator; /* borrowed */
    const myc__log *log;       /* borrowed during the creation only */
    myc__driver_faults faults;
} myc__driver_options;

/**
 * Gives `*driver`. Where io_uring is refused, a log line says the cause and what to change: a
 * warning with MYC_IO_AUTO, which goes on with epoll, an error with MYC_IO_URING.
 * Returns 0, MYC_ENOMEM, or MYC_ENOTSUP (io_uring was asked for and is refused).
 */
MYC_MUST_CHECK int myc__driver_create(const myc__driver_options *options, myc__driver **driver);

/**
 * Takes `driver`; NULL is ignored. No operation may be in flight: checked.
 * Threads: any, once nobody uses the driver any more.
 */
void myc__driver_destroy(myc__driver *driver);

/**
 * Reads up to `size_bytes` (1 to INT32_MAX) at `offset`, or at the current position with -1.
 *
 * Borrows `operation` and `buffer` until the completion. What has no position (pipe, socket,
 * terminal) takes -1 only, one read at a time. It starts with the next poll or wait. Cannot fail:
 * errors come by completion.
 */
void myc__driver_read(myc__driver *driver, myc__operation *operation, int fd, void *buffer,
                      uint32_t size_bytes, int64_t offset);

/**
 * Completes with a positive result when a read of `fd` would not block: data, end of file or error.
 * Borrows `operation` until the completion.
 */
void myc__driver_await_readable(myc__driver *driver, myc__operation *operation, int fd);

/** Writes up to `size_bytes` at `offset`, or at the current position with -1. May be short. Else as
 * myc__driver_read(). */
void myc__driver_write(myc__driver *driver, myc__operation *operation, int fd, const void *buffer,
                       uint32_t size_bytes, int64_t offset);

/** Brings what was written to `fd` to the disk (fdatasync). Completes with 0. */
void myc__driver_sync(myc__driver *driver, myc__operation *operation, int fd);

/** Connects a socket. Borrows `address` until the completion, with 0 or an error. */
void myc__driver_connect(myc__driver *driver, myc__operation *operation, int fd,
                         const struct sockaddr *address, socklen_t address_bytes);

/**
 * Accepts connections of a listening socket until it is cancelled: each completion with a result
 * >= 0 brings one, a descriptor that is the caller's (close on exec). One without MYC__MORE is the
 * last: an error (EMFILE), or the kernel has ended it: start again.
 */
void myc__driver_accept(myc__driver *driver, myc__operation *operation, int fd);

/**
 * Receives from a connected stream socket until it is cancelled, into buffers of `buffers`: each
 * completion with a positive result brings a piece, in operation->received. One without MYC__MORE
 * is the last: 0 = the peer has closed, -ENOBUFS = the group is empty (start again once it is
 * filled, see buffers.h), an error, or a positive result when the kernel has ended it: start again.
 */
void myc__driver_receive(myc__driver *driver, myc__operation *operation, int fd,
                         myc__buffers *buffers);

/**
 * The same for datagrams: each completion with operation->received brings one, of as many bytes as
 * the result says, maybe none, with where it is from (wants_sender) and, if the socket is set so
 * (SO_TIMESTAMPNS, SO_PASSCRED, SO_RXQ_OVFL), what the kernel says of it. Descriptors sent along are closed.
 * The buffers have MYC__DATAGRAM_HEAD_BYTES in front of the datagram's bytes.
 */
void myc__driver_receive_datagrams(myc__driver *driver, myc__operation *operation, int fd,
                                   myc__buffers *buffers);

/** sendmsg() without SIGPIPE. May be short on a stream socket. A datagram has MSG_DONTWAIT in
 * message->msg_flags: when there is no room, the driver waits and sends all of it anew. Borrows `message` and all it points
 * to until the completion. */
void myc__driver_send(myc__driver *driver, myc__operation *operation, int fd,
                      const struct msghdr *message);

/** Completes with the ready events (poll(2)) once `fd` has one of `events` or an error. Borrows
 * `operation` until then. */
void myc__driver_await(myc__driver *driver, myc__operation *operation, int fd, uint32_t events);

/**
 * Asks for the end of an operation in flight: it completes soon, with -ECANCELED or, when it was
 * done first, its own result. What an accept or receive has brought until then still comes, and is
 * the caller's. One that is not in flight is left alone.
 *
 * To close a descriptor: cancel its operations, wait for their last completions, then close it and
 * free them. Closing it first ends no operation, and its number may be given to another file.
 */
void myc__driver_cancel(myc__driver *driver, myc__operation *operation);

/** Starts what is queued and runs the completions that have come. Never sleeps. Returns how many
 * it ran. */
uint32_t myc__driver_poll(myc__driver *driver);

/**
 * Starts what is queued and sleeps until a completion can be polled, `wake_fd` has been written to
 * since the last wait, or `timeout_ns` is over (0 = at once, -1 = never). Runs no completion;
 * drains `wake_fd`. It may end early (signals; a group of buffers that could not be filled is to be
 * filled again): look again.
 */
void myc__driver_wait(myc__driver *driver, int64_t timeout_ns);

/** Operations that have not seen their last completion. */
uint32_t myc__driver_in_flight(const myc__driver *driver);

/** A group of buffers is not full, so the driver wants to be polled, or waited in, even if nothing
 * is in flight. */
bool myc__driver_lacks_buffers(const myc__driver *driver);

/** "io_uring" or "epoll". Static storage. */
const char *myc__driver_name(const myc__driver *driver);

#endif
