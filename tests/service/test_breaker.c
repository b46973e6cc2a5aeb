/* SPDX-License-Identifier: Apache-2.0 */
/* Circuit breakers under a clock of the test's own. */
#include "actor/actor_support.h"

#define SECOND_NS UINT64_C(1000000000)

#define WATCH_ROWS(ROW, P)                                                                         \
    ROW(P, ticket, ticket_data)                                                                    \
    ROW(P, change, myc_breaker_change)
MYC_PROTOCOL(watch_post, WATCH_ROWS)

struct sightings {
    uint32_t count;
    myc_breaker_change changes[16];
};

struct lookout {
    struct sightings *sightings;
};

static myc_next lookout_on_ticket(struct lookout *self, myc_context *ctx, const ticket_data *ticket)
{
    (void)self;
    (void)ctx;
    (void)ticket;
    return MYC_CONTINUE;
}

static myc_next lookout_on_change(struct lookout *self, myc_context *ctx,
                                  const myc_breaker_change *change)
{
    (void)ctx;
    self->sightings->changes[self->sightings->count++ % 16] = *change;
    return MYC_CONTINUE;
}
MYC_ACTOR(lookout, watch_post, WATCH_ROWS)

static uint64_t now_ns;

static uint64_t read_clock(void *user)
{
    (void)user;
    return now_ns;
}

static struct world *open_world(void)
{
    struct world *here = calloc(1, sizeof *here);
    cr_assert_not_null(here);
    here->workers = 1;
    now_ns = SECOND_NS;
    myc_system_options options = world_options(here);
    options.now_ns = read_clock;
    world_start(here, &options);
    world_run(here);
    world_mark(here);
    return here;
}

static myc_breaker breaker_of(struct world *here, const myc_breaker_options *options)
{
    myc_breaker made;
    cr_assert_eq(0, myc_breaker_init(here->ctx, &made, options));
    return made;
}

/* One call after the other, each to its end. */
static void call_all(struct world *here, myc_breaker *breaker, const char *results)
{
    for (; *results; results++) {
        uint32_t call = myc_breaker_enter(here->ctx, breaker);
        cr_assert_neq(0, call, "refused before %s", results);
        myc_breaker_leave(here->ctx, breaker, call, *results == '+');
    }
}

Test(breaker, opens_after_five_failures_in_a_row)
{
    struct world *here = open_world();
    myc_breaker breaker = breaker_of(here, NULL);
    call_all(here, &breaker, "----+----");
    cr_expect_eq(MYC_BREAKER_CLOSED, myc_breaker_state_of(&breaker));
    call_all(here, &breaker, "-");
    cr_expect_eq(MYC_BREAKER_OPEN, myc_breaker_state_of(&breaker));
    cr_expect_not(myc_breaker_allows(here->ctx, &breaker));
    world_close(here);
    NO_LEAKS();
}

Test(breaker, refuses_while_it_is_open_and_nothing_is_sent_or_taken)
{
    struct world *here = open_world();
    myc_breaker breaker = breaker_of(here, NULL);
    call_all(here, &breaker, "-----");
    now_ns += 30 * SECOND_NS - 1;
    world_mark(here);
    myc_system_seal_memory(here->system);
    for (uint32_t i = 0; i < 100000; i++)
        cr_assert_eq(0, myc_breaker_enter(here->ctx, &breaker));
    cr_expect_eq(0, myc_system_unseal_memory(here->system));
    cr_expect_eq(0, world_since(here).accepted);
    now_ns += 1;
    cr_expect_neq(0, myc_breaker_enter(here->ctx, &breaker));
    cr_expect_eq(MYC_BREAKER_HALF_OPEN, myc_breaker_state_of(&breaker));
    world_close(here);
    NO_LEAKS();
}

