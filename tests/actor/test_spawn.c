/* SPDX-License-Identifier: Apache-2.0 */
#include "actor_support.h"

static int try_spawn(struct world *here, myc_spawn_options options)
{
    desk_ref ref;
    return desk_spawn(here->ctx, &(struct desk){0}, &options, &ref);
}

Test(spawn, a_bad_option_is_an_error_and_starts_nothing)
{
    struct world *here = world_open(2);
    const myc_spawn_options bad[] = {
        {.mailbox_bound = (1u << 24) + 1},
        {.mailbox_bound = UINT32_MAX},
        {.overflow = (myc_overflow)3},
        {.overflow = (myc_overflow)-1},
        {.place = (myc_place)4},
        {.place = (myc_place)-1},
        {.place = MYC_PLACE_ON_WORKER, .worker = 2},
        {.place = MYC_PLACE_ON_WORKER, .worker = UINT32_MAX},
    };
    for (uint32_t index = 0; index < sizeof bad / sizeof *bad; index++)
        cr_expect_eq(MYC_EINVAL, try_spawn(here, bad[index]), "option set %u", index);
    world_run(here);
    cr_expect_eq(2, world_counts(here).actors);
    world_close(here);
    NO_LEAKS();
}

Test(spawn, options_at_their_limits_are_fine)
{
    struct world *here = world_open(2);
    const myc_spawn_options fine[] = {
        {.mailbox_bound = 1},
        {.mailbox_bound = 1u << 24},
        {.batch_max = UINT32_MAX},
        {.batch_max = 1, .overflow = MYC_OVERFLOW_DROP_OLDEST},
        {.place = MYC_PLACE_ON_WORKER, .worker = 1},
        {.place = MYC_PLACE_SPREAD, .worker = 99}, /* not looked at */
        {.name = ""},
    };
    for (uint32_t index = 0; index < sizeof fine / sizeof *fine; index++)
        cr_expect_eq(0, try_spawn(here, fine[index]), "option set %u", index);
    world_run(here);
    cr_expect_eq(2 + sizeof fine / sizeof *fine, world_counts(here).actors);
    world_close(here);
    NO_LEAKS();
}

Test(spawn, a_bad_behaviour_is_an_error)
{
    struct world *here = world_open(1);
    myc_address address;
    myc_behaviour behaviour = desk__behaviour;
    behaviour.state_alignment_bytes = 32;
    cr_expect_eq(MYC_EINVAL, myc_spawn(here->ctx, &behaviour, NULL, NULL, &address));
    myc_protocol protocol = desk_protocol;
    protocol.row_count = 1001;
    behaviour = desk__behaviour;
    behaviour.protocol = &protocol;
    cr_expect_eq(MYC_EINVAL, myc_spawn(here->ctx, &behaviour, NULL, NULL, &address));
    cr_expect_eq(1, world_counts(here).actors);
    world_close(here);
    NO_LEAKS();
}

static uint32_t worker_of(desk_ref ref)
{
    return ref.address.slot >> 24;
}

static void note_worker(struct journal *journal, myc_context *ctx)
{
    *(uint32_t *)journal->user = myc_worker(ctx);
}

Test(spawn, on_worker_k_is_where_it_runs)
{
    struct world *here = world_open(4);
    cr_expect_eq(UINT32_MAX, myc_worker(here->ctx));
    for (uint32_t worker = 0; worker < 4; worker++) {
        uint32_t ran_on = UINT32_MAX;
        struct journal journal = {.at_start = note_worker, .user = &ran_on};
        desk_ref desk = world_desk(here, worker, &journal, NULL);
        world_run(here);
        cr_expect_eq(worker, worker_of(desk));
        cr_expect_eq(worker, ran_on);
        myc_stop(here->ctx, desk.address);
        world_run(here);
    }
    world_close(here);
    NO_LEAKS();
}

static void spawn_anywhere(myc_context *ctx, void *argument)
{
    cr_assert_eq(0, desk_spawn(ctx, NULL, NULL, (desk_ref *)argument));
}

Test(spawn, with_the_spawner_is_its_worker)
{
    struct world *here = world_open(3);
    for (uint32_t round = 0; round < 6; round++) {
        desk_ref desk = {0};
        world_call(here, round % 3, spawn_anywhere, &desk);
        cr_expect_eq(round % 3, worker_of(desk));
    }
    world_close(here);
    NO_LEAKS();
}

