/* SPDX-License-Identifier: Apache-2.0 */
#include "actor/policy.h"

#include "actor/deliver.h"
#include "actor/drop.h"
#include "actor/request.h"

/* What is to become of a message. */
typedef enum verdict {
    QUEUE,
    REPLACE,    /* the queued one of the same key */
    OVER_LIMIT, /* of its row */
    OVER_SHARE, /* only reserved slots are left */
    OVER_BOUND,
} verdict;

/* A message and what the policy sees in it. */
typedef struct arrival {
    myc__envelope envelope;
    uint32_t row; /* its tag, or row_count for a tag that is no row */
    bool is_keyed;
    uint64_t key;
    uint64_t same; /* the number of the queued message it replaces, or NO_NUMBER */
} arrival;

static myc__policy *policy_of(const myc__actor *actor)
{
    return actor->annex->policy;
}

/* Messages that have left the mailbox no longer count: here, so that whoever takes them out has
 * nothing to do with it. As many steps as messages were queued before. */
static void count_to(myc__policy *policy, uint64_t oldest)
{
    while (policy->has_limits && policy->counted_to < oldest) {
        policy->rows[myc__ledger_at(&policy->ledger, policy->counted_to)->row].queued--;
        policy->counted_to++;
    }
}

/* In place: to return it as a value would copy it by loads wider than the stores before them. */
static void look_at(const myc__policy *policy, const myc__actor *actor, arrival *seen)
{
    uint32_t outer_tag = myc__envelope_opened_tag(&seen->envelope);
    const void *payload = seen->envelope.payload;
    uint32_t tag = myc__inner_tag(outer_tag, payload);
    seen->row = tag < policy->row_count ? tag : policy->row_count;
    seen->key = 0;
    seen->is_keyed = policy->key && seen->row < policy->row_count &&
                     policy->key(tag, myc__inner_payload(outer_tag, payload), &seen->key);
    seen->same = seen->is_keyed
                     ? myc__ledger_find(&policy->ledger, myc__ledger_oldest(&policy->ledger, actor),
                                        seen->row, seen->key)
                     : MYC__NO_NUMBER;
}

static verdict judge(const myc__policy *policy, const myc__actor *actor, const arrival *seen)
{
    const myc__policy_row *row = &policy->rows[seen->row];
    uint32_t depth = actor->mailbox.depth;
    if (seen->same != MYC__NO_NUMBER) {
        return REPLACE;
    }
    if (row->queued_max && row->queued >= row->queued_max) {
        return OVER_LIMIT;
    }
    if (depth < (row->is_reserved ? actor->bound + policy->reserved : actor->bound)) {
        return QUEUE;
    }
    return depth < actor->bound + policy->reserved ? OVER_SHARE : OVER_BOUND;
}

static uint64_t time_of(const myc__policy *policy, myc__shard *shard, const arrival *seen)
{
    return policy->rows[seen->row].max_age_ns ? myc__shard_now_ns(shard) : 0;
}

/* False when memory is out. */
static bool queue(myc__shard *shard, myc__actor *actor, const arrival *seen)
{
    myc__policy *policy = policy_of(actor);
    if (!myc__ledger_make_room(&policy->ledger, &shard->context.memory, actor->mailbox.depth) ||
        !myc__enqueue_uneasy(shard, actor, seen->envelope)) {
        return false;
    }
    myc__ledger_add(&policy->ledger,
                    &(myc__ledger_entry){.key = seen->key,
                                         .queued_at_ns = time_of(policy, shard, seen),
                                         .row = seen->row,
                                         .is_keyed = seen->is_keyed});
    policy->rows[seen->row].queued++;
    return true;
}

static void replace(myc__shard *shard, myc__actor *actor, const arrival *seen)
{
    myc__policy *policy = policy_of(actor);
    uint64_t ahead = seen->same - myc__ledger_oldest(&policy->ledger, actor);
    const void *old =
        myc__mailbox_replace(&actor->mailbox, (uint32_t)ahead, seen->envelope).payload;
    myc__ledger_at(&policy->ledger, seen->same)->queued_at_ns = time_of(policy, shard, seen);
    myc__drop(shard, actor, old, MYC_DROP_CONFLATED);
}

