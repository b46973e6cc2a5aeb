/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYCELIUM_MAILBOX_H
#define MYCELIUM_MAILBOX_H

/*
 * Mailbox policies: which of an actor's messages are queued, and which are dropped, beyond what
 * myc_overflow says. A policy is given to the spawn; an actor without one pays nothing for it.
 *
 *     static bool by_instrument(uint32_t tag, const void *payload, uint64_t *key)
 *     {
 *         *key = tag == market_tag_quote ? ((const quote *)payload)->instrument : 0;
 *         return tag == market_tag_quote;
 *     }
 *
 *     const myc_row_rule rules[] = {{.tag = market_tag_quote, .max_age_ns = 5000000},
 *                                   {.tag = market_tag_cancel, .reserved = true},
 *                                   {.tag = market_tag_trade, .queued_max = 100}};
 *     const myc_mailbox_policy policy = {.key = by_instrument, .reserved = 16,
 *                                        .rules = rules, .rule_count = 3};
 *     error = desk_spawn(ctx, &state, &(myc_spawn_options){.policy = &policy}, &ref);
 *
 * What happens to a message, in this order, when it is to be queued (one that an idle actor handles
 * at once never is):
 *
 *  1. Its key is that of a queued message of the same row: it takes that one's place, and the old
 *     one is dropped (`dropped_conflated`). This needs no room.
 *  2. `queued_max` messages of its row are queued: there is no room.
 *  3. The mailbox is at its bound, or only `reserved` slots are left and its row is not marked:
 *     there is no room.
 *  4. It is queued. At its turn, `max_age_ns` later or more, it is dropped (`dropped_expired`).
 *
 * Where there is no room, a sender on the same worker is answered MYC_FULL if the overflow is to
 * refuse. Otherwise the new message is dropped: `dropped_limited` for its row's limit and for
 * reserved slots, `dropped_newest` at the bound; or, in cases of (3) with MYC_OVERFLOW_DROP_OLDEST,
 * the oldest queued one (`dropped_oldest`), unless that is of a row with reserved slots.
 *
 * A sender elsewhere cannot see what is queued: its message is accepted (MYC_SENT), and dropped and
 * counted where there is no room. Only when a refusing mailbox with neither key nor reserved slots
 * is at its bound it is answered MYC_FULL, and can overshoot as without a policy. So these bounds
 * are exact for everybody: `queued_max`, and that of a mailbox with a key or reserved slots.
 *
 * A request (ask.h) is judged like a sent message of its row; one that is dropped is answered
 * MYC_REFUSED. Stops, replies, timers and notices are not queued in a mailbox: no policy holds them
 * back.
 */
#include <mycelium/actor.h>

MYC_EXTERN_C_BEGIN

/** What holds for one row of the protocol; all zero but the tag: nothing in particular. */
typedef struct myc_row_rule {
    uint32_t tag;
    uint32_t queued_max; /* of the row's messages, at one time; 0 = the mailbox's bound */
    uint64_t max_age_ns; /* in the mailbox, by the worker's clock; 0 = any */
    bool reserved;       /* its messages may take the reserved slots */
} myc_row_rule;

/** A policy; all zero means: none. Copied by the spawn. */
typedef struct myc_mailbox_policy {
    /**
     * Says what a message is about: sets `*key` and returns true, or returns false for one that is
     * never conflated. Keys of different rows have nothing to do with each other. Borrows
     * `payload`, which is of the row's type. It depends on the message alone, and calls nothing of
     * the library. Called on the actor's worker for each message that is to be queued.
     * NULL: nothing is conflated.
     */
    bool (*key)(uint32_t tag, const void *payload, uint64_t *key);
    uint32_t reserved; /* slots of mailbox_bound, kept for rows marked so; below the bound */
    const myc_row_rule *rules; /* at most one for each row */
    uint32_t rule_count;
} myc_mailbox_policy;

MYC_EXTERN_C_END

#endif
