/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/resource.h>

#include "socket_frame.h"

static void start_connect(struct frame *frame, struct probe *probe, int fd,
                          const struct sockaddr_in *address)
{
    *probe = probe_make();
    myc__driver_connect(frame->driver, &probe->operation, fd, (const struct sockaddr *)address,
                        sizeof *address);
}

DRIVER_TEST(driver_connect, connects_in_either_mode)
{
    static const int modes[] = {0, SOCK_NONBLOCK};
    int listener = open_listener(4);
    struct sockaddr_in address = address_of(listener);
    for (int index = 0; index < 2; index++) {
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | modes[index], 0);
        struct probe probe;
        start_connect(frame, &probe, fd, &address);
        run_until(frame, 0);
        cr_expect_eq(1, probe.calls);
        cr_expect_eq(0, probe.result, "%d", probe.result);
        int accepted = accept(listener, NULL, NULL);
        cr_expect_eq(5, send(fd, "hello", 5, 0));
        char bytes[5];
        cr_expect_eq(5, recv(accepted, bytes, 5, MSG_WAITALL));
        close(accepted);
        close(fd);
    }
    close(listener);
}

DRIVER_TEST(driver_connect, tells_that_nobody_listens)
{
    int bound = open_inet(SOCK_STREAM);
    struct sockaddr_in address = address_of(bound);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct probe probe;
    start_connect(frame, &probe, fd, &address);
    run_until(frame, 0);
    cr_expect_eq(-ECONNREFUSED, probe.result, "%d", probe.result);
    start_connect(frame, &probe, 1000000, &address);
    run_until(frame, 0);
    cr_expect_eq(-EBADF, probe.result);
    close(bound);
    close(fd);
}

DRIVER_TEST(driver_connect, connects_to_a_unix_socket)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    socklen_t size = sizeof address;
    /* The kernel chooses an abstract name. */
    cr_assert_eq(0, bind(listener, (struct sockaddr *)&address, sizeof(sa_family_t)));
    cr_assert_eq(0, listen(listener, 1));
    cr_assert_eq(0, getsockname(listener, (struct sockaddr *)&address, &size));
    struct probe probe = probe_make();
    myc__driver_connect(frame->driver, &probe.operation, fd, (struct sockaddr *)&address, size);
    run_until(frame, 0);
    cr_expect_eq(0, probe.result, "%d", probe.result);
    close(fd);
    close(listener);
}

/* With its backlog full, a listener answers nothing. */
DRIVER_TEST(driver_connect, can_be_cancelled)
{
    enum { FILLERS = 4 };
    int listener = open_listener(0), fillers[FILLERS];
    struct sockaddr_in address = address_of(listener);
    for (int index = 0; index < FILLERS; index++) {
        fillers[index] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        int error = connect(fillers[index], (struct sockaddr *)&address, sizeof address);
        cr_assert(error == 0 || errno == EINPROGRESS);
    }
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct probe probe;
    start_connect(frame, &probe, fd, &address);
    expect_no_completion(frame);
    myc__driver_cancel(frame->driver, &probe.operation);
    run_until(frame, 0);
    cr_expect_eq(1, probe.calls);
    cr_expect_eq(-ECANCELED, probe.result, "%d", probe.result);
    close(fd);
    for (int index = 0; index < FILLERS; index++)
        close(fillers[index]);
    close(listener);
}

/** Accepts, and goes on when the kernel has ended it by the way. */
struct acceptor {
    myc__operation operation; /* first */
    struct frame *frame;
    int listener;
    bool is_on, is_cancelled;
    int32_t end;
    int fds[64];
    uint32_t count;
};

static void acceptor_start(struct acceptor *self)
{
    self->is_on = true;
    self->is_cancelled = false;
    myc__driver_accept(self->frame->driver, &self->operation, self->listener);
}

static void acceptor_complete(myc__operation *operation, int32_t result, uint32_t flags)
{
    struct acceptor *self = (struct acceptor *)operation;
    cr_assert(self->is_on);
    cr_expect_null(operation->received);
    if (result >= 0) {
        cr_expect_eq(FD_CLOEXEC, fcntl(result, F_GETFD));
        self->fds[self->count++] = result;
    }
    if (flags & MYC__MORE) {
        cr_assert_geq(result, 0);
        return;
    }
    self->is_on = false;
    if (result < 0)
        self->end = result;
    else if (!self->is_cancelled)
        acceptor_start(self);
}