/* Both by name and, from a foreign thread, by default. */
Test(spawn, spread_takes_each_worker_in_turn)
{
    struct world *here = world_open(4);
    uint32_t first = 0;
    for (uint32_t index = 0; index < 16; index++) {
        myc_place place = index % 2 ? MYC_PLACE_SPREAD : MYC_PLACE_WITH_SPAWNER;
        desk_ref desk;
        cr_assert_eq(0, desk_spawn(here->ctx, NULL, &(myc_spawn_options){.place = place}, &desk));
        first = index ? first : worker_of(desk);
        cr_expect_eq((first + index) % 4, worker_of(desk));
    }
    world_close(here);
    NO_LEAKS();
}

static myc_next fail_now(struct journal *journal, myc_context *ctx, const ticket_data *ticket)
{
    (void)journal;
    (void)ctx;
    (void)ticket;
    return MYC_FAIL(MYC_EIO);
}

static const char long_name[] = "a-name-that-is-much-longer-than-all-the-room-there-is";

Test(spawn, a_name_is_copied_and_cut_at_31_characters)
{
    struct world *here = world_open(1);
    char name[sizeof long_name];
    for (uint32_t length = 30; length < 34; length++) {
        struct journal journal = {.on_ticket = fail_now};
        memcpy(name, long_name, length);
        name[length] = '\0';
        desk_ref desk = world_desk(here, 0, &journal, &(myc_spawn_options){.name = name});
        memset(name, 'x', sizeof name);
        cr_expect_eq(MYC_SENT, send_ticket(here->ctx, desk, 0, 0));
        world_run(here);
        char expected[64];
        snprintf(expected, sizeof expected, "actor %.*s failed", length < 31 ? (int)length : 31,
                 long_name);
        cr_assert_eq(length - 29, here->log_count);
        cr_expect_not_null(strstr(here->log[length - 30], expected));
        journal_fini(&journal);
    }
    world_close(here);
    NO_LEAKS();
}

/* An actor whose state says whether it came as it should. */
enum { BLANK_BYTES = 300 };

struct blank {
    uint8_t bytes[BLANK_BYTES];
};

static uint32_t wrong_bytes;

static myc_next blank_on_ticket(struct blank *self, myc_context *ctx, const ticket_data *ticket)
{
    (void)ctx;
    for (uint32_t index = 0; index < BLANK_BYTES; index++)
        wrong_bytes += self->bytes[index] != ticket->number;
    return MYC_STOP;
}

static myc_next blank_on_job(struct blank *self, myc_context *ctx, const job_data *job)
{
    (void)self;
    (void)ctx;
    (void)job;
    return MYC_CONTINUE;
}

MYC_ACTOR(blank, desk, DESK_ROWS)

/* The block of one that has stopped, full of 0xA5, is used again. */
Test(spawn, state_is_copied_and_none_is_zeroed)
{
    struct world *here = world_open(1);
    wrong_bytes = 0;
    for (uint32_t round = 0; round < 20; round++) {
        struct blank state;
        memset(&state, 0xA5, sizeof state);
        desk_ref ref;
        cr_assert_eq(0, blank_spawn(here->ctx, round % 2 ? NULL : &state, NULL, &ref));
        memset(&state, 0x11, sizeof state);
        cr_expect_eq(MYC_SENT, send_ticket(here->ctx, ref, 0, round % 2 ? 0 : 0xA5));
        world_run(here);
    }
    cr_expect_eq(0, wrong_bytes);
    cr_expect_eq(20, world_since(here).handled);
    world_close(here);
    NO_LEAKS();
}

struct far_spawn {
    uint32_t worker;
    struct journal *journal;
};

static void spawn_there_and_send(myc_context *ctx, void *argument)
{
    struct far_spawn *spawn = argument;
    for (uint32_t index = 0; index < 5; index++) {
        desk_ref desk = desk_at(ctx, spawn->worker, spawn->journal, NULL);
        cr_expect_eq(MYC_SENT, send_ticket(ctx, desk, 0, index));
    }
}

Test(spawn, a_handler_spawns_on_any_worker_and_sends_at_once)
{
    for (uint32_t way = 0; way < 9; way++) {
        struct world *here = world_open(3);
        struct journal journal = {0};
        struct far_spawn spawn = {way / 3, &journal};
        world_call(here, way % 3, spawn_there_and_send, &spawn);
        world_run(here);
        cr_expect_eq(5, journal.starts);
        expect_numbers(&journal, 0, 5);
        world_close(here);
        journal_fini(&journal);
    }
    NO_LEAKS();
}

