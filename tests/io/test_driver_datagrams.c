/* SPDX-License-Identifier: Apache-2.0 */
#include "catcher.h"

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
