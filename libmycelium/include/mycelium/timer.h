/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYCELIUM_TIMER_H
#define MYCELIUM_TIMER_H

/*
 * Timers: a message that an actor sends to itself later, once or again and again.
 *
 *     static int clock_on_start(struct clock *self, myc_context *ctx)
 *     {
 *         return beat_every_tick(ctx, 1000000, tick_new(ctx), &self->timer);
 *     }
 *
 * A timer belongs to the actor that set it, and dies with it: none fires after its actor has
 * stopped. Its message is never refused: it goes ahead of the mailbox, whatever is queued there.
 * It becomes an accepted message when its turn comes; one that is due when its actor stops is a
 * dead letter then.
 *
 * Time is the system's clock (myc_now_ns()). A worker looks at it between batches of messages, so a
 * timer is late by what the handlers of one pass take, and on a sleeping worker by what the kernel
 * takes to wake it. Timers of one actor fire in the order of their times.
 *
 * An armed timer does not keep a system from being quiet, nor from stopping: from the moment that
 * myc_system_stop() closes the sources none fires any more, whether it drains or discards.
 *
 * Threads: in a handler, on_start or on_stop of the actor; elsewhere there is no actor to fire for.
 */
#include <mycelium/actor.h>

MYC_EXTERN_C_BEGIN

/** Names a timer: a small value. All zero names none. One that has fired or was cancelled is stale,
 * which does no harm. */
typedef struct myc_timer {
    uint64_t id;
} myc_timer;

/**
 * Sends `payload` as row `tag` to the calling actor when `delay_ns` have passed, not before; 0 is
 * the next pass of its worker. Prefer the typed P_after_row() of MYC_PROTOCOL().
 *
 * Takes `payload`, also on error. `timer` may be NULL; else it is set (zeroed on error).
 * Returns 0, MYC_ENOMEM (also for a `payload` of NULL, a failed T_new()), MYC_ETYPE (the row of the
 * calling actor's protocol carries another type, or there is no such row), MYC_ELIMIT (the actor
 * has 4 M timers) or MYC_ETHREAD (no handler runs here).
 */
MYC_API MYC_MUST_CHECK int myc_after(myc_context *ctx, uint64_t delay_ns, uint32_t tag,
                                     const void *payload, myc_timer *timer);

/**
 * Sends `payload` again and again, first in `period_ns` (at least 1). Prefer the typed
 * P_every_row().
 *
 * At a fixed rate: ticks are due at whole periods from now, however late one is handled. There is
 * never more than one queued: ticks whose time has come before the actor has handled the one before
 * are left out and counted (myc_timer_missed()), and the next one comes at its own time. All ticks
 * share `payload`.
 *
 * Takes and returns what myc_after() does, and MYC_EINVAL for a period of 0, with a log line.
 */
MYC_API MYC_MUST_CHECK int myc_every(myc_context *ctx, uint64_t period_ns, uint32_t tag,
                                     const void *payload, myc_timer *timer);

/**
 * Cancels: after it the timer does not fire, also when it was due and queued; its payload is
 * released. Returns true when that was so, false when the timer was stale: also in the handler of
 * its own message, unless it is periodic. Threads: a handler of the actor that set it.
 */
MYC_API bool myc_timer_cancel(myc_context *ctx, myc_timer timer);

/** How many ticks of a periodic timer were left out so far; in the handler of its message, with all
 * whose time had come when the handler began. 0 for a stale one. */
MYC_API uint64_t myc_timer_missed(const myc_context *ctx, myc_timer timer);

MYC_EXTERN_C_END

#endif
