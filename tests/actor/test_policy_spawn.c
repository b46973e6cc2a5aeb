/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a spawn says about a policy that is wrong, and that it copies one that is right.
 */
#include "stall.h"

static void expect_refused(const myc_mailbox_policy *policy, const char *line)
{
    struct world *here = world_open(1);
    stall_ref ref;
    cr_expect_eq(MYC_EINVAL,
                 stall_spawn(here->ctx, NULL,
                             &(myc_spawn_options){.mailbox_bound = 10, .policy = policy}, &ref));
    cr_expect(world_logged(here, line), "expected \"%s\", got \"%s\"", line, here->log[0]);
    cr_expect(world_logged(here, "actor stall cannot be spawned"));
    world_close(here);
}

#define RULES(...)                                                                                 \
    .rules = (const myc_row_rule[]){__VA_ARGS__},                                                  \
    .rule_count = sizeof((const myc_row_rule[]){__VA_ARGS__}) / sizeof(myc_row_rule)

Test(policy_spawn, a_rule_needs_a_row)
{
    expect_refused(&(myc_mailbox_policy){RULES({.tag = 3})},
                   "a policy's rule is for tag 3, but its protocol has 3 rows");
    NO_LEAKS();
}

Test(policy_spawn, a_row_has_one_rule)
{
    expect_refused(&(myc_mailbox_policy){RULES({.tag = 1}, {.tag = 2}, {.tag = 1})},
                   "a policy has more than 1 rule for tag 1");
    NO_LEAKS();
}

Test(policy_spawn, a_limit_is_within_the_bound)
{
    expect_refused(&(myc_mailbox_policy){RULES({.queued_max = 11})},
                   "a policy's queued_max is 11, over the mailbox_bound of 10");
    NO_LEAKS();
}

Test(policy_spawn, some_slots_are_not_reserved)
{
    expect_refused(&(myc_mailbox_policy){.reserved = 10, RULES({.reserved = true})},
                   "a policy reserves 10 slots, not less than the mailbox_bound of 10");
    NO_LEAKS();
}

Test(policy_spawn, reserved_slots_are_for_some_row)
{
    expect_refused(&(myc_mailbox_policy){.reserved = 2, RULES({.queued_max = 1})},
                   "a policy reserves 2 slots, but marks 0 rows for them");
    NO_LEAKS();
}

Test(policy_spawn, a_row_with_reserve_has_slots)
{
    expect_refused(&(myc_mailbox_policy){RULES({.tag = 2, .reserved = true})},
                   "a policy's rule for tag 2 marks its row as reserved, but 0 slots are");
    NO_LEAKS();
}

Test(policy_spawn, rules_are_somewhere)
{
    expect_refused(&(myc_mailbox_policy){.rule_count = 2},
                   "a policy has a rule_count of 2, but its rules are NULL");
    NO_LEAKS();
}

Test(policy_spawn, a_stash_has_a_bound)
{
    struct world *here = world_open(1);
    stall_ref ref;
    myc_spawn_options options = {.stash_bound = MYC__STASH_BOUND_MAX + 1};
    cr_expect_eq(MYC_EINVAL, stall_spawn(here->ctx, NULL, &options, &ref));
    cr_expect(world_logged(here, "stash_bound is over 16777216"));
    world_close(here);
    NO_LEAKS();
}

Test(policy_spawn, a_policy_is_copied)
{
    struct world *here = world_open(1);
    static struct stall_book book;
    myc_row_rule rules[] = {{.tag = ROW_QUOTE, .queued_max = 1}};
    myc_mailbox_policy policy = {.rules = rules, .rule_count = 1};
    stall_ref stall = stall_at(here, 0, &book, &(myc_spawn_options){.policy = &policy});
    memset(rules, 0xff, sizeof rules);
    memset(&policy, 0xff, sizeof policy);
    stall_play_here(here, stall,
                    SENDS({ROW_QUOTE, 0, 1, MYC_SENT}, {ROW_QUOTE, 0, 2, MYC_FULL},
                          {ROW_ORDER, 0, 1, MYC_SENT}));
    cr_expect_eq(2, book.count);
    world_close(here);
    NO_LEAKS();
}

Test(policy_spawn, an_empty_policy_changes_nothing)
{
    struct world *here = world_open(1);
    static struct stall_book book;
    const myc_mailbox_policy none = {0};
    stall_ref stall =
        stall_at(here, 0, &book, &(myc_spawn_options){.mailbox_bound = 2, .policy = &none});
    stall_play_here(here, stall,
                    SENDS({ROW_QUOTE, 0, 1, MYC_SENT}, {ROW_QUOTE, 0, 2, MYC_SENT},
                          {ROW_QUOTE, 0, 3, MYC_FULL}));
    cr_expect_eq(2, book.count);
    world_close(here);
    NO_LEAKS();
}
