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
 * stopped. It is never refused: it goes ahead of the mailbox, whatever is queued there.
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
 * Sends `payload` as row `tag` to the calling actor when `delay_ns` have passed, not before. Prefer
 * the typed P_after_row() of MYC_PROTOCOL().
 *
 * Takes `payload`, also on error. `timer` may be NULL; else it is set (zeroed on error).
 * Returns 0, MYC_ENOMEM (also for a `payload` of NULL, a failed T_new()), MYC_ETYPE (the row of the
 * calling actor's protocol carries another type) or MYC_ETHREAD (no handler runs here).
 */
MYC_API MYC_MUST_CHECK int myc_after(myc_context *ctx, uint64_t delay_ns, uint32_t tag,
                                     const void *payload, myc_timer *timer);

/**
 * The same again and again, each `period_ns` (at least 1) from now: at a fixed rate, so a late tick
 * does not delay those after it. Ticks whose time has passed before the actor has handled the last
 * one are left out and counted (myc_timer_missed()): there is never more than one queued.
 */
MYC_API MYC_MUST_CHECK int myc_every(myc_context *ctx, uint64_t period_ns, uint32_t tag,
                                     const void *payload, myc_timer *timer);

/**
 * Cancels: after it the timer does not fire, also when it was due and queued. Returns true when it
 * was armed or queued, false when it was stale. Threads: a handler of the actor that set it.
 */
MYC_API bool myc_timer_cancel(myc_context *ctx, myc_timer timer);

/** How many ticks of a periodic timer were left out; 0 for a stale one. */
MYC_API uint64_t myc_timer_missed(const myc_context *ctx, myc_timer timer);

MYC_EXTERN_C_END

#endif
