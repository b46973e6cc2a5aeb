/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Modes: which handler gets a message, from the very next one on, and what goes wrong.
 */
#include "actor/become.h"
#include "actor/interpose.h"
#include "actor_support.h"

enum { LOG_MAX = 64 };

/* A lamp writes a letter for each message: o in its plain handlers, d dimmed, b blinking. What it
 * is told comes as a ticket: the number says what to do. */
enum { NOTHING, DIM, BLINK, SWITCH_BLINK, BACK, STOP, OTHERS_STATE };

struct lamp_log {
    char letters[LOG_MAX];
    uint32_t count;
    int code; /* of the last change */
    const char *name;
    uint32_t stops;
};

struct lamp {
    struct lamp_log *log;
};

MYC_MODE(lamp, dimmed, desk, DESK_ROWS)
MYC_MODE(lamp, blinking, desk, DESK_ROWS)

static void lamp_write(struct lamp *self, char letter)
{
    cr_assert_lt(self->log->count, LOG_MAX - 1);
    self->log->letters[self->log->count++] = letter;
}

static myc_next lamp_obey(struct lamp *self, myc_context *ctx, const ticket_data *ticket)
{
    struct lamp other = *self;
    switch (ticket->number) {
    case DIM: self->log->code = lamp_become_dimmed(self, ctx); break;
    case BLINK: self->log->code = lamp_become_blinking(self, ctx); break;
    case SWITCH_BLINK: self->log->code = lamp_switch_blinking(self, ctx); break;
    case BACK: self->log->code = myc_unbecome(ctx); break;
    case OTHERS_STATE: self->log->code = lamp_become_dimmed(&other, ctx); break;
    case STOP: return MYC_STOP;
    default: break;
    }
    self->log->name = myc_mode_name(ctx);
    return MYC_CONTINUE;
}

static myc_next lamp_on_ticket(struct lamp *self, myc_context *ctx, const ticket_data *ticket)
{
    lamp_write(self, 'o');
    return lamp_obey(self, ctx, ticket);
}

static myc_next lamp_dimmed_on_ticket(struct lamp *self, myc_context *ctx,
                                      const ticket_data *ticket)
{
    lamp_write(self, 'd');
    return lamp_obey(self, ctx, ticket);
}

static myc_next lamp_blinking_on_ticket(struct lamp *self, myc_context *ctx,
                                        const ticket_data *ticket)
{
    lamp_write(self, 'b');
    return lamp_obey(self, ctx, ticket);
}

static myc_next lamp_on_job(struct lamp *self, myc_context *ctx, const job_data *job)
{
    (void)self;
    job->run(ctx, job->argument);
    return MYC_CONTINUE;
}

static myc_next lamp_dimmed_on_job(struct lamp *self, myc_context *ctx, const job_data *job)
{
    lamp_write(self, 'D');
    return lamp_on_job(self, ctx, job);
}

static myc_next lamp_blinking_on_job(struct lamp *self, myc_context *ctx, const job_data *job)
{
    lamp_write(self, 'B');
    return lamp_on_job(self, ctx, job);
}

static int lamp_on_start(struct lamp *self, myc_context *ctx)
{
    (void)self, (void)ctx;
    return 0;
}

static void lamp_on_stop(struct lamp *self, myc_context *ctx, myc_exit why)
{
    (void)ctx, (void)why;
    self->log->stops++;
}

MYC_ACTOR_WITH_LIFECYCLE(lamp, desk, DESK_ROWS)

static desk_ref lamp_at(struct world *here, struct lamp_log *log)
{
    desk_ref ref = {0};
    cr_assert_eq(0, lamp_spawn(here->ctx, &(struct lamp){log},
                               &(myc_spawn_options){.place = MYC_PLACE_ON_WORKER}, &ref));
    world_run(here);
    return ref;
}

struct orders {
    desk_ref to;
    const uint32_t *numbers;
    uint32_t count;
};

static void give_orders(myc_context *ctx, void *argument)
{
    const struct orders *orders = argument;
    for (uint32_t i = 0; i < orders->count; i++)
        cr_expect_eq(MYC_SENT, send_ticket(ctx, orders->to, 0, orders->numbers[i]));
}

#define ORDERS(...)                                                                                \
    (const uint32_t[]){__VA_ARGS__}, sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t)

/* All in one batch: they are queued in one handler. */
static void tell(struct world *here, desk_ref to, const uint32_t *numbers, uint32_t count)
{
    world_call(here, 0, give_orders, &(struct orders){to, numbers, count});
    world_run(here);
}

/* All in one visit of a lane, without mailbox. */
static void tell_from_lane(struct world *here, desk_ref to, const uint32_t *numbers, uint32_t count)
{
    give_orders(here->ctx, &(struct orders){to, numbers, count});
    world_run(here);
}

/* A WORLD_TEST of one lamp. */
#define LAMP_TEST(name)                                                                            \
    static void lamp__##name(struct world *here, struct lamp_log *log, desk_ref lamp);             \
    WORLD_TEST(become, name)                                                                       \
    {                                                                                              \
        struct world *here = world_open(1);                                                        \
        struct lamp_log log = {0};                                                                 \
        lamp__##name(here, &log, lamp_at(here, &log));                                             \
        world_close(here);                                                                         \
        NO_LEAKS();                                                                                \
    }                                                                                              \
    static void lamp__##name(struct world *here, struct lamp_log *log, desk_ref lamp)

