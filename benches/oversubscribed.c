/* SPDX-License-Identifier: Apache-2.0 */
/*
 * oversubscribed.*: workloads of the other files with four workers on two processors, in their
 * units.
 *
 * Workers spin a little and then sleep, which is the default and what one uses who has more workers
 * than processors. The actors of send_local are on the first worker, those of stream_cross and
 * ping_pong on the first and the second, those of ring_503 on the first; senders of fan_in and
 * members of ring_spread are spread over all four. With --pin there are two workers on each processor: the first and the third on one, the
 * second and the fourth on the other. Without, all four are on the first two of the allowed
 * processors, however many there are.
 */
#include "workloads.h"

#define OVERSUBSCRIBED(workload)                                                                   \
    const bench_workload bench_oversubscribed_##workload = {                                       \
        .name = "oversubscribed." #workload,                                                       \
        .what = #workload " with four workers on two processors",                                  \
        .workers = 4,                                                                              \
        .processors = 2,                                                                           \
        .idle = MYC_IDLE_SPIN_PARK,                                                                \
        .run = bench_run_##workload,                                                               \
    };

OVERSUBSCRIBED(send_local)
OVERSUBSCRIBED(stream_cross)
OVERSUBSCRIBED(fan_in)
OVERSUBSCRIBED(ring_503)
OVERSUBSCRIBED(ring_spread)
OVERSUBSCRIBED(ping_pong)
