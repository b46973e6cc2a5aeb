/* SPDX-License-Identifier: Apache-2.0 */
#include "actor/policy_age.h"

#include "actor/drop.h"
#include "actor/turn.h"

/* Not what comes from a lane, comes again, or goes ahead of the mailbox: nothing was taken out of
 * the mailbox then since the last look. */
static bool is_from_mailbox(myc__policy *policy, const myc__actor *actor)
{
    uint64_t oldest = myc__ledger_oldest(&policy->ledger, actor);
    bool taken_out = oldest != policy->turned_to;
    policy->turned_to = oldest;
    return taken_out;
}

static bool is_too_old(const myc__policy *policy, myc__shard *shard)
{
    const myc__ledger_entry *entry = myc__ledger_at(&policy->ledger, policy->turned_to - 1);
    uint64_t max_age_ns = policy->rows[entry->row].max_age_ns;
    if (!max_age_ns) {
        return false;
    }
    uint64_t now_ns = myc__shard_now_ns(shard); /* of one that has moved it may be before that */
    return now_ns > entry->queued_at_ns && now_ns - entry->queued_at_ns >= max_age_ns;
}

static myc_next look(myc__step *step, void *state, myc_context *ctx, uint32_t tag,
                     const void *payload)
{
    myc__policy *policy = (myc__policy *)(void *)step;
    if (!is_from_mailbox(policy, ctx->current) || !is_too_old(policy, ctx->shard)) {
        return myc__step_inward(step, state, ctx, tag, payload);
    }
    myc__count_drop(ctx->shard, ctx->current, MYC_DROP_EXPIRED);
    myc__turn_uncount(ctx->shard, ctx->current);
    return MYC_CONTINUE; /* the turn releases it */
}

bool myc__policy_look_at_ages(myc_context *ctx, myc__actor *actor, myc__policy *policy)
{
    policy->step.around = look;
    return myc__interpose(ctx, actor, &policy->step);
}
