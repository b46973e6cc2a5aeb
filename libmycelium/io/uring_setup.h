/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_IO_URING_SETUP_H
#define MYC_IO_URING_SETUP_H

/*
 * Makes a ring out of what the kernel is willing to give.
 */
#include <liburing.h>

#include "io/driver.h"

/**
 * Makes `ring` with the best flags and size the kernel grants. Give it back by
 * io_uring_queue_exit().
 * Returns 0, or the errno of the refusal: ENOSYS when the kernel is too old, ENOMEM when even the
 * smallest size is refused.
 */
MYC_MUST_CHECK int myc__uring_setup(const myc__driver_options *options, struct io_uring *ring);

/** The kernel has this IORING_OP_. */
bool myc__uring_knows(struct io_uring *ring, uint32_t operation);

#endif
