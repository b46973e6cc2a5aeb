/* SPDX-License-Identifier: Apache-2.0 */
/* Actors that are moved while they ask, are asked, and have timers set. */
#include <mycelium/timer.h>

#include "ask_support.h"
#include "move_support.h"

enum { PARTIES = 3, ASKS = 40, TIMERS = 30 };

/* ---- asks: who asks and who is asked are moved ---- */

struct debate {
    struct tour *tour;
    struct forum forum; /* the endings */
    struct journal journals[PARTIES];
    struct script scripts[PARTIES];
    desk_ref askers[PARTIES];
    oracle_ref sages[PARTIES];
};

static void debate_open(struct debate *debate, uint32_t workers)
{
    *debate = (struct debate){.tour = tour_open(workers)};
    struct world *here = debate->tour->here;
    for (uint32_t i = 0; i < PARTIES; i++) {
        debate->journals[i].user = &debate->forum;
        debate->scripts[i].deed = i == 0 ? KEEP : i == 1 ? REPLY : AGAIN;
        debate->askers[i] = world_desk(here, i % workers, &debate->journals[i], NULL);
        debate->forum.world = here;
        debate->sages[i] = forum_sage(&debate->forum, (i + 1) % workers, &debate->scripts[i],
                                      &(myc_spawn_options){.mailbox_bound = 1 + i});
        tour_takes(debate->tour, debate->askers[i].address);
        tour_takes(debate->tour, debate->sages[i].address);
    }
    tour_rest(debate->tour);
}

/* A token that was kept: answered, dropped, or left for later. */
static void use_token(struct debate *debate)
{
    struct script *script = &debate->scripts[0];
    myc_context *ctx = debate->tour->here->ctx;
    uint32_t use = tour_below(debate->tour, 3);
    if (script->token_count == 0 || use == 0) {
        return;
    }
    oracle_question_token token = script->tokens[--script->token_count];
    if (use == 1) {
        (void)sage_reply(ctx, token, 0);
    }
    oracle_drop_question(ctx, token);
}

static void make_room_for_tokens(struct debate *debate)
{
    if (debate->scripts[0].token_count > TOKENS_KEPT / 2)
        script_drop(&debate->scripts[0], debate->tour->here->ctx);
    debate->scripts[2].deed = tour_below(debate->tour, 2) ? AGAIN : SILENCE;
}

/* The errands stay until the jobs have run. */
static void ask_some(struct debate *debate, struct errand errands[ASKS])
{
    for (uint32_t number = 0; number < ASKS; number++) {
        errands[number] = (struct errand){debate->sages[tour_below(debate->tour, PARTIES)], number,
                                          1 + tour_below(debate->tour, 4 * TOUR_STEP_NS), 1};
        tour_job(debate->tour, debate->askers[tour_below(debate->tour, PARTIES)], run_errand,
                 &errands[number]);
        for (uint32_t i = tour_below(debate->tour, 12); i > 0; i--) {
            tour_stroll(debate->tour);
            use_token(debate);
            make_room_for_tokens(debate);
        }
    }
}

static void expect_each_once(const struct debate *debate)
{
    uint32_t ended[ASKS] = {0};
    cr_expect_eq(ASKS, debate->forum.count, "%u of %u asks have ended: seed %u",
                 debate->forum.count, (uint32_t)ASKS, (uint32_t)world_seed);
    for (uint32_t i = 0; i < debate->forum.count && i < ANSWERS_KEPT; i++) {
        const struct ending *ending = &debate->forum.endings[i];
        ended[ending->question]++;
    }
    for (uint32_t number = 0; number < ASKS; number++)
        cr_expect_eq(1, ended[number], "ask %u ended %u times: seed %u", number, ended[number],
                     (uint32_t)world_seed);
}

static void debate_close(struct debate *debate)
{
    script_drop(&debate->scripts[0], debate->tour->here->ctx);
    tour_close(debate->tour);
    for (uint32_t i = 0; i < PARTIES; i++)
        journal_fini(&debate->journals[i]);
}

Test(move_with_asks, each_ask_ends_once_wherever_both_sides_are)
{
    for (uint32_t workers = 2; workers <= 4; workers++) {
        TOURS(30)
        {
            struct debate debate;
            struct errand errands[ASKS];
            debate_open(&debate, workers);
            ask_some(&debate, errands);
            debate.scripts[2].deed = SILENCE;
            kit_advance(debate.tour->here->kit, UINT64_C(10) * TOUR_STEP_NS);
            expect_each_once(&debate);
            debate_close(&debate);
        }
    }
    NO_LEAKS();
}

