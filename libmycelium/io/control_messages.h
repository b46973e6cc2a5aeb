/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_IO_CONTROL_MESSAGES_H
#define MYC_IO_CONTROL_MESSAGES_H

/*
 * What the kernel says of a datagram beside its bytes.
 */
#include "io/driver.h"

/**
 * Notes the time, the sender's credentials and the count of lost datagrams that `message` came
 * with (as recvmsg() leaves it) in `received`; what it does not say is zero there. Closes
 * descriptors that were sent along: nobody asked for them.
 */
void myc__control_messages_read(struct msghdr *message, myc__received *received);

#endif
