/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>

#include "socket_frame.h"

enum { ROOM = 256, KEPT = 256 };

/** Receives datagrams and keeps a copy of the last one. */
struct catcher {
    myc__operation operation; /* first */
    struct frame *frame;
    struct store store;
    myc__buffers *buffers;
    int fd;
    bool is_on, is_cancelled;
    int32_t end;
    uint32_t count;
    uint32_t sizes[KEPT]; /* of each */
    uint8_t bytes[ROOM];
    myc__received last;
    struct sockaddr_storage from;
};

static void catcher_start(struct catcher *self)
{
    self->is_on = true;
    myc__driver_receive_datagrams(self->frame->driver, &self->operation, self->fd, self->buffers);
}

static void catcher_take(struct catcher *self, const myc__received *received, int32_t size_bytes)
{
    cr_assert(size_bytes >= 0 && size_bytes <= ROOM);
    cr_assert_eq((uint8_t *)received->buffer + STORE_HEAD + MYC__DATAGRAM_HEAD_BYTES,
                 received->bytes);
    self->sizes[self->count++ % KEPT] = (uint32_t)size_bytes;
    memcpy(self->bytes, received->bytes, (size_t)size_bytes);
    self->last = *received;
    cr_assert_leq(received->from_bytes, sizeof self->from);
    if (received->from)
        memcpy(&self->from, received->from, received->from_bytes);
    store_drop(&self->store, received->buffer);
}

static void catcher_complete(myc__operation *operation, int32_t result, uint32_t flags)
{
    struct catcher *self = (struct catcher *)operation;
    cr_assert(self->is_on);
    cr_assert_eq(result >= 0, operation->received != NULL);
    if (operation->received)
        catcher_take(self, operation->received, result);
    if (flags & MYC__MORE) {
        cr_assert_geq(result, 0);
        return;
    }
    self->is_on = false;
    if (result < 0)
        self->end = result;
    else if (!self->is_cancelled)
        catcher_start(self);
}

static void catcher_open(struct catcher *self, struct frame *frame, int fd, uint32_t buffers)
{
    *self = (struct catcher){
        .operation = {.complete = catcher_complete, .wants_sender = true},
        .frame = frame,
        .store = {.limit = buffers, .size_bytes = MYC__DATAGRAM_HEAD_BYTES + ROOM},
        .fd = fd,
    };
    self->buffers = open_buffers(frame, &self->store, buffers);
    catcher_start(self);
}

static void catcher_close(struct catcher *self)
{
    self->is_cancelled = true;
    myc__driver_cancel(self->frame->driver, &self->operation);
    RUN_UNTIL(self->frame, !self->is_on);
    close_buffers(self->buffers, &self->store);
    close(self->fd);
}

static void set_option(int fd, int option, int value)
{
    cr_assert_eq(0, setsockopt(fd, SOL_SOCKET, option, &value, sizeof value));
}

static void send_to(int fd, const struct sockaddr_in *to, size_t size_bytes)
{
    uint8_t bytes[2 * ROOM];
    for (size_t index = 0; index < size_bytes; index++)
        bytes[index] = byte_at(index);
    cr_assert_eq((ssize_t)size_bytes,
                 sendto(fd, bytes, size_bytes, 0, (const struct sockaddr *)to, sizeof *to));
}

static void expect_last(const struct catcher *catcher, uint32_t size_bytes)
{
    cr_assert_eq(size_bytes, catcher->sizes[(catcher->count - 1) % KEPT]);
    for (uint32_t index = 0; index < size_bytes; index++)
        cr_assert_eq(byte_at(index), catcher->bytes[index]);
}

DRIVER_TEST(driver_datagrams, bring_bytes_and_sender)
{
    struct catcher catcher;
    catcher_open(&catcher, frame, open_inet(SOCK_DGRAM), 16);
    struct sockaddr_in to = address_of(catcher.fd);
    for (uint32_t round = 1; round <= 20; round++) {
        int from = open_inet(SOCK_DGRAM);
        struct sockaddr_in own = address_of(from);
        send_to(from, &to, round);
        RUN_UNTIL(frame, catcher.count == round);
        expect_last(&catcher, round);
        cr_expect_not(catcher.last.is_truncated);
        cr_expect_eq(sizeof own, catcher.last.from_bytes);
        cr_expect_eq(0, memcmp(&own, &catcher.from, sizeof own));
        cr_expect_eq(0, catcher.last.kernel_ns, "nobody asked for it");
        close(from);
    }
    catcher_close(&catcher);
}