/* They end in the middle of it: what is asked of them, and what they ask, is over all the same. */
Test(move_with_asks, either_side_may_end_in_the_middle_of_it)
{
    TOURS(60)
    {
        struct debate debate;
        struct errand errands[ASKS];
        debate_open(&debate, 3);
        ask_some(&debate, errands);
        for (uint32_t i = 0; i < PARTIES; i++) {
            tour_move(debate.tour, debate.askers[i].address);
            tour_move(debate.tour, debate.sages[i].address);
            for (uint32_t pass = tour_below(debate.tour, 6); pass > 0; pass--)
                world_pass(debate.tour->here);
            myc_stop(debate.tour->here->ctx, debate.sages[i].address);
            myc_stop(debate.tour->here->ctx, debate.askers[PARTIES - 1 - i].address);
        }
        if (tour_below(debate.tour, 2))
            tour_rest(debate.tour);
        debate_close(&debate); /* a stop that discards: all counts are checked */
    }
    NO_LEAKS();
}

/* ---- timers ---- */

struct clockwork {
    myc_timer tick;
    uint32_t ticks;
    uint64_t missed;
    uint32_t rung[TIMERS];
};

static myc_next note_ring(struct journal *journal, myc_context *ctx, const ticket_data *ticket)
{
    struct clockwork *clockwork = journal->user;
    (void)ctx;
    journal->count = 0;
    if (ticket->number == TIMERS)
        clockwork->ticks++;
    else
        clockwork->rung[ticket->number]++;
    return MYC_CONTINUE;
}

struct alarm {
    uint32_t number;
    uint64_t delay_ns;
};

static void set_alarm(myc_context *ctx, void *argument)
{
    const struct alarm *alarm = argument;
    cr_assert_eq(0,
                 desk_after_ticket(ctx, alarm->delay_ns, ticket_make(ctx, 0, alarm->number), NULL));
}

static void start_tick(myc_context *ctx, void *argument)
{
    struct clockwork *clockwork = argument;
    cr_assert_eq(0, desk_every_ticket(ctx, 100, ticket_make(ctx, 0, TIMERS), &clockwork->tick));
}

static void end_tick(myc_context *ctx, void *argument)
{
    struct clockwork *clockwork = argument;
    clockwork->missed = myc_timer_missed(ctx, clockwork->tick);
    cr_expect(myc_timer_cancel(ctx, clockwork->tick));
}

Test(move_with_asks, timers_go_along_and_fire_once)
{
    TOURS(80)
    {
        struct tour *tour = tour_open(2 + world_seed % 3);
        struct clockwork clockwork = {0};
        struct journal journal = {.on_ticket = note_ring, .user = &clockwork};
        desk_ref desk = world_desk(tour->here, 0, &journal, NULL);
        struct alarm alarms[TIMERS];
        tour_takes(tour, desk.address);
        tour_job(tour, desk, start_tick, &clockwork);
        tour_rest(tour);
        uint64_t begun_ns = myc_testkit_now_ns(tour->here->kit);
        for (uint32_t i = 0; i < TIMERS; i++) {
            alarms[i] = (struct alarm){i, tour_below(tour, 3 * TOUR_STEP_NS)};
            tour_job(tour, desk, set_alarm, &alarms[i]);
            for (uint32_t steps = tour_below(tour, 15); steps > 0; steps--)
                tour_stroll(tour);
        }
        kit_advance(tour->here->kit, UINT64_C(4) * TOUR_STEP_NS);
        tour_job(tour, desk, end_tick, &clockwork);
        tour_rest(tour);
        uint64_t elapsed_ns = myc_testkit_now_ns(tour->here->kit) - begun_ns;
        cr_expect_eq(elapsed_ns / 100, clockwork.ticks + clockwork.missed);
        for (uint32_t i = 0; i < TIMERS; i++)
            cr_expect_eq(1, clockwork.rung[i], "timer %u fired %u times: seed %u", i,
                         clockwork.rung[i], (uint32_t)world_seed);
        tour_close(tour);
        journal_fini(&journal);
    }
    NO_LEAKS();
}
