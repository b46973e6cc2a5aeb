/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYCELIUM_STASH_H
#define MYCELIUM_STASH_H

/*
 * The stash: messages an actor puts aside because it cannot handle them yet, and takes back when it
 * can, most often in another mode (become.h).
 *
 *     static myc_next door_locked_on_push(struct door *self, myc_context *ctx, const hand *push)
 *     {
 *         int error = door_stash_push(ctx, push);            kept, in order
 *         return error ? MYC_FAIL(error) : MYC_CONTINUE;
 *     }
 *     static myc_next door_locked_on_unlock(...)
 *     {
 *         myc_unstash_all(ctx);                              they come first now
 *         ...
 *
 * What is stashed has not been handled: it counts as queued, though not in the mailbox and its
 * bound, and becomes dead letters when the actor ends. So a system is not quiet, and a stop that
 * drains waits, while something is stashed. A request is stashed with its token: its asker waits
 * on, until its deadline.
 *
 * Threads: in a handler of the actor.
 */
#include <mycelium/actor.h>

MYC_EXTERN_C_BEGIN

/**
 * Puts the message in hand aside. Prefer the typed P_stash_row() of MYC_PROTOCOL(). The handler
 * goes on as if it had handled it, and may not keep it in another way besides (T_move(),
 * MYC_AGAIN).
 *
 * Takes the running handler's reference: `payload` stays valid until the handler returns. Returns
 * 0, MYC_ELIMIT (`stash_bound` of myc_spawn_options messages are stashed), MYC_EINVAL (`payload` is
 * not the message in hand, or no longer), MYC_ENOMEM or MYC_ETHREAD (no handler runs here); on
 * error the message stays in hand.
 */
MYC_API MYC_MUST_CHECK int myc_stash(myc_context *ctx, uint32_t tag, const void *payload);

/**
 * Puts everything stashed in front of the mailbox, in the order it was stashed, and before what is
 * left of an earlier call. It is handled before anything queued; replies, timers and notices still
 * come in between. What a handler stashes again is kept for the next call. Nothing is refused or
 * dropped: it was accepted once. Returns how many messages were put back.
 */
MYC_API uint32_t myc_unstash_all(myc_context *ctx);

/** How many messages the calling actor has stashed; those put back do not count. */
MYC_API uint32_t myc_stashed(const myc_context *ctx);

MYC_EXTERN_C_END

#endif