DRIVER_TEST(driver_datagrams, may_be_empty_or_too_long)
{
    static const uint32_t sizes[] = {0, ROOM, 0, 0, ROOM + 1, 1};
    struct catcher catcher;
    catcher_open(&catcher, frame, open_inet(SOCK_DGRAM), 16);
    struct sockaddr_in to = address_of(catcher.fd);
    int from = open_inet(SOCK_DGRAM);
    for (uint32_t index = 0; index < 6; index++) {
        send_to(from, &to, sizes[index]);
        RUN_UNTIL(frame, catcher.count == index + 1);
        expect_last(&catcher, sizes[index] > ROOM ? ROOM : sizes[index]);
        cr_expect_eq(sizes[index] > ROOM, catcher.last.is_truncated);
    }
    close(from);
    catcher_close(&catcher);
}

DRIVER_TEST(driver_datagrams, come_in_order_also_when_many_wait)
{
    enum { MANY = 200 };
    struct catcher catcher;
    catcher_open(&catcher, frame, open_inet(SOCK_DGRAM), 256);
    struct sockaddr_in to = address_of(catcher.fd);
    int from = open_inet(SOCK_DGRAM);
    for (uint32_t index = 0; index < MANY; index++)
        send_to(from, &to, index);
    RUN_UNTIL(frame, catcher.count == MANY);
    for (uint32_t index = 0; index < MANY; index++)
        cr_assert_eq(index, catcher.sizes[index]);
    close(from);
    catcher_close(&catcher);
}

DRIVER_TEST(driver_datagrams, go_on_when_a_group_was_empty)
{
    enum { MANY = 100 };
    struct catcher catcher;
    catcher_open(&catcher, frame, open_inet(SOCK_DGRAM), 4);
    struct sockaddr_in to = address_of(catcher.fd);
    int from = open_inet(SOCK_DGRAM);
    for (uint32_t index = 0; index < MANY; index++)
        send_to(from, &to, index);
    while (catcher.count < MANY) {
        myc__driver_wait(frame->driver, -1);
        myc__driver_poll(frame->driver);
        if (!catcher.is_on) {
            cr_assert_eq(-ENOBUFS, catcher.end, "%d", catcher.end);
            catcher_start(&catcher);
        }
    }
    for (uint32_t index = 0; index < MANY; index++)
        cr_assert_eq(index, catcher.sizes[index]);
    close(from);
    catcher_close(&catcher);
}

DRIVER_TEST(driver_datagrams, say_when_the_kernel_had_them)
{
    struct catcher catcher;
    struct timespec before, after;
    int fd = open_inet(SOCK_DGRAM), from = open_inet(SOCK_DGRAM);
    set_option(fd, SO_TIMESTAMPNS, 1);
    catcher_open(&catcher, frame, fd, 16);
    struct sockaddr_in to = address_of(fd);
    clock_gettime(CLOCK_REALTIME, &before);
    send_to(from, &to, 10);
    RUN_UNTIL(frame, catcher.count == 1);
    clock_gettime(CLOCK_REALTIME, &after);
    expect_last(&catcher, 10);
    cr_expect_geq(catcher.last.kernel_ns,
                  (uint64_t)before.tv_sec * 1000000000 + (uint64_t)before.tv_nsec);
    cr_expect_leq(catcher.last.kernel_ns,
                  (uint64_t)after.tv_sec * 1000000000 + (uint64_t)after.tv_nsec);
    close(from);
    catcher_close(&catcher);
}

DRIVER_TEST(driver_datagrams, say_who_sent_them)
{
    struct catcher catcher;
    int fds[2];
    open_pair(fds, SOCK_DGRAM);
    set_option(fds[0], SO_PASSCRED, 1);
    set_option(fds[0], SO_TIMESTAMPNS, 1);
    catcher_open(&catcher, frame, fds[0], 16);
    cr_assert_eq(5, send(fds[1], "hello", 5, 0));
    RUN_UNTIL(frame, catcher.count == 1);
    cr_assert(catcher.last.has_credentials);
    cr_expect_eq((uint32_t)getpid(), catcher.last.process_id);
    cr_expect_eq(getuid(), catcher.last.user_id);
    cr_expect_eq(getgid(), catcher.last.group_id);
    cr_expect_gt(catcher.last.kernel_ns, 0);
    cr_expect_null(catcher.last.from, "it has no name");
    close(fds[1]);
    catcher_close(&catcher);
}

