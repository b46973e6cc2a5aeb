/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A random mix of spawns, sends, stops, verdicts, pauses and policies over four workers, against a
 * model that counts on its own: what every send answered, what every handler did, and how often the
 * destroy hook ran.
 */
#include "actor_support.h"
#include "base/seeded.h"

enum { WORKERS = 4, ROUNDS = 400, OPERATIONS = 40, REFS = 300 };

struct model {
    struct world *here;
    seeded random;
    desk_ref refs[REFS]; /* of the living and the dead */
    uint32_t spawned;
    uint64_t made;
    uint64_t sent;
    uint64_t dead_at_once;
    uint64_t refused;
    uint64_t handled;
    uint64_t failed; /* their handlers failed: letters */
    uint32_t destroyed;
    bool stopping;
    struct journal journal; /* of all desks */
};

static desk_ref any_ref(struct model *model)
{
    uint32_t known = model->spawned < REFS ? model->spawned : REFS;
    return known ? model->refs[seeded_below(&model->random, known)] : (desk_ref){{0, 0}};
}

static void model_send(struct model *model, myc_context *ctx, desk_ref to)
{
    ticket_data *ticket = ticket_make(ctx, 0, (uint32_t)model->made++);
    ticket->destroyed = &model->destroyed;
    switch (desk_send_ticket(ctx, to, ticket)) {
    case MYC_SENT: model->sent++; break;
    case MYC_DEAD: model->dead_at_once++; break;
    case MYC_FULL: model->refused++; break;
    default: cr_assert_fail("no ref is on another node");
    }
}

static void model_spawn(struct model *model, myc_context *ctx)
{
    static const uint32_t bounds[] = {1, 2, 3, 10, 1000};
    static const uint32_t batches[] = {1, 3, 64};
    seeded *random = &model->random;
    myc_spawn_options options = {.mailbox_bound = bounds[seeded_below(random, 5)],
                                 .batch_max = batches[seeded_below(random, 3)],
                                 .overflow = (myc_overflow)seeded_below(random, 3),
                                 .place = (myc_place)seeded_below(random, 3),
                                 .worker = seeded_below(random, WORKERS)};
    desk_ref *ref = &model->refs[model->spawned++ % REFS];
    int expected = model->stopping ? MYC_ESTOPPING : 0;
    int code = desk_spawn(ctx, &(struct desk){&model->journal}, &options, ref);
    cr_assert_eq(expected, code, "expected %d, got %d", expected, code);
}

static void model_step(struct model *model, myc_context *ctx)
{
    desk_ref to = any_ref(model);
    switch (seeded_below(&model->random, 10)) {
    case 0: model_spawn(model, ctx); break;
    case 1: myc_stop(ctx, to.address); break;
    case 2:
        for (uint32_t burst = seeded_size(&model->random, 7); burst; burst--)
            model_send(model, ctx, to);
        break;
    case 3: /* a life that is not yet */
        to.address.life += 2 * (1 + seeded_below(&model->random, 3));
        model_send(model, ctx, to);
        break;
    default: model_send(model, ctx, to);
    }
}

static void model_steps(myc_context *ctx, void *argument)
{
    struct model *model = argument;
    for (uint32_t step = 0; step < OPERATIONS; step++)
        model_step(model, ctx);
}

/* Most messages are just done; on average a handler sends less than one, so all dies down. */
static myc_next model_handle(struct journal *journal, myc_context *ctx, const ticket_data *ticket)
{
    struct model *model = journal->user;
    uint32_t dice = seeded_below(&model->random, 64);
    (void)ticket;
    journal->count = 0;
    if (dice < 4) {
        if (dice == 0)
            myc_pause_until_room(ctx, any_ref(model).address);
        return MYC_AGAIN;
    }
    model->handled += dice != 24;
    model->failed += dice == 24;
    if (dice < 20)
        model_send(model, ctx, any_ref(model));
    if (dice == 20)
        model_spawn(model, ctx);
    if (dice == 21)
        myc_stop(ctx, any_ref(model).address);
    if (dice == 22)
        myc_stop(ctx, myc_self(ctx));
    return dice == 23 ? MYC_STOP : dice == 24 ? MYC_FAIL(MYC_EIO) : MYC_CONTINUE;
}

static void model_farewell(struct journal *journal, myc_context *ctx)
{
    struct model *model = journal->user;
    if (seeded_below(&model->random, 4) == 0)
        model_send(model, ctx, any_ref(model));
}

/* Between passes: what is alive is queued, and the counts are those of the model. */
static void expect_model(const struct model *model)
{
    myc_counts counts = world_since(model->here);
    uint64_t clerks_jobs = 0;
    for (uint32_t worker = 0; worker < WORKERS; worker++)
        clerks_jobs += model->here->clerk_journals[worker].jobs;
    cr_assert_eq(model->sent + model->dead_at_once + clerks_jobs, counts.accepted);
    cr_assert_eq(model->handled + clerks_jobs, counts.handled);
    cr_assert_eq(model->failed, counts.dead_by[MYC_DEAD_FAILED]);
    cr_assert_eq(model->refused, counts.refused);
    cr_assert_eq(model->here->letter_count, counts.dead);
    cr_assert_eq(model->made - model->destroyed, counts.queued);
    cr_assert_eq(counts.accepted, counts.handled + counts.dead + counts.dropped + counts.queued);
}

/* What is paused in a circle waits for ever; a stop that discards ends that too. */
static void walk(uint32_t rounds)
{
    struct model model = {.here = world_open(WORKERS), .random = seeded_start("conservation")};
    model.journal =
        (struct journal){.on_ticket = model_handle, .at_stop = model_farewell, .user = &model};
    for (uint32_t round = 0; round < rounds; round++) {
        uint32_t where = seeded_below(&model.random, WORKERS + 1);
        if (where < WORKERS)
            world_call(model.here, where, model_steps, &model);
        else
            model_steps(model.here->ctx, &model);
        for (uint32_t passes = seeded_below(&model.random, 4); passes; passes--)
            world_pass(model.here);
        expect_model(&model);
    }
    model.stopping = true;
    cr_expect_eq(0,
                 myc_system_stop(model.here->system, &(myc_stop_options){.discard = true}, NULL));
    expect_model(&model);
    cr_expect_eq(0, world_counts(model.here).actors);
    cr_expect_gt(world_counts(model.here).dropped_newest, 0);
    cr_expect_gt(world_counts(model.here).dropped_oldest, 0);
    uint64_t leaked = world_end(model.here);
    cr_expect_eq(0, leaked);
    cr_expect_eq(model.made, model.destroyed);
    cr_expect_gt(model.handled, rounds);
    cr_expect_gt(model.refused, 0);
    cr_expect_gt(letters_of(model.here, MYC_DEAD_STOPPED), 0);
    cr_expect_gt(letters_of(model.here, MYC_DEAD_LEFT), 0);
    world_free(model.here);
    journal_fini(&model.journal);
}

Test(conservation, every_message_is_accounted_for_in_a_random_mix)
{
    WORLD_SEEDS(20)
    walk(ROUNDS);
    NO_LEAKS();
}

Test(conservation, of_one_long_walk)
{
    walk(10 * ROUNDS);
    NO_LEAKS();
}