/* A lane holds 1024: the order to start comes after what fills it, and must wait for room. */
Test(spawn, an_actor_starts_although_the_lane_was_full)
{
    struct world *here = world_open(2);
    struct journal crowd = {0};
    struct journal journal = {0};
    desk_ref busy = world_desk(here, 1, &crowd, &(myc_spawn_options){.mailbox_bound = 5000});
    world_run(here);
    while (send_ticket(here->ctx, busy, 0, 0) == MYC_SENT)
        continue;
    desk_ref late = world_desk(here, 1, &journal, NULL);
    cr_expect_eq(0, myc_system_await_quiescence(here->system, UINT64_C(200000000)),
                 "the order to start is stuck");
    cr_expect_eq(1, journal.starts);
    while (send_ticket(here->ctx, busy, 0, 0) == MYC_SENT)
        continue;
    myc_stop(here->ctx, late.address);
    cr_expect_eq(0, myc_system_await_quiescence(here->system, UINT64_C(200000000)),
                 "the order to stop is stuck");
    cr_expect_eq(1, journal.stops);
    world_close(here);
    journal_fini(&crowd);
    NO_LEAKS();
}

enum { MANY = 50000 };

struct crowd {
    desk_ref *desks;
    struct journal *journal;
};

static void spawn_many(myc_context *ctx, void *argument)
{
    struct crowd *crowd = argument;
    for (uint32_t index = 0; index < MANY; index++)
        crowd->desks[index] = desk_at(ctx, index % 2, crowd->journal, NULL);
}

static void stop_many(myc_context *ctx, void *argument)
{
    struct crowd *crowd = argument;
    for (uint32_t index = 0; index < MANY; index++)
        myc_stop(ctx, crowd->desks[index].address);
}

/* Half of them on another worker: their orders wait for room in the lane. */
Test(spawn, fifty_thousand_come_and_go_in_the_same_memory)
{
    struct world *here = world_open(2);
    struct journal journal = {0};
    struct crowd crowd = {calloc(MANY, sizeof(desk_ref)), &journal};
    uint64_t bytes = 0;
    for (uint32_t round = 1; round <= 4; round++) {
        world_call(here, 0, spawn_many, &crowd);
        world_await(here);
        cr_expect_eq(MANY + 2, world_counts(here).actors);
        cr_expect_eq(round * MANY, journal.starts);
        world_call(here, 0, stop_many, &crowd);
        world_await(here);
        cr_expect_eq(2, world_counts(here).actors);
        cr_expect_eq(round * MANY, journal.stops);
        for (uint32_t pass = 0; pass < 200; pass++)
            world_pass(here); /* memory of the other worker's actors goes home in batches */
        if (round == 2)
            bytes = myc_system_memory_bytes(here->system);
    }
    cr_expect_eq(bytes, myc_system_memory_bytes(here->system));
    world_close(here);
    free(crowd.desks);
    NO_LEAKS();
}

Test(spawn, a_stopping_system_starts_nothing)
{
    struct world *here = world_open(2);
    cr_expect_eq(0, myc_system_stop(here->system, NULL, NULL));
    cr_expect_eq(MYC_ESTOPPING, try_spawn(here, (myc_spawn_options){0}));
    cr_expect_eq(0, world_counts(here).actors);
    world_close(here);
    NO_LEAKS();
}

static void spawn_an_heir(struct journal *journal, myc_context *ctx)
{
    desk_ref heir;
    *(int *)journal->user = desk_spawn(ctx, NULL, NULL, &heir);
}

Test(spawn, on_stop_can_spawn_until_the_system_stops)
{
    struct world *here = world_open(1);
    int codes[2] = {1, 1};
    struct journal journals[2] = {{.at_stop = spawn_an_heir, .user = &codes[0]},
                                  {.at_stop = spawn_an_heir, .user = &codes[1]}};
    desk_ref first = world_desk(here, 0, &journals[0], NULL);
    world_desk(here, 0, &journals[1], NULL);
    world_run(here);
    myc_stop(here->ctx, first.address);
    world_run(here);
    cr_expect_eq(0, codes[0]);
    cr_expect_eq(3, world_counts(here).actors, "the clerk, the second and the heir");
    world_close(here);
    cr_expect_eq(MYC_ESTOPPING, codes[1]);
    NO_LEAKS();
}