Test(breaker, half_open_lets_three_at_a_time_pass_and_closes_after_two_successes)
{
    struct world *here = open_world();
    myc_breaker breaker = breaker_of(here, NULL);
    call_all(here, &breaker, "-----");
    now_ns += 30 * SECOND_NS;
    uint32_t calls[3];
    for (uint32_t i = 0; i < 3; i++)
        cr_assert_neq(0, calls[i] = myc_breaker_enter(here->ctx, &breaker));
    cr_expect_eq(0, myc_breaker_enter(here->ctx, &breaker), "a fourth passes");
    myc_breaker_leave(here->ctx, &breaker, calls[0], true);
    cr_expect_eq(MYC_BREAKER_HALF_OPEN, myc_breaker_state_of(&breaker));
    cr_expect_neq(0, myc_breaker_enter(here->ctx, &breaker), "one has ended: there is room");
    myc_breaker_leave(here->ctx, &breaker, calls[1], true);
    cr_expect_eq(MYC_BREAKER_CLOSED, myc_breaker_state_of(&breaker));
    myc_breaker_leave(here->ctx, &breaker, calls[2], false); /* of the state before */
    call_all(here, &breaker, "----");
    cr_expect_eq(MYC_BREAKER_CLOSED, myc_breaker_state_of(&breaker));
    world_close(here);
    NO_LEAKS();
}

Test(breaker, half_open_opens_again_with_one_failure)
{
    struct world *here = open_world();
    myc_breaker breaker = breaker_of(here, NULL);
    call_all(here, &breaker, "-----");
    uint32_t old = breaker.round - 1;
    now_ns += 30 * SECOND_NS;
    call_all(here, &breaker, "+-");
    cr_expect_eq(MYC_BREAKER_OPEN, myc_breaker_state_of(&breaker));
    cr_expect_eq(0, myc_breaker_enter(here->ctx, &breaker));
    myc_breaker_leave(here->ctx, &breaker, old, true);
    cr_expect_eq(MYC_BREAKER_OPEN, myc_breaker_state_of(&breaker));
    now_ns += 30 * SECOND_NS;
    call_all(here, &breaker, "++-");
    cr_expect_eq(MYC_BREAKER_CLOSED, myc_breaker_state_of(&breaker));
    world_close(here);
    NO_LEAKS();
}

Test(breaker, tells_its_observer_each_change)
{
    struct world *here = open_world();
    struct sightings sightings = {0};
    watch_post_ref post;
    cr_assert_eq(0, lookout_spawn(here->ctx, &(struct lookout){&sightings}, NULL, &post));
    myc_breaker breaker =
        breaker_of(here, &(myc_breaker_options){.name = "exchange",
                                                .failure_threshold = 1,
                                                .success_threshold = 1,
                                                .timeout_ns = SECOND_NS,
                                                .observer = post.address,
                                                .observer_protocol = &watch_post_protocol,
                                                .observer_row = watch_post_tag_change});
    myc_breaker_set_subject(&breaker, here->clerks[0].address);
    call_all(here, &breaker, "-");
    now_ns += SECOND_NS;
    call_all(here, &breaker, "+");
    world_run(here);
    static const myc_breaker_state states[] = {MYC_BREAKER_CLOSED, MYC_BREAKER_OPEN,
                                               MYC_BREAKER_HALF_OPEN, MYC_BREAKER_CLOSED};
    cr_assert_eq(3, sightings.count);
    for (uint32_t i = 0; i < 3; i++) {
        const myc_breaker_change *change = &sightings.changes[i];
        cr_expect_eq(states[i], change->from);
        cr_expect_eq(states[i + 1], change->to);
        cr_expect_str_eq("exchange", change->name);
        cr_expect_eq(i == 0 ? SECOND_NS : 2 * SECOND_NS, change->at_ns);
        cr_expect(myc_address_equal(here->clerks[0].address, change->subject));
    }
    world_close(here);
    NO_LEAKS();
}

struct bad {
    myc_breaker_options options;
    const char *says;
};

