/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random sends from a handler and from outside to a stall with a random policy, against a model
 * that keeps the queue as a list and searches it. The stall is opened for a batch now and then; the
 * clock is the test's. What is handled, and each count of what was dropped, must be the same.
 */
#include "base/seeded.h"
#include "stall.h"

enum { LIVES = 60, ROUNDS = 60, QUEUE = 64, ROWS = 3, KEYS = 5 };

struct model_item {
    struct stall_entry entry;
    uint64_t queued_at_ns;
};

struct model {
    struct world *here;
    seeded random;
    uint64_t now_ns;
    stall_ref stall;
    struct stall_book book;
    /* the policy */
    uint32_t bound;
    uint32_t batch;
    uint32_t reserved;
    bool keyed;
    myc_overflow overflow;
    myc_row_rule rules[ROWS];
    /* what should be */
    struct model_item queue[QUEUE];
    uint32_t depth;
    bool has_in_hand;
    struct stall_entry in_hand;
    struct stall_book expected;
    uint64_t dropped_by[MYC_DROP_REASONS];
    uint32_t numbers;
};

static uint64_t model_now_ns(void *user)
{
    return ((const struct model *)user)->now_ns;
}

static void choose_policy(struct model *model)
{
    seeded *random = &model->random;
    model->bound = 2 + seeded_below(random, 30);
    model->batch = 1 + seeded_below(random, 8);
    model->reserved = seeded_below(random, 2) ? seeded_below(random, model->bound) : 0;
    model->keyed = seeded_below(random, 2);
    model->overflow = (myc_overflow)seeded_below(random, 3);
    for (uint32_t row = 0; row < ROWS; row++)
        model->rules[row] =
            (myc_row_rule){.tag = row,
                           .queued_max = seeded_below(random, 2) ? 1 + seeded_below(random, 5) : 0,
                           .max_age_ns = seeded_below(random, 2) * (uint64_t)20};
    for (uint32_t row = 0; row < ROWS; row++)
        model->rules[row].queued_max =
            model->rules[row].queued_max < model->bound ? model->rules[row].queued_max : 0;
    model->rules[ROW_CANCEL].reserved = model->reserved != 0;
}

static void drop(struct model *model, myc_drop_reason reason)
{
    model->dropped_by[reason]++;
}

static void take_out(struct model *model, uint32_t index)
{
    model->depth--;
    memmove(&model->queue[index], &model->queue[index + 1],
            (model->depth - index) * sizeof model->queue[0]);
}

static uint32_t queued_of(const struct model *model, uint32_t row)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < model->depth; i++)
        count += model->queue[i].entry.row == row;
    return count;
}

static struct model_item *queued_with_key(struct model *model, const struct stall_entry *entry)
{
    for (uint32_t i = 0; model->keyed && entry->row == ROW_QUOTE && i < model->depth; i++) {
        struct stall_entry *queued = &model->queue[i].entry;
        if (queued->row == entry->row && queued->about == entry->about)
            return &model->queue[i];
    }
    return NULL;
}

/* What the header says, in its order. Returns what a sender on the worker is answered. */
static myc_sent model_send(struct model *model, struct stall_entry entry, bool is_away)
{
    const myc_row_rule *rule = &model->rules[entry.row];
    struct model_item *same = queued_with_key(model, &entry);
    if (same) {
        *same = (struct model_item){entry, model->now_ns};
        drop(model, MYC_DROP_CONFLATED);
        return MYC_SENT;
    }
    bool over_limit = rule->queued_max && queued_of(model, entry.row) >= rule->queued_max;
    uint32_t share = model->bound - (rule->reserved ? 0 : model->reserved);
    if (!over_limit && model->depth < share) {
        model->queue[model->depth++] = (struct model_item){entry, model->now_ns};
        return MYC_SENT;
    }
    if (!is_away && model->overflow == MYC_OVERFLOW_REFUSE)
        return MYC_FULL;
    if (!over_limit && model->overflow == MYC_OVERFLOW_DROP_OLDEST &&
        !model->rules[model->queue[0].entry.row].reserved) {
        take_out(model, 0);
        drop(model, MYC_DROP_OLDEST);
        model->queue[model->depth++] = (struct model_item){entry, model->now_ns};
        return MYC_SENT;
    }
    drop(model, over_limit || model->depth < model->bound ? MYC_DROP_LIMITED : MYC_DROP_NEWEST);
    return MYC_SENT;
}

static struct stall_entry any_entry(struct model *model)
{
    return (struct stall_entry){seeded_below(&model->random, ROWS),
                                seeded_below(&model->random, KEYS), model->numbers++};
}

