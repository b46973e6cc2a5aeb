/* SPDX-License-Identifier: Apache-2.0 */
#include "topic_support.h"

#include "base/seeded.h"

/*
 * Random steps, and what each subscriber must have got by a model that knows neither hubs nor
 * couriers: a queue with a bound, one message in hand, and what waits.
 */
enum { WORKERS = 3, DESKS = 8, STEPS = 2000, BOUND_MAX = 8 };

struct model {
    bool alive;
    bool subscribed;
    myc_slow slow;
    uint32_t bound;
    uint32_t queue[BOUND_MAX + 1]; /* the first is in hand */
    uint32_t depth;                /* with the one in hand */
    bool waits;
    uint32_t waiting;
    uint32_t got[STEPS];
    uint32_t got_count;
};

struct play {
    struct world *here;
    tickets_topic topic;
    seeded random;
    uint32_t next_number;
    desk_ref desks[DESKS];
    struct journal journals[DESKS];
    struct model models[DESKS];
    uint64_t delivered;
    uint64_t dropped;
    uint64_t replaced;
};

/* ---- the model ---- */

static void model_take(struct play *play, struct model *model, uint32_t number)
{
    model->queue[model->depth++] = number;
    play->delivered++;
}

static void model_event(struct play *play, struct model *model, uint32_t number)
{
    if (!model->subscribed)
        return;
    if (!model->alive) {
        play->dropped++;
        model->subscribed = false;
    } else if (model->waits) {
        model->waiting = number;
        play->replaced++;
    } else if (model->depth <= model->bound) {
        model_take(play, model, number);
    } else if (model->slow == MYC_SLOW_KEEP_LATEST) {
        model->waits = true;
        model->waiting = number;
    } else {
        play->dropped++;
    }
}

/* What waits comes when half of the bound is free. */
static void model_handle_one(struct play *play, struct model *model)
{
    if (model->depth == 0)
        return;
    model->got[model->got_count++] = model->queue[0];
    memmove(model->queue, model->queue + 1, --model->depth * sizeof model->queue[0]);
    uint32_t queued = model->depth ? model->depth - 1 : 0;
    if (model->waits && queued <= model->bound / 2) {
        model->waits = false;
        model_take(play, model, model->waiting);
    }
}

static void model_leave(struct play *play, struct model *model)
{
    play->replaced += model->waits;
    model->waits = false;
    model->subscribed = false;
}

static void model_die(struct play *play, struct model *model)
{
    play->dropped += model->waits; /* its courier finds it dead */
    model->waits = false;
    model->alive = false;
    model->depth = 0;
}

/* ---- steps, from anywhere ---- */

struct order {
    struct play *play;
    uint32_t desk;
};

static void do_publish(myc_context *ctx, void *argument)
{
    struct play *play = ((struct order *)argument)->play;
    cr_assert_eq(0, publish(ctx, play->topic, 0, play->next_number).refused);
}

static void do_subscribe(myc_context *ctx, void *argument)
{
    const struct order *order = argument;
    myc_subscribe_options options = {.slow = order->play->models[order->desk].slow};
    cr_assert_eq(0, tickets_subscribe_desk_ticket(ctx, order->play->topic,
                                                  order->play->desks[order->desk], &options));
}

static void do_unsubscribe(myc_context *ctx, void *argument)
{
    const struct order *order = argument;
    cr_assert_eq(0, tickets_unsubscribe_desk_ticket(ctx, order->play->topic,
                                                    order->play->desks[order->desk]));
}

static void anywhere(struct play *play, void (*run)(myc_context *, void *), uint32_t desk)
{
    struct order order = {play, desk};
    uint32_t from = seeded_below(&play->random, WORKERS + 1);
    if (from < WORKERS)
        world_call(play->here, from, run, &order);
    else
        run(play->here->ctx, &order);
    world_run(play->here);
}

