/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_SERVICE_NOTICE_H
#define MYC_SERVICE_NOTICE_H

/*
 * The notice of a cut: made with the subscription, so that it cannot fail, and sent ahead of the
 * subscriber's mailbox, which is full.
 */
#include <mycelium/topic.h>

typedef struct myc__notice myc__notice;

/** Gives a notice for row `tag`, or NULL when memory is out. Any thread. */
myc__notice *myc__notice_new(myc_context *ctx, myc_topic *topic, uint32_t tag);

/** Sends it. Takes `notice`. */
void myc__notice_send(myc_context *ctx, myc__notice *notice, myc_address to);

/** Takes `notice`, which was not needed. */
void myc__notice_free(myc_context *ctx, myc__notice *notice);

#endif