static void send_some_here(myc_context *ctx, void *argument)
{
    struct model *model = argument;
    for (uint32_t count = seeded_below(&model->random, 20); count; count--) {
        struct stall_entry entry = any_entry(model);
        myc_sent expected = model_send(model, entry, false);
        myc_sent sent = stall_offer(ctx, model->stall, entry.row, entry.about, entry.number);
        cr_assert_eq(expected, sent, "number %u: expected %d, got %d", entry.number, (int)expected,
                     (int)sent);
    }
}

/* With limits alone a full mailbox tells senders elsewhere: then the model is not asked. */
static void send_some_away(struct model *model)
{
    if (!model->keyed && !model->reserved && model->overflow == MYC_OVERFLOW_REFUSE)
        return;
    for (uint32_t count = seeded_below(&model->random, 20); count; count--) {
        struct stall_entry entry = any_entry(model);
        (void)model_send(model, entry, true);
        cr_assert_eq(MYC_SENT, stall_offer(model->here->ctx, model->stall, entry.row, entry.about,
                                           entry.number));
    }
    world_pass(model->here);
}

static void model_handle(struct model *model)
{
    if (model->has_in_hand)
        model->expected.entries[model->expected.count++] = model->in_hand;
    model->has_in_hand = false;
    for (; model->depth; take_out(model, 0)) {
        const struct model_item *front = &model->queue[0];
        uint64_t max_age_ns = model->rules[front->entry.row].max_age_ns;
        if (max_age_ns && model->now_ns - front->queued_at_ns >= max_age_ns)
            drop(model, MYC_DROP_EXPIRED);
        else
            model->expected.entries[model->expected.count++] = front->entry;
    }
}

/* It has an order in hand while it is closed: that one never was in the mailbox. */
static void close_stall(struct model *model)
{
    model->book.closed = true;
    model->in_hand = (struct stall_entry){ROW_ORDER, 0, model->numbers++};
    model->has_in_hand = true;
    cr_assert_eq(MYC_SENT,
                 stall_offer(model->here->ctx, model->stall, ROW_ORDER, 0, model->in_hand.number));
    world_pass(model->here);
}

static void open_stall(struct model *model)
{
    model->book.closed = false;
    model_handle(model);
    world_run(model->here);
}

static void expect_same(struct model *model)
{
    expect_book(&model->book, model->expected.entries, model->expected.count);
    myc_counts counts = world_counts(model->here);
    cr_assert_eq(model->dropped_by[MYC_DROP_NEWEST], counts.dropped_newest);
    cr_assert_eq(model->dropped_by[MYC_DROP_OLDEST], counts.dropped_oldest);
    cr_assert_eq(model->dropped_by[MYC_DROP_CONFLATED], counts.dropped_conflated);
    cr_assert_eq(model->dropped_by[MYC_DROP_EXPIRED], counts.dropped_expired);
    cr_assert_eq(model->dropped_by[MYC_DROP_LIMITED], counts.dropped_limited);
    cr_assert_eq(0, counts.queued);
    model->book.count = model->expected.count = 0;
}

static void live(struct model *model)
{
    choose_policy(model);
    myc_mailbox_policy policy = {.key = model->keyed ? quote_key : NULL,
                                 .reserved = model->reserved,
                                 .rules = model->rules,
                                 .rule_count = ROWS};
    model->stall = stall_at(model->here, seeded_below(&model->random, 2), &model->book,
                            &(myc_spawn_options){.mailbox_bound = model->bound,
                                                 .batch_max = model->batch,
                                                 .overflow = model->overflow,
                                                 .policy = &policy});
    for (uint32_t round = 0; round < ROUNDS; round++) {
        close_stall(model);
        for (uint32_t some = 1 + seeded_below(&model->random, 4); some; some--) {
            world_call(model->here, model->stall.address.slot >> MYC__INDEX_BITS, send_some_here,
                       model);
            model->now_ns += seeded_below(&model->random, 15);
            send_some_away(model);
        }
        open_stall(model);
        expect_same(model);
    }
    myc_stop(model->here->ctx, model->stall.address);
    world_run(model->here);
}

Test(policy_model, every_policy_does_what_its_header_says)
{
    static struct model model;
    model.random = seeded_start("policy_model");
    model.now_ns = 1000;
    model.here = calloc(1, sizeof *model.here);
    cr_assert_not_null(model.here);
    model.here->workers = 2;
    myc_system_options options = world_options(model.here);
    options.now_ns = model_now_ns;
    options.clock_user = &model;
    world_start(model.here, &options);
    for (uint32_t life = 0; life < LIVES; life++)
        live(&model);
    for (uint32_t reason = 0; reason < MYC_DROP_REASONS; reason++)
        cr_expect_gt(model.dropped_by[reason], 0, "reason %u never came", reason);
    world_close(model.here);
    NO_LEAKS();
}
