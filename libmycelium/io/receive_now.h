/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_IO_RECEIVE_NOW_H
#define MYC_IO_RECEIVE_NOW_H

/*
 * Receives by a system call of its own: for backends, and kernels, that do not put what comes into
 * the buffers of a group by themselves.
 */
#include "io/buffer_group.h"
#include "io/driver.h"

/**
 * Receives once for a receive operation, without sleeping. When something has come it takes a
 * buffer out of the operation's group, with its description in `*received`, to which
 * operation->received points then; else operation->received is NULL.
 * Returns a result as a completion has it; -EAGAIN: nothing is there, -ENOBUFS: the group is empty.
 */
int32_t myc__receive_now(myc__operation *operation, myc__received *received);

/** Fills in `message` and `room` so that a datagram goes into the buffer of `place`. */
void myc__datagram_prepare(const myc__operation *operation, const myc__buffer_place *place,
                           struct msghdr *message, struct iovec *room);

/** Notes in `received` what recvmsg() has left in `message`; all but the buffer. */
void myc__datagram_describe(struct msghdr *message, myc__received *received);

#endif
