/* SPDX-License-Identifier: Apache-2.0 */
#include <liburing.h>

#include "source_frame.h"

/* Criterion starts each test in a process of its own, forked from the one that has run this. */
__attribute__((constructor)) static void deny_if_told(void)
{
    if (getenv(DENY_VARIABLE) && !deny_io_uring_setup(EPERM)) {
        fprintf(stderr, "%s: seccomp filters are not to be had here\n", DENY_VARIABLE);
        exit(77);
    }
}

Test(denied, io_uring_is_refused_when_told)
{
    struct io_uring ring;
    if (!getenv(DENY_VARIABLE))
        cr_skip_test("%s is not set", DENY_VARIABLE);
    cr_expect_eq(-EPERM, io_uring_queue_init(8, &ring, 0));
}
