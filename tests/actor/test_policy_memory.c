/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The memory of policies, modes and the stash: none is taken when they are warm, what a burst took
 * goes back, and where it is out every failure is an answer.
 */
#include "actor/become.h"
#include "actor/policy.h"
#include "special_world.h"
#include "stall.h"

static const myc_row_rule all_rules[] = {
    {.tag = ROW_QUOTE, .max_age_ns = UINT64_MAX},
    {.tag = ROW_ORDER, .queued_max = 900},
    {.tag = ROW_CANCEL, .reserved = true},
};
static const myc_mailbox_policy all = {
    .key = quote_key, .reserved = 4, .rules = all_rules, .rule_count = 3};

/* ---- bursts ---- */

struct burst {
    stall_ref to;
    uint32_t keys;
    uint64_t sent;
    uint64_t refused;
    struct well *well;
};

static void send_burst(myc_context *ctx, void *argument)
{
    struct burst *burst = argument;
    for (uint32_t i = 0; i < 2 * burst->keys; i++) {
        item *made = item_new(ctx);
        if (made)
            *made = (item){i % burst->keys, i, NULL};
        myc_sent sent = stall_send_quote(ctx, burst->to, made);
        burst->sent += sent == MYC_SENT;
        burst->refused += sent == MYC_FULL;
    }
}

static void send_burst_dry(myc_context *ctx, void *argument)
{
    struct burst *burst = argument;
    burst->well->dry = true;
    send_burst(ctx, argument);
    burst->well->dry = false;
}

static void play_burst(struct world *here, struct stall_book *book, struct burst *burst)
{
    book->count = 0;
    world_call(here, 0, send_burst, burst);
    world_run(here);
    cr_expect_eq(burst->keys, book->count);
}

Test(policy_memory, a_warm_policy_takes_none)
{
    struct world *here = world_open(1);
    static struct stall_book book;
    struct burst burst = {.to = stall_at(here, 0, &book, &(myc_spawn_options){.policy = &all}),
                          .keys = 500};
    for (uint32_t round = 0; round < 10; round++)
        play_burst(here, &book, &burst);
    myc_system_seal_memory(here->system);
    for (uint32_t round = 0; round < 100; round++)
        play_burst(here, &book, &burst);
    cr_expect_eq(0, myc_system_unseal_memory(here->system));
    world_close(here);
    NO_LEAKS();
}

static void note_capacity(myc_context *ctx, void *user, const struct stall_entry *entry)
{
    (void)entry;
    *(uint32_t *)user = ctx->current->annex->policy->ledger.capacity;
}

Test(policy_memory, what_a_burst_took_goes_back_with_the_mailboxes_ring)
{
    struct world *here = world_open(1);
    static struct stall_book book;
    uint32_t capacity = 0;
    book.on_item = note_capacity;
    book.user = &capacity;
    struct burst burst = {
        .to = stall_at(here, 0, &book, &(myc_spawn_options){.mailbox_bound = 5000, .policy = &all}),
        .keys = 4000};
    play_burst(here, &book, &burst);
    cr_expect_geq(capacity, 4000);
    burst.keys = 2;
    for (uint32_t round = 0; round < 200; round++)
        play_burst(here, &book, &burst);
    cr_expect_leq(capacity, 8);
    world_close(here);
    NO_LEAKS();
}

Test(policy_memory, a_ledger_that_cannot_grow_refuses)
{
    struct well well = {0};
    struct world *here = world_on(&well, 1);
    static struct stall_book book;
    struct burst burst = {
        .to = stall_at(here, 0, &book,
                       &(myc_spawn_options){.mailbox_bound = 1 << 20, .policy = &all}),
        .keys = 15000,
        .well = &well};
    world_call(here, 0, send_burst_dry, &burst);
    world_run(here);
    cr_expect_gt(burst.refused, 0);
    cr_expect_eq(30000, burst.sent + burst.refused);
    myc_counts counts = world_counts(here);
    cr_expect_eq(burst.refused, counts.refused);
    cr_expect_eq(burst.sent, book.count + counts.dropped_conflated);
    world_close(here);
    cr_expect_eq(0, well.blocks);
    NO_LEAKS();
}

Test(policy_memory, what_came_from_elsewhere_is_dropped_without_memory)
{
    struct well well = {0};
    struct world *here = world_on(&well, 1);
    static struct stall_book book;
    struct burst burst = {
        .to = stall_at(here, 0, &book,
                       &(myc_spawn_options){.mailbox_bound = 1 << 20, .policy = &all}),
        .keys = 450,
        .well = &well};
    book.closed = true;
    for (uint32_t round = 0; round < 20; round++) {
        burst.keys += 400; /* more at a time than a lane takes */
        send_burst(here->ctx, &burst);
        well.dry = true;
        world_pass(here);
        world_pass(here);
        well.dry = false;
    }
    book.closed = false;
    world_run(here);
    myc_counts counts = world_counts(here);
    cr_expect_eq(burst.sent, book.count + counts.dropped);
    cr_expect_gt(counts.dropped_conflated, 0);
    world_close(here);
    cr_expect_eq(0, well.blocks);
    NO_LEAKS();
}

