/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>

#include "catcher.h"

/* What the kernel says of datagrams beside their bytes. */

DRIVER_TEST(driver_control, say_when_the_kernel_had_them)
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

DRIVER_TEST(driver_control, say_who_sent_them)
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
DRIVER_TEST(driver_control, say_the_whole_name_of_a_unix_socket)
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

DRIVER_TEST(driver_control, say_how_many_were_lost)
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

DRIVER_TEST(driver_control, bring_no_descriptors)
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
