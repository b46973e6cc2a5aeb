/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_SHARD_PARKING_H
#define MYC_SHARD_PARKING_H

/*
 * The parking handshake: how a worker goes to sleep without missing work, and how a sender wakes it
 * without paying for workers that are awake.
 *
 *   worker W                                   sender S
 *   W1  state := PARKED or PARKED_ON_WORD      S1  publish work (lane, command)
 *   W2  heavy fence                            S2  light fence
 *   W3  look for work once more                S3  read state
 *       found: W5                              S4  not AWAKE: exchange it with AWAKE;
 *   W4  wait                                       who gets PARKED signals the eventfd,
 *   W5  state := AWAKE                             who gets PARKED_ON_WORD wakes the word
 *
 *   state           means                          leaves by
 *   AWAKE           W will look for work again     W1
 *                   before it waits
 *   PARKED          W waits for I/O and the        S4 (with a signal) or W5
 *                   eventfd, or is about to
 *   PARKED_ON_WORD  W waits on this word, or is    S4 (with a wake) or W5
 *                   about to
 *
 * Between W1 and W3, and between S1 and S3, stands a full fence: the store before is visible before
 * the load after. So at least one of the two sees the other: S3 reads what W1 wrote and wakes, or
 * W3 finds the work. Without either fence both loads can come first, and W sleeps on work: the lost
 * wake-up.
 *
 * S4 may come before W4. A signal stays in the eventfd, and the wait returns. A wake of the word
 * finds nobody, but W4 sleeps only while the word is PARKED_ON_WORD, and S4 has changed it.
 *
 * S4 is an exchange so that of many senders one wakes. One that comes late, when W is awake already
 * (W5 by work it found itself) or parked again, ends a later wait at once, or nothing: harmless.
 *
 * A wait on the word is one system call, and a wake of it another; a signal has to be taken out of
 * the eventfd, and the wait for I/O costs more. So W waits for the eventfd only with I/O in flight.
 *
 * The fences are asymmetric or not, for all ordinary workers of a system; dedicated ones park:
 *
 *   idle mode     S2 costs         W2 costs         because
 *   SPIN_PARK     nothing          a system call    W parks seldom: not more than once in `spin_ns`
 *   PARK          a full fence     a full fence     W parks after each message of a quiet system:
 *                                                   the call would cost more than all the rest, and
 *                                                   interrupt the senders
 *   SPIN          nothing          never done
 *
 * The system call (membarrier) puts the fence into S for it (base/sync.h); where the kernel has
 * none, all modes are as PARK.
 */
#include <stdalign.h>

#include "base/check.h"
#include "base/limits.h"
#include "base/sync.h"

enum { MYC__AWAKE = 0, MYC__PARKED = 1, MYC__PARKED_ON_WORD = 2 };

typedef struct myc__parking {
    alignas(MYC__CACHE_LINE) uint32_t state; /* atomic; read by every sender */
    bool asymmetric;                         /* constant */
    int wake_fd;                             /* eventfd; constant */
} myc__parking;

static inline void myc__parking_init(myc__parking *parking, int wake_fd, bool asymmetric)
{
    *parking = (myc__parking){MYC__AWAKE, asymmetric, wake_fd};
}

static inline void myc__parking_announce_as(myc__parking *parking, uint32_t state)
{
    myc__store_relaxed_u32(&parking->state, state);
    myc__fence_heavy(parking->asymmetric);
}

/** Worker, W1 and W2: announces that it will wait for its eventfd, and perhaps more. It must look
 * for work once more after this. */
static inline void myc__parking_announce(myc__parking *parking)
{
    myc__parking_announce_as(parking, MYC__PARKED);
}

/** Worker, W1 and W2: announces myc__parking_wait(). It must look for work once more after this. */
static inline void myc__parking_announce_on_word(myc__parking *parking)
{
    myc__parking_announce_as(parking, MYC__PARKED_ON_WORD);
}

/** Worker, W4 on the word: sleeps until it is woken or `timeout_ns` is over (-1 = never). May end
 * early. */
static inline void myc__parking_wait(const myc__parking *parking, int64_t timeout_ns)
{
    myc__word_wait(&parking->state, MYC__PARKED_ON_WORD, timeout_ns);
}

/** Worker, W5: it is awake, because it found work or because its wait returned. */
static inline void myc__parking_leave(myc__parking *parking)
{
    myc__store_relaxed_u32(&parking->state, MYC__AWAKE);
}

/** Sender, S4. */
static inline void myc__parking_wake(myc__parking *parking)
{
    switch (myc__exchange_acq_rel_u32(&parking->state, MYC__AWAKE)) {
    case MYC__PARKED: myc__event_signal(parking->wake_fd); break;
    case MYC__PARKED_ON_WORD: myc__word_wake(&parking->state); break;
    default: break; /* another sender wakes it, or it is awake by itself */
    }
}

/** Sender, S2 to S4: wakes the worker if it waits. After the work was published. */
static inline void myc__parking_notify(myc__parking *parking)
{
    myc__fence_light(parking->asymmetric);
    if (MYC__UNLIKELY(myc__load_relaxed_u32(&parking->state) != MYC__AWAKE)) {
        myc__parking_wake(parking);
    }
}

#endif