Test(policy_memory, a_spawn_without_memory_leaves_nothing)
{
    struct well well = {0};
    struct world *here = world_on(&well, 1);
    stall_ref ref;
    const myc_spawn_options options = {.name = "one", .policy = &all, .stash_bound = 5};
    int error = stall_spawn(here->ctx, NULL, &options, &ref);
    uint32_t spawned = 1;
    well.dry = true;
    while (!(error = stall_spawn(here->ctx, NULL, &options, &ref)))
        spawned++;
    cr_expect_eq(MYC_ENOMEM, error);
    cr_expect_gt(spawned, 1);
    well.dry = false;
    cr_expect_eq(0, stall_spawn(here->ctx, NULL, &options, &ref));
    world_run(here);
    cr_expect_eq(here->workers + spawned + 1, world_counts(here).actors);
    world_close(here);
    cr_expect_eq(0, well.blocks);
    NO_LEAKS();
}

/* ---- modes and the stash ---- */

typedef struct blob {
    struct blob *next;
    uint8_t rest[152];
} blob;
MYC_MESSAGE(blob)
MYC_MESSAGE_TYPE(blob);

typedef struct chip {
    struct chip *next;
} chip;
MYC_MESSAGE(chip)
MYC_MESSAGE_TYPE(chip);

struct shop_log {
    struct well *well;
    int become_code;
    int stash_code;
    uint32_t handled;
};

struct shop {
    struct shop_log *log;
    bool exhausts;
};

MYC_MODE(shop, later, desk, DESK_ROWS)

/* Until what it asks for comes back, no block of these sizes is to be had. */
struct hoard {
    blob *blobs;
    chip *chips;
};

static void hoard_all(myc_context *ctx, struct hoard *hoard)
{
    for (blob *made; (made = blob_new(ctx)) != NULL; hoard->blobs = made)
        made->next = hoard->blobs;
    for (chip *made; (made = chip_new(ctx)) != NULL; hoard->chips = made)
        made->next = hoard->chips;
}

static void hoard_end(myc_context *ctx, struct hoard *hoard)
{
    for (blob *each = hoard->blobs, *next; each; each = next) {
        next = each->next;
        blob_release(ctx, each);
    }
    for (chip *each = hoard->chips, *next; each; each = next) {
        next = each->next;
        chip_release(ctx, each);
    }
}

static myc_next shop_on_ticket(struct shop *self, myc_context *ctx, const ticket_data *ticket)
{
    self->log->handled++;
    if (!self->exhausts)
        return MYC_CONTINUE;
    struct hoard hoard = {0};
    self->log->well->dry = true;
    hoard_all(ctx, &hoard);
    self->log->become_code = shop_become_later(self, ctx);
    self->log->stash_code = desk_stash_ticket(ctx, ticket);
    hoard_end(ctx, &hoard);
    self->log->well->dry = false;
    return MYC_CONTINUE;
}

static myc_next shop_on_job(struct shop *self, myc_context *ctx, const job_data *job)
{
    (void)job;
    self->log->become_code = shop_become_later(self, ctx);
    return MYC_CONTINUE;
}

static myc_next shop_later_on_ticket(struct shop *self, myc_context *ctx, const ticket_data *ticket)
{
    self->log->stash_code = desk_stash_ticket(ctx, ticket);
    return MYC_CONTINUE;
}

static myc_next shop_later_on_job(struct shop *self, myc_context *ctx, const job_data *job)
{
    (void)job;
    (void)myc_unstash_all(ctx);
    self->log->become_code = myc_unbecome(ctx);
    return MYC_CONTINUE;
}

MYC_ACTOR(shop, desk, DESK_ROWS)

Test(policy_memory, without_memory_nothing_becomes_and_nothing_is_stashed)
{
    struct well well = {0};
    struct world *here = world_on(&well, 1);
    struct shop_log log = {.well = &well};
    desk_ref shop = {0};
    cr_assert_eq(0,
                 shop_spawn(here->ctx, &(struct shop){.log = &log, .exhausts = true}, NULL, &shop));
    world_run(here);
    cr_expect_eq(MYC_SENT, send_ticket(here->ctx, shop, 0, 1));
    world_run(here);
    cr_expect_eq(MYC_ENOMEM, log.become_code);
    cr_expect_eq(MYC_ENOMEM, log.stash_code);
    cr_expect_eq(1, log.handled);
    cr_expect_eq(0, world_counts(here).queued);
    world_close(here);
    cr_expect_eq(0, well.blocks);
    NO_LEAKS();
}

static void send_job(struct world *here, desk_ref to)
{
    job_data *made = job_data_new(here->ctx);
    cr_assert_not_null(made);
    *made = (job_data){NULL, NULL};
    cr_expect_eq(MYC_SENT, desk_send_job(here->ctx, to, made));
}

static void close_stash_and_open(struct world *here, desk_ref shop, uint32_t rounds)
{
    while (rounds--) {
        send_job(here, shop);
        for (uint32_t number = 0; number < 100; number++)
            cr_expect_eq(MYC_SENT, send_ticket(here->ctx, shop, 0, number));
        send_job(here, shop);
        world_run(here);
    }
}

Test(policy_memory, warm_modes_and_stashes_take_none)
{
    struct world *here = world_open(1);
    struct shop_log log = {0};
    desk_ref shop = {0};
    cr_assert_eq(0, shop_spawn(here->ctx, &(struct shop){.log = &log}, NULL, &shop));
    close_stash_and_open(here, shop, 5);
    myc_system_seal_memory(here->system);
    close_stash_and_open(here, shop, 100);
    cr_expect_eq(0, myc_system_unseal_memory(here->system));
    cr_expect_eq(0, log.become_code);
    cr_expect_eq(0, log.stash_code);
    cr_expect_eq(105 * 100, log.handled);
    world_close(here);
    NO_LEAKS();
}