/* The longest name a Unix socket can have. */
DRIVER_TEST(driver_datagrams, say_the_whole_name_of_a_unix_socket)
{
    struct catcher catcher;
    struct sockaddr_un own = {.sun_family = AF_UNIX}, to = {.sun_family = AF_UNIX};
    socklen_t size = sizeof to;
    int from = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    memset(own.sun_path, 'n', sizeof own.sun_path);
    snprintf(own.sun_path, sizeof own.sun_path, "%cmycelium-%d-%d", 0, (int)getpid(), (int)kind);
    cr_assert_eq(0, bind(from, (struct sockaddr *)&own, sizeof own));
    cr_assert_eq(0, bind(fd, (struct sockaddr *)&to, sizeof(sa_family_t)));
    cr_assert_eq(0, getsockname(fd, (struct sockaddr *)&to, &size));
    catcher_open(&catcher, frame, fd, 16);
    cr_assert_eq(5, sendto(from, "hello", 5, 0, (struct sockaddr *)&to, size));
    RUN_UNTIL(frame, catcher.count == 1);
    cr_expect_eq(sizeof own, catcher.last.from_bytes);
    cr_expect_eq(0, memcmp(&own, &catcher.from, sizeof own));
    close(from);
    catcher_close(&catcher);
}

DRIVER_TEST(driver_datagrams, say_how_many_were_lost)
{
    struct catcher catcher;
    int fd = open_inet(SOCK_DGRAM), from = open_inet(SOCK_DGRAM);
    set_option(fd, SO_RCVBUF, 1);
    set_option(fd, SO_RXQ_OVFL, 1);
    struct sockaddr_in to = address_of(fd);
    enum { SENT = 100 };
    for (int index = 0; index < SENT; index++)
        send_to(from, &to, 100);
    catcher_open(&catcher, frame, fd, 128);
    /* The count comes with what is received after the loss. */
    uint32_t sent = SENT;
    do
        myc__driver_wait(frame->driver, 0);
    while (myc__driver_poll(frame->driver) > 0 || catcher.count == 0);
    send_to(from, &to, 1);
    sent++;
    RUN_UNTIL(frame, catcher.sizes[(catcher.count - 1) % KEPT] == 1);
    cr_expect_gt(catcher.last.overflowed, 0);
    cr_expect_eq(sent, catcher.count + catcher.last.overflowed, "%u of %u, %u lost", catcher.count,
                 sent, catcher.last.overflowed);
    close(from);
    catcher_close(&catcher);
}

static int count_open_fds(void)
{
    int count = 0;
    DIR *directory = opendir("/proc/self/fd");
    while (readdir(directory))
        count++;
    closedir(directory);
    return count;
}

static void send_descriptor(int fd, int sent)
{
    union {
        struct cmsghdr header;
        uint8_t bytes[CMSG_SPACE(sizeof sent)];
    } control = {.bytes = {0}};
    struct iovec piece = {"hello", 5};
    struct msghdr message = {
        .msg_iov = &piece,
        .msg_iovlen = 1,
        .msg_control = &control,
        .msg_controllen = sizeof control,
    };
    control.header = (struct cmsghdr){
        .cmsg_len = CMSG_LEN(sizeof sent), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
    memcpy(CMSG_DATA(&control.header), &sent, sizeof sent);
    cr_assert_eq(5, sendmsg(fd, &message, 0));
}

DRIVER_TEST(driver_datagrams, bring_no_descriptors)
{
    struct catcher catcher;
    int fds[2];
    open_pair(fds, SOCK_DGRAM);
    catcher_open(&catcher, frame, fds[0], 16);
    expect_no_completion(frame);
    int before = count_open_fds(); /* with all that a driver opens when it first waits */
    for (uint32_t round = 1; round <= 3; round++) {
        send_descriptor(fds[1], fds[1]);
        RUN_UNTIL(frame, catcher.count == round);
    }
    cr_expect_eq(before, count_open_fds(), "a peer can fill the table of descriptors");
    close(fds[1]);
    catcher_close(&catcher);
}

DRIVER_TEST(driver_datagrams, pass_on_errors_and_go_on)
{
    int gone = open_inet(SOCK_DGRAM), fd = open_inet(SOCK_DGRAM);
    struct sockaddr_in address = address_of(gone), own = address_of(fd);
    cr_assert_eq(0, connect(fd, (struct sockaddr *)&address, sizeof address));
    struct catcher catcher;
    catcher_open(&catcher, frame, fd, 16);
    expect_no_completion(frame);
    close(gone);
    cr_assert_eq(1, send(fd, "x", 1, 0));
    RUN_UNTIL(frame, !catcher.is_on);
    cr_expect_eq(-ECONNREFUSED, catcher.end, "%d", catcher.end);
    catcher_start(&catcher);
    gone = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    cr_assert_eq(0, bind(gone, (struct sockaddr *)&address, sizeof address));
    send_to(gone, &own, 10);
    RUN_UNTIL(frame, catcher.count == 1);
    expect_last(&catcher, 10);
    close(gone);
    catcher_close(&catcher);
}