static void step_publish(struct play *play)
{
    anywhere(play, do_publish, 0);
    for (uint32_t i = 0; i < DESKS; i++)
        model_event(play, &play->models[i], play->next_number);
    play->next_number++;
}

static void step_subscribe(struct play *play, uint32_t desk)
{
    struct model *model = &play->models[desk];
    if (!model->alive)
        return;
    model_leave(play, model);
    model->subscribed = true;
    model->slow = seeded_below(&play->random, 2) ? MYC_SLOW_KEEP_LATEST : MYC_SLOW_DROP;
    anywhere(play, do_subscribe, desk);
}

static void step_unsubscribe(struct play *play, uint32_t desk)
{
    model_leave(play, &play->models[desk]);
    anywhere(play, do_unsubscribe, desk);
}

static void step_handle(struct play *play, uint32_t desk)
{
    for (uint32_t left = 1 + seeded_below(&play->random, 6); left; left--) {
        play->journals[desk].permits = play->models[desk].depth > 0;
        model_handle_one(play, &play->models[desk]);
        world_run(play->here);
    }
}

static void step_stop(struct play *play, uint32_t desk)
{
    model_die(play, &play->models[desk]);
    myc_stop(play->here->ctx, play->desks[desk].address);
    world_run(play->here);
}

static void spawn(struct play *play, uint32_t desk)
{
    struct model *model = &play->models[desk];
    model->alive = true;
    model->bound = 1 + seeded_below(&play->random, BOUND_MAX);
    play->journals[desk].gated = true;
    play->desks[desk] = world_desk(play->here, desk % WORKERS, &play->journals[desk],
                                   &(myc_spawn_options){.mailbox_bound = model->bound});
}

static void step(struct play *play)
{
    uint32_t desk = seeded_below(&play->random, DESKS);
    switch (seeded_below(&play->random, 12)) {
    case 0: step_unsubscribe(play, desk); break;
    case 1:
    case 2: step_subscribe(play, desk); break;
    case 3:
    case 4: step_handle(play, desk); break;
    case 5:
        if (!play->models[desk].alive && !play->models[desk].subscribed)
            spawn(play, desk);
        else if (play->models[desk].alive && seeded_below(&play->random, 2) == 0)
            step_stop(play, desk);
        break;
    default: step_publish(play);
    }
}

static void expect_as_modelled(struct play *play)
{
    uint64_t waiting = 0;
    for (uint32_t i = 0; i < DESKS; i++) {
        cr_assert_eq(play->models[i].got_count, play->journals[i].count, "desk %u: %u, not %u", i,
                     play->journals[i].count, play->models[i].got_count);
        for (uint32_t k = 0; k < play->models[i].got_count; k++)
            cr_assert_eq(play->models[i].got[k], play->journals[i].entries[k].number);
        waiting += play->models[i].waits;
    }
    myc_topic_counts counts = counts_of(play->topic);
    cr_expect_eq(play->next_number, counts.published);
    cr_expect_eq(play->delivered, counts.delivered);
    cr_expect_eq(play->dropped, counts.dropped);
    cr_expect_eq(play->replaced, counts.replaced);
    cr_expect_eq(waiting, counts.waiting);
}

Test(topic_model, says_what_each_subscriber_gets, .timeout = 120)
{
    struct play *play = calloc(1, sizeof *play);
    play->random = seeded_start("topic_model");
    play->here = world_open(WORKERS);
    play->topic = topic_open(play->here, NULL);
    for (uint32_t i = 0; i < DESKS; i++)
        spawn(play, i);
    for (uint32_t i = 0; i < STEPS; i++) {
        step(play);
        if (i % 100 == 99)
            expect_as_modelled(play);
    }
    expect_as_modelled(play);
    cr_expect_gt(play->delivered, 100);
    cr_expect_gt(play->dropped, 10);
    cr_expect_gt(play->replaced, 10);
    topic_close(play->here, play->topic);
    for (uint32_t i = 0; i < DESKS; i++)
        journal_fini(&play->journals[i]);
    free(play);
    NO_LEAKS();
}
