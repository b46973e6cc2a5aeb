/* SPDX-License-Identifier: Apache-2.0 */
#include "io/driver.h"

#include <errno.h>
#include <unistd.h>

#include "base/check.h"
#include "io/backend.h"
#include "io/buffer_group.h"
#include "io/faults.h"
#include "io/refusal.h"

void myc__operation_list_append(myc__operation_list *list, myc__operation *operation)
{
    operation->previous = list->last;
    operation->next = NULL;
    *(list->last ? &list->last->next : &list->first) = operation;
    list->last = operation;
}

void myc__operation_list_remove(myc__operation_list *list, myc__operation *operation)
{
    *(operation->previous ? &operation->previous->next : &list->first) = operation->next;
    *(operation->next ? &operation->next->previous : &list->last) = operation->previous;
    operation->previous = operation->next = NULL;
}

void myc__driver_init(myc__driver *driver, const myc__driver_backend *backend,
                      const myc__driver_options *options)
{
    driver->backend = backend;
    driver->allocator = options->allocator;
    driver->wake_fd = options->wake_fd;
    driver->several_threads = options->several_threads;
    driver->owner = pthread_self();
    driver->faults = options->faults;
}

static int create(const myc__driver_options *options, myc__driver **driver)
{
    if (options->backend != MYC_IO_EPOLL) {
        int refusal = 0;
        int error = myc__uring_create(options, &refusal, driver);
        if (error != MYC_ENOTSUP) {
            return error;
        }
        myc__refusal_log(options->log, options->backend, refusal);
        if (options->backend == MYC_IO_URING) {
            return error;
        }
    }
    return myc__epoll_create(options, driver);
}

int myc__driver_create(const myc__driver_options *options, myc__driver **driver)
{
    *driver = NULL;
    int error = create(options, driver);
    if (error) {
        return error;
    }
    error = myc__faults_create(options->allocator, &options->faults, &(*driver)->planter);
    if (error) {
        myc__driver_destroy(*driver);
        *driver = NULL;
    }
    return error;
}

void myc__driver_destroy(myc__driver *driver)
{
    if (driver) {
        MYC__CHECK(!driver->polling);
        MYC__CHECK(driver->in_flight == 0);
        MYC__CHECK(!driver->groups);
        myc__faults_destroy(driver->allocator, driver->planter);
        driver->backend->destroy(driver);
    }
}

static void cancel(myc__driver *driver, myc__operation *operation)
{
    if (operation->state == MYC__OPERATION_QUEUED) {
        myc__operation_list_remove(&driver->queue, operation);
        myc__operation_list_append(&driver->cancelled, operation);
        operation->state = MYC__OPERATION_CANCELLED;
    } else if (operation->state == MYC__OPERATION_STARTED && driver->backend->cancel) {
        driver->backend->cancel(driver, operation);
    } else if (operation->state == MYC__OPERATION_STARTED) {
        myc__operation_list_append(&driver->queue, operation);
        operation->state = MYC__OPERATION_CANCELLING;
    }
}

static bool is_held_back(myc__driver *driver, myc__operation *operation)
{
    return operation->state == MYC__OPERATION_STARTED &&
           myc__faults_hold_cancel(driver->planter, operation);
}

void myc__driver_cancel(myc__driver *driver, myc__operation *operation)
{
    myc__driver_check_thread(driver);
    if (MYC__LIKELY(!driver->planter) || !is_held_back(driver, operation)) {
        cancel(driver, operation);
    }
}

/* Those that were held back long enough. */
static void cancel_late(myc__driver *driver)
{
    myc__faults_pass(driver->planter);
    for (myc__operation *operation; (operation = myc__faults_take_cancel(driver->planter));) {
        cancel(driver, operation);
    }
}

void myc__driver_requeue(myc__driver *driver, myc__operation *operation)
{
    MYC__DEBUG_CHECK(operation->state != MYC__OPERATION_CANCELLING);
    operation->state = MYC__OPERATION_QUEUED;
    myc__operation_list_append(&driver->queue, operation);
}

static bool is_listed(const myc__operation_list *list, const myc__operation *operation)
{
    return operation->previous || list->first == operation;
}

static void end(myc__driver *driver, myc__operation *operation)
{
    /* The kernel may end an operation before it was told to cancel it. */
    if (is_listed(&driver->queue, operation)) {
        myc__operation_list_remove(&driver->queue, operation);
    }
    operation->state = MYC__OPERATION_IDLE;
    MYC__CHECK(driver->in_flight > 0);
    driver->in_flight--;
    if (MYC__UNLIKELY(driver->planter != NULL)) {
        myc__faults_end(driver->planter, operation);
    }
}

void myc__driver_complete(myc__driver *driver, myc__operation *operation, int32_t result,
                          uint32_t flags)
{
    MYC__DEBUG_CHECK(driver->polling);
    MYC__CHECK(operation->state != MYC__OPERATION_IDLE);
    if (!(flags & MYC__MORE)) {
        end(driver, operation);
    }
    operation->complete(operation, result, flags);
}

/* The budget keeps a completion that starts and cancels anew from running this for ever. */
static uint32_t complete_cancelled(myc__driver *driver)
{
    uint32_t count = 0;
    for (uint32_t budget = driver->in_flight; budget > 0 && driver->cancelled.first; budget--) {
        myc__operation *operation = driver->cancelled.first;
        myc__operation_list_remove(&driver->cancelled, operation);
        operation->received = NULL;
        myc__driver_complete(driver, operation, -ECANCELED, 0);
        count++;
    }
    return count;
}

uint32_t myc__driver_poll(myc__driver *driver)
{
    myc__driver_check_thread(driver);
    MYC__CHECK(!driver->polling);
    driver->polling = true;
    if (MYC__UNLIKELY(driver->planter != NULL)) {
        cancel_late(driver);
    }
    myc__driver_fill_buffers(driver);
    uint32_t count = complete_cancelled(driver);
    count += driver->backend->poll(driver);
    driver->polling = false;
    return count;
}

void myc__driver_wait(myc__driver *driver, int64_t timeout_ns)
{
    myc__driver_check_thread(driver);
    MYC__CHECK(!driver->polling);
    if (driver->cancelled.first || (driver->planter && myc__faults_hold_any(driver->planter))) {
        return;
    }
    myc__driver_fill_buffers(driver);
    bool is_limited =
        myc__driver_lacks_buffers(driver) && (timeout_ns < 0 || timeout_ns > MYC__BUFFERS_RETRY_NS);
    driver->backend->wait(driver, is_limited ? MYC__BUFFERS_RETRY_NS : timeout_ns);
}

void myc__driver_drain_wake(const myc__driver *driver)
{
    uint64_t count;
    ssize_t size = read(driver->wake_fd, &count, sizeof count);
    (void)size; /* it was readable, and nobody else reads it */
}

uint32_t myc__driver_in_flight(const myc__driver *driver)
{
    return driver->in_flight;
}

const char *myc__driver_name(const myc__driver *driver)
{
    return driver->backend->name;
}
