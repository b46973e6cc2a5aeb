/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <linux/time_types.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/check.h"
#include "base/clock.h"
#include "io/epoll.h"

/* Without an instance there is the wake alone. */
static bool await_readable(int fd, int64_t timeout_ns)
{
    struct pollfd polled = {.fd = fd, .events = POLLIN}; /* poll(2) ignores -1 */
    struct timespec timeout = {.tv_sec = timeout_ns / 1000000000,
                               .tv_nsec = timeout_ns % 1000000000};
    int count = ppoll(&polled, 1, timeout_ns < 0 ? NULL : &timeout, NULL);
    MYC__CHECK(count >= 0 || errno == EINTR || errno == ENOMEM);
    return count > 0;
}

static int wait_ns(myc__epoll *self, int64_t timeout_ns)
{
    struct __kernel_timespec timeout = {.tv_sec = timeout_ns / 1000000000,
                                        .tv_nsec = timeout_ns % 1000000000};
    return (int)syscall(SYS_epoll_pwait2, self->fd, self->ready, MYC__EPOLL_EVENTS,
                        timeout_ns < 0 ? NULL : &timeout, NULL, 0);
}

/* epoll_pwait2() is of Linux 5.11; older filters of system calls answer EPERM. epoll_wait() counts in
 * ms, so the instance itself is polled then. */
static int take_events(myc__epoll *self, int64_t timeout_ns)
{
    if (timeout_ns != 0 && !self->lacks_ns_wait) {
        int count = wait_ns(self, timeout_ns);
        if (count >= 0 || (errno != ENOSYS && errno != EPERM)) {
            return count;
        }
        self->lacks_ns_wait = true;
    }
    if (timeout_ns != 0) {
        (void)await_readable(self->fd, timeout_ns);
    }
    return epoll_wait(self->fd, self->ready, MYC__EPOLL_EVENTS, 0);
}

/* Takes the event of wake_fd out. */
static bool take_wake(myc__epoll *self)
{
    for (uint32_t index = 0; index < self->ready_count; index++) {
        if (self->ready[index].data.fd == MYC__EPOLL_WAKE) {
            self->ready[index] = self->ready[--self->ready_count];
            return true;
        }
    }
    return false;
}

bool myc__epoll_look(myc__epoll *self, int64_t timeout_ns)
{
    if (self->fd < 0) {
        return await_readable(self->driver.wake_fd, timeout_ns);
    }
    int count = take_events(self, timeout_ns);
    MYC__CHECK(count >= 0 || errno == EINTR);
    self->ready_next = 0;
    self->ready_count = count > 0 ? (uint32_t)count : 0;
    bool is_woken = take_wake(self);
    self->empty_ns = self->ready_count > 0 ? 0 : myc__kernel_now_ns();
    return is_woken;
}
