/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_SHARD_PARKING_H
#define MYC_SHARD_PARKING_H

/*
 * The parking handshake: how a worker goes to sleep without missing work, and how a sender wakes it
 * without paying for workers that are awake.
 *
 *   worker W                                   sender S
 *   W1  state := PARKED                        S1  publish work (lane, command)
 *   W2  heavy fence                            S2  light fence
 *   W3  look for work once more                S3  read state
 *       found: W5                              S4  PARKED: exchange it with AWAKE;
 *   W4  wait for the eventfd (or I/O)              who gets PARKED signals the eventfd
 *   W5  state := AWAKE
 *
 *   state     means                            leaves by
 *   AWAKE     W will look for work again       W1
 *             before it waits
 *   PARKED    W waits, or is about to          S4 (with a signal) or W5
 *
 * Between W1 and W3, and between S1 and S3, stands a full fence: the store before is visible before
 * the load after. So at least one of the two sees the other: S3 reads PARKED and signals, or W3
 * finds the work. Without either fence both loads can come first, and W sleeps on work: the lost
 * wake-up.
 *
 * The fences are asymmetric: S2 is on every send and costs nothing, W2 is a system call that puts
 * the fence into S for it (base/sync.h).
 *
 * S4 is an exchange so that of many senders one signals. A signal that comes when W is awake
 * already (W5 by work it found itself) makes one later wait return at once: harmless.
 */
#include <stdalign.h>

#include "base/check.h"
#include "base/limits.h"
#include "base/sync.h"

enum { MYC__AWAKE = 0, MYC__PARKED = 1 };

typedef struct myc__parking {
    alignas(MYC__CACHE_LINE) uint32_t state; /* atomic; read by every sender */
    bool asymmetric;                         /* constant */
    int wake_fd;                             /* eventfd; constant */
} myc__parking;

static inline void myc__parking_init(myc__parking *parking, int wake_fd, bool asymmetric)
{
    *parking = (myc__parking){MYC__AWAKE, asymmetric, wake_fd};
}

/** Worker, W1 and W2: announces that it will wait. It must look for work once more after this. */
static inline void myc__parking_announce(myc__parking *parking)
{
    myc__store_relaxed_u32(&parking->state, MYC__PARKED);
    myc__fence_heavy(parking->asymmetric);
}

/** Worker, W5: it is awake, because it found work or because its wait returned. */
static inline void myc__parking_leave(myc__parking *parking)
{
    myc__store_relaxed_u32(&parking->state, MYC__AWAKE);
}

/** Sender, S2 to S4: wakes the worker if it waits. After the work was published. */
static inline void myc__parking_notify(myc__parking *parking)
{
    myc__fence_light(parking->asymmetric);
    if (MYC__UNLIKELY(myc__load_relaxed_u32(&parking->state) == MYC__PARKED) &&
        myc__exchange_acq_rel_u32(&parking->state, MYC__AWAKE) == MYC__PARKED) {
        myc__event_signal(parking->wake_fd);
    }
}

#endif
