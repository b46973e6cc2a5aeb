/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BENCH_PRODUCER_H
#define BENCH_PRODUCER_H

/*
 * Sends as fast as the receiver has room: fills its mailbox, pauses until it has drained, goes on.
 */
#include "system.h"

typedef struct bench_production {
    bench_ref to;
    uint64_t left;
    uint64_t *started_ns; /* stamped at the first message */
} bench_production;

/** Sends through `send_one` while there is room. Returns what the handler should. */
static inline myc_next
bench_produce(bench_production *self, myc_context *ctx, const bench_message *start,
              myc_sent (*send_one)(bench_production *, myc_context *, const bench_message *))
{
    if (*self->started_ns == 0) {
        *self->started_ns = bench_now_ns();
    }
    uint64_t room = myc_room(ctx, self->to.address);
    for (; self->left && room; self->left--, room--) {
        if (send_one(self, ctx, start) != MYC_SENT) {
            return MYC_FAIL(MYC_EBUSY);
        }
    }
    if (self->left == 0) {
        return MYC_CONTINUE;
    }
    myc_pause_until_room(ctx, self->to.address);
    return MYC_AGAIN;
}

#endif
