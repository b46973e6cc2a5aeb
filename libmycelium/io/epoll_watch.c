/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <unistd.h>

#include "io/epoll.h"

_Static_assert(EPOLLIN == POLLIN && EPOLLOUT == POLLOUT && EPOLLERR == POLLERR &&
                   EPOLLHUP == POLLHUP && EPOLLPRI == POLLPRI,
               "the events of an operation are those of epoll");

static const myc__operation_list *bucket_of(const myc__epoll *self, int fd)
{
    return &self->buckets[(uint32_t)fd & (MYC__EPOLL_BUCKETS - 1)];
}

/* Of all operations that wait for it; 0: there is none, and it is not registered. */
static uint32_t interest_in(const myc__epoll *self, int fd)
{
    uint32_t events = 0;
    for (const myc__operation *each = bucket_of(self, fd)->first; each; each = each->next) {
        events |= each->fd == fd ? myc__operation_events(each) : 0;
    }
    return events;
}

static bool control(const myc__epoll *self, int order, int fd, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.fd = fd};
    return epoll_ctl(self->fd, order, fd, &event) == 0;
}

bool myc__epoll_open(myc__epoll *self)
{
    if (self->fd >= 0) {
        return true;
    }
    int fd = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event wake = {.events = EPOLLIN, .data.fd = MYC__EPOLL_WAKE};
    if (fd >= 0 && self->driver.wake_fd >= 0 &&
        epoll_ctl(fd, EPOLL_CTL_ADD, self->driver.wake_fd, &wake) != 0) {
        int error = errno;
        close(fd);
        fd = -1;
        errno = error;
    }
    self->fd = fd;
    return fd >= 0;
}

int myc__epoll_watch(myc__epoll *self, myc__operation *operation)
{
    int fd = operation->fd;
    uint32_t before = interest_in(self, fd);
    uint32_t after = before | myc__operation_events(operation);
    if (!myc__epoll_open(self) ||
        (after != before && !control(self, before ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, after))) {
        return errno;
    }
    operation->state = MYC__OPERATION_STARTED;
    myc__operation_list_append((myc__operation_list *)bucket_of(self, fd), operation);
    self->watched++;
    self->empty_ns = 0;
    return 0;
}

/* It fails where the owner has closed the descriptor first: then nothing is registered any more. */
void myc__epoll_unwatch(myc__epoll *self, myc__operation *operation)
{
    int fd = operation->fd;
    uint32_t before = interest_in(self, fd);
    myc__operation_list_remove((myc__operation_list *)bucket_of(self, fd), operation);
    self->watched--;
    uint32_t after = interest_in(self, fd);
    if (after != before) {
        (void)control(self, after ? EPOLL_CTL_MOD : EPOLL_CTL_DEL, fd, after);
    }
}

uint32_t myc__epoll_concerned(const myc__epoll *self, const struct epoll_event *event,
                              myc__operation **operations, uint32_t max)
{
    uint32_t count = 0;
    int fd = event->data.fd;
    for (myc__operation *each = bucket_of(self, fd)->first; each && count < max;
         each = each->next) {
        if (each->fd == fd &&
            (event->events & (myc__operation_events(each) | EPOLLERR | EPOLLHUP | EPOLLRDHUP))) {
            operations[count++] = each;
        }
    }
    return count;
}

bool myc__epoll_is_watched(const myc__epoll *self, int fd, const myc__operation *operation)
{
    const myc__operation *each = bucket_of(self, fd)->first;
    while (each && each != operation) {
        each = each->next;
    }
    return each != NULL;
}
