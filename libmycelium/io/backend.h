/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_IO_BACKEND_H
#define MYC_IO_BACKEND_H

/*
 * What stands behind driver.h: the part all backends share, and their table of functions.
 *
 * States of an operation, and who moves it on:
 *
 *   IDLE        not in flight         -> QUEUED by the caller
 *   QUEUED      in `queue`            -> STARTED by the backend, CANCELLED by the caller,
 *                                        IDLE by a backend that executes it at once
 *   STARTED     the kernel has it     -> IDLE by its last completion, CANCELLING by the caller,
 *                                        QUEUED when it has to be tried again
 *   CANCELLING  the kernel has it; in `queue` until the kernel has been told -> IDLE
 *   CANCELLED   in `cancelled`: was never started; completes in the next poll -> IDLE
 */
#include <poll.h>
#include <pthread.h>

#include "base/check.h"
#include "io/driver.h"

enum {
    MYC__OPERATION_READ = 1,
    MYC__OPERATION_WRITE,
    MYC__OPERATION_SYNC,
    MYC__OPERATION_CONNECT,
    MYC__OPERATION_ACCEPT,
    MYC__OPERATION_RECEIVE,
    MYC__OPERATION_RECEIVE_DATAGRAMS,
    MYC__OPERATION_SEND,
    MYC__OPERATION_AWAIT,
};

enum {
    MYC__OPERATION_IDLE = 0,
    MYC__OPERATION_QUEUED,
    MYC__OPERATION_STARTED,
    MYC__OPERATION_CANCELLING,
    MYC__OPERATION_CANCELLED,
};

typedef struct myc__operation_list {
    myc__operation *first, *last;
} myc__operation_list;

typedef struct myc__driver_backend {
    const char *name;
    uint32_t (*poll)(myc__driver *driver);
    void (*wait)(myc__driver *driver, int64_t timeout_ns);
    void (*destroy)(myc__driver *driver);
    /* Cancels a STARTED operation at once. NULL: it is put into the queue as CANCELLING. */
    void (*cancel)(myc__driver *driver, myc__operation *operation);
    /* For a backend whose kernel side has to know of buffers; else all three are NULL. */
    int (*open_buffers)(myc__buffers *buffers);
    void (*close_buffers)(myc__buffers *buffers);
    void (*offer_buffers)(myc__buffers *buffers, const uint16_t *indexes, uint32_t count);
} myc__driver_backend;

/** First member of each backend's own struct. */
struct myc__driver {
    const myc__driver_backend *backend;
    myc__allocator *allocator;
    int wake_fd;
    uint32_t in_flight;
    bool several_threads;
    bool polling;
    pthread_t owner;
    myc__operation_list queue;
    myc__operation_list cancelled;
    myc__buffers *groups;               /* of buffers */
    uint32_t buffers_missing;           /* empty places in them */
    myc__driver_faults faults;          /* of the options */
    struct myc__fault_planter *planter; /* NULL: no faults are planted */
};

/** What is to be waited for, as poll(2) has it, when the operation cannot be done now. */
static inline uint32_t myc__operation_events(const myc__operation *operation)
{
    switch (operation->kind) {
    case MYC__OPERATION_AWAIT: return operation->events;
    case MYC__OPERATION_WRITE:
    case MYC__OPERATION_CONNECT:
    case MYC__OPERATION_SEND: return POLLOUT;
    default: return POLLIN;
    }
}

/** True for what completes again and again. */
static inline bool myc__operation_goes_on(const myc__operation *operation)
{
    return operation->kind == MYC__OPERATION_ACCEPT || operation->kind == MYC__OPERATION_RECEIVE ||
           operation->kind == MYC__OPERATION_RECEIVE_DATAGRAMS;
}

static inline void myc__driver_check_thread(const myc__driver *driver)
{
    MYC__DEBUG_CHECK(driver->several_threads || pthread_equal(driver->owner, pthread_self()));
    (void)driver;
}

void myc__operation_list_append(myc__operation_list *list, myc__operation *operation);
void myc__operation_list_remove(myc__operation_list *list, myc__operation *operation);

/** Fills in the shared part of a new driver. */
void myc__driver_init(myc__driver *driver, const myc__driver_backend *backend,
                      const myc__driver_options *options);

/** Puts an operation that has to be tried again back into the queue. */
void myc__driver_requeue(myc__driver *driver, myc__operation *operation);

/** Ends the operation, unless `flags` has MYC__MORE, and tells its owner. It may be gone then. */
void myc__driver_complete(myc__driver *driver, myc__operation *operation, int32_t result,
                          uint32_t flags);

/** Takes the count out of a readable wake_fd. */
void myc__driver_drain_wake(const myc__driver *driver);

/**
 * Creates the io_uring backend. Returns 0, MYC_ENOMEM, or MYC_ENOTSUP with the errno of the refusal
 * in `*refusal`.
 */
MYC_MUST_CHECK int myc__uring_create(const myc__driver_options *options, int *refusal,
                                     myc__driver **driver);

/** Creates the epoll backend. Returns 0 or MYC_ENOMEM. */
MYC_MUST_CHECK int myc__epoll_create(const myc__driver_options *options, myc__driver **driver);

#endif