static void acceptor_open(struct acceptor *self, struct frame *frame)
{
    *self = (struct acceptor){
        .operation.complete = acceptor_complete, .frame = frame, .listener = open_listener(64)};
    acceptor_start(self);
}

static void acceptor_stop(struct acceptor *self)
{
    self->is_cancelled = true;
    myc__driver_cancel(self->frame->driver, &self->operation);
    RUN_UNTIL(self->frame, !self->is_on);
}

static void acceptor_close(struct acceptor *self)
{
    for (uint32_t index = 0; index < self->count; index++)
        close(self->fds[index]);
    close(self->listener);
}

DRIVER_TEST(driver_accept, accepts_one_after_another)
{
    struct acceptor acceptor;
    acceptor_open(&acceptor, frame);
    for (uint32_t round = 1; round <= 10; round++) {
        int fd = connect_to(acceptor.listener);
        RUN_UNTIL(frame, acceptor.count == round);
        close(fd);
    }
    acceptor_stop(&acceptor);
    cr_expect_eq(-ECANCELED, acceptor.end);
    acceptor_close(&acceptor);
}

DRIVER_TEST(driver_accept, accepts_many_at_once)
{
    enum { CONNECTIONS = 40 };
    struct acceptor acceptor;
    int fds[CONNECTIONS];
    acceptor_open(&acceptor, frame);
    expect_no_completion(frame);
    for (int index = 0; index < CONNECTIONS; index++)
        fds[index] = connect_to(acceptor.listener);
    RUN_UNTIL(frame, acceptor.count == CONNECTIONS);
    acceptor_stop(&acceptor);
    for (int index = 0; index < CONNECTIONS; index++)
        close(fds[index]);
    acceptor_close(&acceptor);
}

DRIVER_TEST(driver_accept, accepts_nothing_once_cancelled)
{
    struct acceptor acceptor;
    acceptor_open(&acceptor, frame);
    expect_no_completion(frame);
    acceptor_stop(&acceptor);
    cr_expect_eq(-ECANCELED, acceptor.end);
    int fd = connect_to(acceptor.listener);
    expect_no_completion(frame);
    int accepted = accept4(acceptor.listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    cr_expect_geq(accepted, 0, "the connection is gone");
    close(accepted);
    close(fd);
    acceptor_close(&acceptor);
}

DRIVER_TEST(driver_accept, passes_on_errors)
{
    struct acceptor acceptor = {.operation.complete = acceptor_complete, .frame = frame};
    acceptor.listener = open_inet(SOCK_STREAM);
    acceptor_start(&acceptor);
    RUN_UNTIL(frame, !acceptor.is_on);
    cr_expect_eq(-EINVAL, acceptor.end, "it does not listen");
    acceptor_close(&acceptor);
}

/* The connection waits until there are descriptors again. */
DRIVER_TEST(driver_accept, ends_when_descriptors_are_out)
{
    struct acceptor acceptor;
    acceptor_open(&acceptor, frame);
    expect_no_completion(frame);
    int fd = connect_to(acceptor.listener);
    struct rlimit limit, none;
    cr_assert_eq(0, getrlimit(RLIMIT_NOFILE, &limit));
    none = (struct rlimit){.rlim_cur = 0, .rlim_max = limit.rlim_max};
    cr_assert_eq(0, setrlimit(RLIMIT_NOFILE, &none));
    /* It may have been accepted before; then the next one is not. */
    while (acceptor.is_on && acceptor.count == 0) {
        myc__driver_wait(frame->driver, -1);
        myc__driver_poll(frame->driver);
    }
    cr_assert_eq(0, setrlimit(RLIMIT_NOFILE, &limit));
    if (acceptor.count == 0) {
        cr_expect_eq(-EMFILE, acceptor.end, "%d", acceptor.end);
        acceptor_start(&acceptor);
    }
    RUN_UNTIL(frame, acceptor.count == 1);
    acceptor_stop(&acceptor);
    close(fd);
    acceptor_close(&acceptor);
}