Test(breaker, says_what_is_wrong_with_its_options)
{
    struct world *here = open_world();
    const myc_address somebody = here->clerks[0].address;
    const struct bad cases[] = {
        {{.failure_threshold = 1000001}, "breaker: failure_threshold is 1000001: expected"},
        {{.success_threshold = 1000001}, "breaker: success_threshold is 1000001: expected"},
        {{.half_open_max_calls = 1000001}, "breaker: half_open_max_calls is 1000001: expected"},
        {{.timeout_ns = 999}, "breaker: timeout_ns is 999: expected 1 us to 1 day"},
        {{.timeout_ns = 86401 * SECOND_NS}, "breaker: timeout_ns is 86401000000000: expected"},
        {{.observer = somebody}, "breaker: observer_protocol is 0: expected the protocol"},
        {{.observer = somebody, .observer_protocol = &watch_post_protocol},
         "breaker: observer_row is 0: expected a row that carries myc_breaker_change"},
        {{.observer = somebody, .observer_protocol = &watch_post_protocol, .observer_row = 9},
         "breaker: observer_row is 9: expected"},
    };
    for (uint32_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        myc_breaker breaker;
        cr_expect_eq(MYC_EINVAL, myc_breaker_init(here->ctx, &breaker, &cases[i].options));
        cr_expect(world_logged(here, cases[i].says), "not logged: %s", cases[i].says);
    }
    world_close(here);
    NO_LEAKS();
}

/* ---- against a model ---- */

struct model {
    int state;
    uint32_t failures, successes, under_way, round;
    uint64_t opened_ns;
};

static void model_change(struct model *model, int state)
{
    *model = (struct model){state, model->failures, 0, 0, model->round + 1, now_ns};
}

static bool model_enter(struct model *model)
{
    if (model->state == MYC_BREAKER_OPEN && now_ns >= model->opened_ns + 50000)
        model_change(model, MYC_BREAKER_HALF_OPEN);
    if (model->state == MYC_BREAKER_OPEN ||
        (model->state == MYC_BREAKER_HALF_OPEN && model->under_way == 3))
        return false;
    model->under_way++;
    return true;
}

static void model_leave(struct model *model, uint32_t round, bool succeeded)
{
    if (round != model->round)
        return;
    model->under_way--;
    model->failures = succeeded ? 0 : model->failures + 1;
    model->successes += succeeded;
    bool probing = model->state == MYC_BREAKER_HALF_OPEN;
    if (probing ? !succeeded : model->failures >= 5)
        model_change(model, MYC_BREAKER_OPEN);
    else if (probing && model->successes == 2)
        model_change(model, MYC_BREAKER_CLOSED);
}

Test(breaker, does_what_a_model_of_it_does)
{
    struct world *here = open_world();
    struct model model = {0};
    myc_breaker breaker = breaker_of(here, &(myc_breaker_options){.timeout_ns = 50000});
    struct {
        uint32_t call, round;
    } open[64];
    uint32_t count = 0;
    uint32_t seen = 0;
    srand(20261121);
    for (uint32_t step = 0; step < 200000; step++) {
        int dice = rand() % 8;
        now_ns += dice == 0 ? 20 * 1000 : 0;
        if (dice < 4 && count < 64) {
            uint32_t call = myc_breaker_enter(here->ctx, &breaker);
            bool passes = model_enter(&model);
            cr_assert_eq(passes, call != 0, "step %u", step);
            if (passes) {
                open[count].call = call;
                open[count++].round = model.round;
            }
        } else if (count > 0) {
            uint32_t which = (uint32_t)rand() % count;
            bool succeeded = rand() % 3 != 0;
            myc_breaker_leave(here->ctx, &breaker, open[which].call, succeeded);
            model_leave(&model, open[which].round, succeeded);
            open[which] = open[--count];
        }
        cr_assert_eq(model.state, (int)breaker.state, "step %u", step);
        seen |= 1u << model.state;
    }
    cr_expect_eq(7, seen, "not every state was seen");
    world_close(here);
    NO_LEAKS();
}