static bool may_displace(const myc__policy *policy, const myc__actor *actor)
{
    uint64_t oldest = myc__ledger_oldest(&policy->ledger, actor);
    return actor->overflow == MYC_OVERFLOW_DROP_OLDEST &&
           !policy->rows[myc__ledger_at(&policy->ledger, oldest)->row].is_reserved;
}

static void displace_oldest(myc__shard *shard, myc__actor *actor, const arrival *seen)
{
    myc__policy *policy = policy_of(actor);
    const void *oldest = myc__mailbox_front(&actor->mailbox)->payload;
    myc__mailbox_pop(&actor->mailbox);
    policy->turned_to++; /* its turn will not come */
    count_to(policy, myc__ledger_oldest(&policy->ledger, actor));
    myc__drop(shard, actor, oldest, MYC_DROP_OLDEST);
    bool queued = queue(shard, actor, seen);
    MYC__CHECK(queued); /* its slot has just become free */
}

static void drop_newest(myc__shard *shard, myc__actor *actor, const arrival *seen, verdict what)
{
    myc__drop(shard, actor, seen->envelope.payload,
              what == OVER_LIMIT || what == OVER_SHARE ? MYC_DROP_LIMITED : MYC_DROP_NEWEST);
}

/* Of a message that was accepted. */
static void settle(myc__shard *shard, myc__actor *actor, const arrival *seen, verdict what)
{
    if (what == REPLACE) {
        replace(shard, actor, seen);
    } else if ((what == OVER_SHARE || what == OVER_BOUND) &&
               may_displace(policy_of(actor), actor)) {
        displace_oldest(shard, actor, seen);
    } else if (what != QUEUE || !queue(shard, actor, seen)) {
        drop_newest(shard, actor, seen, what); /* also when memory is out */
    }
}

/* An empty mailbox that has given its ring back was not full for long. */
static void prepare(myc__shard *shard, myc__actor *actor, myc__policy *policy)
{
    count_to(policy, myc__ledger_oldest(&policy->ledger, actor));
    if (actor->mailbox.depth == 0 && !myc__mailbox_has_ring(&actor->mailbox)) {
        myc__ledger_shrink(&policy->ledger, &shard->context.memory);
    }
}

/* `seen` is filled in. Returns what is to be done with it. */
static inline verdict examine(myc__shard *shard, myc__actor *actor, myc__envelope envelope,
                              arrival *seen)
{
    myc__policy *policy = policy_of(actor);
    prepare(shard, actor, policy);
    seen->envelope = envelope;
    look_at(policy, actor, seen);
    return judge(policy, actor, seen);
}

bool myc__policy_offer(myc__shard *shard, myc__actor *actor, myc__envelope envelope)
{
    arrival seen;
    verdict what = examine(shard, actor, envelope, &seen);
    if (what == QUEUE) {
        if (!queue(shard, actor, &seen)) {
            return false;
        }
        myc__count(&shard->context.counters.accepted, 1);
        return true;
    }
    if (what != REPLACE && actor->overflow == MYC_OVERFLOW_REFUSE) {
        return false;
    }
    myc__count(&shard->context.counters.accepted, 1);
    settle(shard, actor, &seen, what);
    return true;
}

bool myc__policy_let_in(myc__shard *shard, myc__actor *actor, myc__envelope envelope)
{
    arrival seen;
    verdict what = examine(shard, actor, envelope, &seen);
    bool may_enter = what == QUEUE || what == REPLACE;
    if (may_enter) {
        settle(shard, actor, &seen, what);
    }
    return may_enter;
}

void myc__policy_force(myc__shard *shard, myc__actor *actor, myc__envelope envelope)
{
    arrival seen;
    verdict what = examine(shard, actor, envelope, &seen);
    settle(shard, actor, &seen, what == REPLACE ? REPLACE : QUEUE);
}

void myc__policy_deliver(myc__shard *shard, myc__actor *actor, myc__envelope envelope)
{
    arrival seen;
    verdict what = examine(shard, actor, envelope, &seen);
    bool overshoots = what == OVER_BOUND && actor->overflow == MYC_OVERFLOW_REFUSE &&
                      myc__policy_is_full_at_bound(actor);
    settle(shard, actor, &seen, overshoots ? QUEUE : what);
}
