/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_ACTOR_POLICY_H
#define MYC_ACTOR_POLICY_H

/*
 * The mailbox policy of an actor (mailbox.h says what it does). Its easy_depth is 0, so that every
 * message that is to be queued comes here the way an uneasy one goes; one that an idle actor
 * handles at once does not. Ages are looked at in a step around the dispatch.
 *
 * The actor's bound is the one for rows without reserved slots: room and its waiters go by that. A
 * mailbox with a key or reserved slots sets no pressure, since it may take what it is sent though
 * it is full.
 */
#include <mycelium/mailbox.h>
#include <mycelium/system.h>

#include "actor/interpose.h"
#include "actor/ledger.h"

typedef struct myc__policy_row {
    uint64_t max_age_ns; /* 0 = any */
    uint32_t queued_max; /* 0 = any number */
    uint32_t queued;     /* of those the ledger has swept beyond */
    bool is_reserved;
} myc__policy_row;

typedef struct myc__policy {
    myc__step step; /* with ages */
    bool (*key)(uint32_t tag, const void *payload, uint64_t *key);
    bool has_ages;
    bool has_limits;
    uint32_t reserved;
    uint64_t counted_to; /* with limits: messages below this number no longer count in `queued` */
    uint64_t turned_to;  /* with ages: messages below this number have had their turn */
    uint64_t dropped_by[MYC_DROP_REASONS]; /* atomic: written by the home worker */
    myc__ledger ledger;
    uint32_t row_count;
    myc__policy_row rows[]; /* of the protocol, and one more for tags that are no row */
} myc__policy;

enum { MYC__POLICY_FAULT_BYTES = 160 };

/** Writes what is wrong with the policy of a spawn, and what was expected, and returns true; false
 * when it is right. */
bool myc__policy_fault(const myc_behaviour *behaviour, const myc_spawn_options *options,
                       char fault[MYC__POLICY_FAULT_BYTES]);

/** Gives an actor that is being spawned its policy. False when memory is out. */
bool myc__policy_make(myc_context *ctx, myc__actor *actor, const myc_mailbox_policy *given);

/** Frees the policy, if there is one: its actor ends, or was never published. */
void myc__policy_end(myc_context *ctx, myc__actor *actor);

/** What to do with a message of a sender on this worker; only with a policy. Takes it, counted as
 * accepted, and returns true; or false: it is to be refused. */
bool myc__policy_offer(myc__shard *shard, myc__actor *actor, myc__envelope envelope);

/** The same for a message that was accepted. Takes it. */
void myc__policy_deliver(myc__shard *shard, myc__actor *actor, myc__envelope envelope);

/** For an accepted message that waits for room: takes it and returns true when there is some. */
bool myc__policy_let_in(myc__shard *shard, myc__actor *actor, myc__envelope envelope);

/** For an accepted message that is to get in beyond the bounds. Takes it. */
void myc__policy_force(myc__shard *shard, myc__actor *actor, myc__envelope envelope);

/** Adds what the policy has dropped, by reason, since the actor began. Any thread while the actor
 * is kept from ending (myc__slot_each_alive()). */
void myc__policy_dropped(const myc__actor *actor, uint64_t dropped_by[MYC_DROP_REASONS]);

static inline bool myc__has_policy(const myc__actor *actor)
{
    return actor->annex && actor->annex->policy;
}

/** False when a message may find a place though the mailbox is full. */
static inline bool myc__policy_is_full_at_bound(const myc__actor *actor)
{
    return !myc__has_policy(actor) ||
           !(actor->annex->policy->key || actor->annex->policy->reserved);
}

/** True when senders on other workers are to refuse while the mailbox is at its bound. Constant. */
static inline bool myc__presses_senders(const myc__actor *actor)
{
    return actor->overflow == MYC_OVERFLOW_REFUSE && myc__policy_is_full_at_bound(actor);
}

#endif
