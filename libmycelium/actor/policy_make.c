/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "actor/policy.h"
#include "actor/policy_age.h"

static bool says(char fault[MYC__POLICY_FAULT_BYTES], const char *format, uint32_t value,
                 uint32_t expected)
{
    snprintf(fault, MYC__POLICY_FAULT_BYTES, format, value, expected);
    return true;
}

static bool is_named_before(const myc_mailbox_policy *policy, uint32_t index)
{
    for (uint32_t i = 0; i < index; i++) {
        if (policy->rules[i].tag == policy->rules[index].tag) {
            return true;
        }
    }
    return false;
}

static bool fault_of_rule(const myc_protocol *protocol, const myc_spawn_options *options,
                          uint32_t index, char *fault)
{
    const myc_row_rule *rule = &options->policy->rules[index];
    if (rule->tag >= protocol->row_count) {
        return says(fault, "a policy's rule is for tag %u, but its protocol has %u rows", rule->tag,
                    protocol->row_count);
    }
    if (rule->queued_max > options->mailbox_bound) {
        return says(fault, "a policy's queued_max is %u, over the mailbox_bound of %u",
                    rule->queued_max, options->mailbox_bound);
    }
    if (rule->reserved && !options->policy->reserved) {
        return says(fault, "a policy's rule for tag %u marks its row as reserved, but %u slots are",
                    rule->tag, 0);
    }
    return is_named_before(options->policy, index) &&
           says(fault, "a policy has more than %u rule for tag %u", 1, rule->tag);
}

static bool fault_of_reserve(const myc_spawn_options *options, bool is_used, char *fault)
{
    const myc_mailbox_policy *policy = options->policy;
    if (policy->reserved >= options->mailbox_bound) {
        return says(fault, "a policy reserves %u slots, not less than the mailbox_bound of %u",
                    policy->reserved, options->mailbox_bound);
    }
    return policy->reserved && !is_used &&
           says(fault, "a policy reserves %u slots, but marks %u rows for them", policy->reserved,
                0);
}

bool myc__policy_fault(const myc_behaviour *behaviour, const myc_spawn_options *options,
                       char fault[MYC__POLICY_FAULT_BYTES])
{
    const myc_mailbox_policy *policy = options->policy;
    if (policy->rule_count && !policy->rules) {
        return says(fault,
                    "a policy has a rule_count of %u, but its rules are NULL, not %u of them",
                    policy->rule_count, policy->rule_count);
    }
    bool is_reserve_used = false;
    for (uint32_t i = 0; i < policy->rule_count; i++) {
        if (fault_of_rule(behaviour->protocol, options, i, fault)) {
            return true;
        }
        is_reserve_used |= policy->rules[i].reserved;
    }
    return fault_of_reserve(options, is_reserve_used, fault);
}

static void copy_rules(myc__policy *policy, const myc_mailbox_policy *given)
{
    for (uint32_t i = 0; i <= policy->row_count; i++) {
        policy->rows[i] = (myc__policy_row){0};
    }
    for (uint32_t i = 0; i < given->rule_count; i++) {
        const myc_row_rule *rule = &given->rules[i];
        policy->rows[rule->tag] =
            (myc__policy_row){rule->max_age_ns, rule->queued_max, 0, rule->reserved};
        policy->has_ages |= rule->max_age_ns != 0;
        policy->has_limits |= rule->queued_max != 0;
    }
}

static myc__policy *new_policy(myc_context *ctx, uint32_t row_count,
                               const myc_mailbox_policy *given)
{
    size_t rows_bytes = (row_count + 1) * sizeof(myc__policy_row);
    myc__policy *policy =
        myc__memory_new_internal(&ctx->memory, (uint32_t)(sizeof *policy + rows_bytes));
    if (policy) {
        *policy =
            (myc__policy){.key = given->key, .reserved = given->reserved, .row_count = row_count};
        copy_rules(policy, given);
    }
    return policy;
}

static bool complete(myc_context *ctx, myc__actor *actor, myc__policy *policy)
{
    if (!myc__ledger_init(&policy->ledger, &ctx->memory, policy->key != NULL)) {
        return false;
    }
    policy->counted_to = policy->turned_to = policy->ledger.next;
    return !policy->has_ages || myc__policy_look_at_ages(ctx, actor, policy);
}

bool myc__policy_make(myc_context *ctx, myc__actor *actor, const myc_mailbox_policy *given)
{
    myc__annex *annex = myc__annex_of(ctx, actor);
    if (!annex) {
        return false;
    }
    annex->policy = new_policy(ctx, actor->behaviour->protocol->row_count, given);
    if (!annex->policy) {
        return false;
    }
    actor->bound -= given->reserved;
    myc__actor_refit(actor);
    return complete(ctx, actor, annex->policy);
}

void myc__policy_end(myc_context *ctx, myc__actor *actor)
{
    myc__policy *policy = actor->annex->policy;
    if (policy) {
        myc__ledger_fini(&policy->ledger, &ctx->memory);
        myc__memory_free(&ctx->memory, myc__header_of(policy));
        actor->annex->policy = NULL;
    }
}
