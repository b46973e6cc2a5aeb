/* SPDX-License-Identifier: Apache-2.0 */
/* What is one turn to who looks for stuck workers: seen from within, so that nothing is by chance. */
#include "system/kit_frame.h"

struct watch {
    bool is_fresh;  /* there was no turn in this pass yet */
    uint32_t turns; /* first in their pass */
    uint32_t found; /* by the first look of these */
};

struct sentry {
    struct watch *watch;
};

static uint32_t look(myc_context *ctx, myc_stuck *stuck)
{
    return myc_system_stuck(myc_context_system(ctx), 1, stuck, 1);
}

static myc_next sentry_on_count(struct sentry *self, myc_context *ctx, const number *count)
{
    (void)count;
    myc_stuck stuck;
    if (self->watch->is_fresh) {
        self->watch->found += look(ctx, &stuck);
        self->watch->turns++;
        self->watch->is_fresh = false;
    }
    while (look(ctx, &stuck) == 0) { /* in one turn it is found in the end */
    }
    cr_expect(myc_address_equal(myc_self(ctx), stuck.actor));
    cr_expect_str_eq("a message", stuck.row);
    return MYC_CONTINUE;
}

static myc_next sentry_on_again(struct sentry *self, myc_context *ctx, const number *again)
{
    (void)sentry_on_count(self, ctx, again);
    return MYC_AGAIN;
}

static myc_next sentry_on_ask(struct sentry *self, myc_context *ctx, const number *ask,
                              sink_ask_token token)
{
    (void)token;
    return sentry_on_count(self, ctx, ask);
}

MYC_ACTOR(sentry, sink, SINK_ROWS)

/* Turns that handle nothing, of one actor in one pass, are not told apart. */
static void turns(bool again)
{
    struct watch watch = {0};
    myc_system *system;
    cr_assert_eq(
        0, myc_system_create(&(myc_system_options){.workers = 1, .caller_driven = true}, &system));
    myc_context *ctx = myc_context_of(system);
    sink_ref ref;
    cr_assert_eq(0, sentry_spawn(ctx, &(struct sentry){&watch}, NULL, &ref));
    for (uint64_t i = 0; i < 10; i++) {
        myc_ignore(again ? sink_send_again(ctx, ref, make_number(ctx, i))
                         : sink_send_count(ctx, ref, make_number(ctx, i)));
        watch.is_fresh = true;
        (void)myc_system_run_once(system);
    }
    cr_expect_eq(10, watch.turns);
    cr_expect_eq(0, watch.found, "%u turns were taken for the one before", watch.found);
    cr_expect_eq(0, myc_system_destroy(system));
}

Test(stuck, the_next_message_is_another_turn)
{
    turns(false);
    NO_LEAKS();
}

Test(stuck, a_message_that_comes_again_is_another_turn)
{
    turns(true);
    NO_LEAKS();
}