LAMP_TEST(takes_effect_with_the_next_message_of_a_batch)
{
    tell(here, lamp, ORDERS(NOTHING, DIM, NOTHING, BLINK, NOTHING, BACK, NOTHING, BACK, NOTHING));
    cr_expect_str_eq("ooddbbddo", log->letters);
    cr_expect_eq(0, log->code);
    cr_expect_null(log->name);
}

LAMP_TEST(takes_effect_with_the_next_message_of_a_lane)
{
    tell_from_lane(here, lamp, ORDERS(NOTHING, DIM, NOTHING, BLINK, NOTHING, BACK, BACK, NOTHING));
    cr_expect_str_eq("ooddbbdo", log->letters, "got %s", log->letters);
}

LAMP_TEST(says_what_mode_it_is_in)
{
    tell(here, lamp, ORDERS(DIM, BLINK));
    cr_expect_str_eq("blinking", log->name);
    tell(here, lamp, ORDERS(BACK));
    cr_expect_str_eq("dimmed", log->name);
    cr_expect_null(myc_mode_name(here->ctx));
}

LAMP_TEST(modes_lie_on_top_of_each_other_up_to_a_limit)
{
    for (uint32_t depth = 0; depth < MYC_MODES_MAX; depth++) {
        tell(here, lamp, ORDERS(depth % 2 ? BLINK : DIM));
        cr_expect_eq(0, log->code);
    }
    tell(here, lamp, ORDERS(DIM));
    cr_expect_eq(MYC_ELIMIT, log->code);
    cr_expect_str_eq("blinking", log->name, "nothing has changed");
    for (uint32_t depth = 0; depth < MYC_MODES_MAX; depth++) {
        tell(here, lamp, ORDERS(BACK));
        cr_expect_eq(0, log->code);
    }
    tell(here, lamp, ORDERS(BACK));
    cr_expect_eq(MYC_EINVAL, log->code, "it is in no mode");
    cr_expect_str_eq("odbdbdbdbbdbdbdbdo", log->letters, "got %s", log->letters);
}

LAMP_TEST(a_switch_takes_the_place_of_the_mode)
{
    for (uint32_t i = 0; i < 3 * MYC_MODES_MAX; i++) {
        tell(here, lamp, ORDERS(SWITCH_BLINK));
        cr_expect_eq(0, log->code);
    }
    log->count = 0;
    memset(log->letters, 0, sizeof log->letters);
    tell(here, lamp, ORDERS(NOTHING, BACK, NOTHING, DIM, SWITCH_BLINK, BACK, NOTHING));
    cr_expect_str_eq("bboodbo", log->letters, "got %s", log->letters);
}

LAMP_TEST(needs_the_state_of_the_actor_that_runs)
{
    tell(here, lamp, ORDERS(OTHERS_STATE, NOTHING));
    cr_expect_eq(MYC_EINVAL, log->code);
    cr_expect_str_eq("oo", log->letters);
    struct lamp state = {log};
    cr_expect_eq(MYC_ETHREAD, lamp_become_dimmed(&state, here->ctx));
    cr_expect_eq(MYC_ETHREAD, lamp_switch_dimmed(&state, here->ctx));
    cr_expect_eq(MYC_ETHREAD, myc_unbecome(here->ctx));
}

LAMP_TEST(on_stop_stays_the_actors)
{
    tell(here, lamp, ORDERS(DIM, BLINK, STOP));
    cr_expect_eq(1, log->stops);
    cr_expect_str_eq("odb", log->letters);
}

static myc__actor *actor_of(myc_context *ctx)
{
    return ctx->current;
}

static void run_job(struct world *here, desk_ref to, void (*run)(myc_context *, void *),
                    void *argument)
{
    job_data *made = job_data_new(here->ctx);
    cr_assert_not_null(made);
    *made = (job_data){run, argument};
    cr_expect_eq(MYC_SENT, desk_send_job(here->ctx, to, made));
    world_run(here);
}

struct counting {
    myc__step step;
    uint32_t seen;
};

static myc_next count_and_go_on(myc__step *step, void *state, myc_context *ctx, uint32_t tag,
                                const void *payload)
{
    ((struct counting *)step)->seen++;
    return myc__step_inward(step, state, ctx, tag, payload);
}

static void interpose_counting(myc_context *ctx, void *argument)
{
    cr_expect(myc__interpose(ctx, actor_of(ctx), argument));
}

/* Steps that come while it is in a mode stay when the mode goes. */
WORLD_TEST(become, steps_stay_around_each_mode)
{
    struct world *here = world_open(1);
    struct lamp_log log = {0};
    struct counting counting = {.step.around = count_and_go_on};
    desk_ref lamp = lamp_at(here, &log);
    tell(here, lamp, ORDERS(DIM));
    run_job(here, lamp, interpose_counting, &counting);
    tell(here, lamp, ORDERS(NOTHING, BLINK, NOTHING, BACK, BACK, NOTHING));
    cr_expect_eq(6, counting.seen);
    cr_expect_str_eq("oDddbbdo", log.letters, "got %s", log.letters);
    world_close(here);
    NO_LEAKS();
}

static void reset_modes(myc_context *ctx, void *argument)
{
    (void)argument;
    myc__modes_reset(actor_of(ctx));
}

LAMP_TEST(an_actor_that_begins_anew_is_in_no_mode)
{
    tell(here, lamp, ORDERS(DIM, BLINK));
    run_job(here, lamp, reset_modes, NULL);
    tell(here, lamp, ORDERS(NOTHING, BACK));
    cr_expect_eq(MYC_EINVAL, log->code);
    cr_expect_str_eq("odBoo", log->letters, "got %s", log->letters);
}
