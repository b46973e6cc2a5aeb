/* SPDX-License-Identifier: Apache-2.0 */
#include "actor_support.h"

struct burst {
    desk_ref to;
    uint32_t count;
};

static void send_burst(myc_context *ctx, void *argument)
{
    struct burst *burst = argument;
    for (uint32_t number = 0; number < burst->count; number++)
        cr_assert_eq(MYC_SENT, send_ticket(ctx, burst->to, 0, number));
}

static desk_ref roomy_desk(struct world *here, uint32_t worker, struct journal *journal)
{
    return world_desk(here, worker, journal, &(myc_spawn_options){.mailbox_bound = 1u << 20});
}

static void bursts(struct world *here, uint32_t from, const struct burst *burst, uint32_t times)
{
    struct burst copy = *burst;
    for (uint32_t time = 0; time < times; time++) {
        world_call(here, from, send_burst, &copy);
        world_run(here);
    }
}

/* The journal grows by malloc, not from the system's memory. */
Test(memory, bursts_on_one_worker_take_no_more_after_the_first)
{
    struct world *here = world_open(1);
    struct journal journal = {0};
    struct burst burst = {roomy_desk(here, 0, &journal), 5000};
    bursts(here, 0, &burst, 1);
    uint64_t bytes = myc_system_memory_bytes(here->system);
    bursts(here, 0, &burst, 50);
    cr_expect_eq(51 * 5000, journal.count);
    cr_expect_eq(bytes, myc_system_memory_bytes(here->system));
    world_close(here);
    journal_fini(&journal);
    NO_LEAKS();
}

Test(memory, bursts_across_workers_take_no_more_after_the_first_few)
{
    struct world *here = world_open(3);
    struct journal journal = {0};
    struct burst burst = {roomy_desk(here, 1, &journal), 900};
    for (uint32_t from = 0; from < 3; from++)
        bursts(here, from, &burst, 5);
    uint64_t bytes = myc_system_memory_bytes(here->system);
    for (uint32_t from = 0; from < 3; from++)
        bursts(here, from, &burst, 50);
    cr_expect_eq(3 * 55 * 900, journal.count);
    cr_expect_eq(bytes, myc_system_memory_bytes(here->system));
    world_close(here);
    journal_fini(&journal);
    NO_LEAKS();
}

/* A ring of more than 64 KiB comes from the allocator and goes back to it, after a calm time. */
Test(memory, a_grown_mailbox_gives_its_ring_back)
{
    enum { DEEP = 40000, SLOT_BYTES = 16 };
    struct world *here = world_open(1);
    struct journal journal = {0};
    struct burst burst = {roomy_desk(here, 0, &journal), DEEP};
    bursts(here, 0, &burst, 1);
    uint64_t grown = myc_system_memory_bytes(here->system);
    burst.count = 1;
    bursts(here, 0, &burst, 200);
    uint64_t calm = myc_system_memory_bytes(here->system);
    cr_expect_leq(calm + DEEP * SLOT_BYTES, grown);
    burst.count = DEEP;
    bursts(here, 0, &burst, 1);
    cr_expect_eq(grown, myc_system_memory_bytes(here->system));
    world_close(here);
    journal_fini(&journal);
    NO_LEAKS();
}

/* Grown while messages wrap around its end: order and count survive each growth. */
Test(memory, a_mailbox_that_grows_keeps_its_order)
{
    struct world *here = world_open(1);
    struct journal journal = {.gated = true};
    desk_ref desk = roomy_desk(here, 0, &journal);
    uint32_t next = 0;
    for (uint32_t step = 1; step < 400; step++) {
        for (uint32_t sent = 0; sent < step; sent++)
            cr_assert_eq(MYC_SENT, send_ticket(here->ctx, desk, 0, next++));
        journal.permits = step / 2;
        world_run(here);
    }
    journal.gated = false;
    world_run(here);
    expect_numbers(&journal, 0, next);
    world_close(here);
    journal_fini(&journal);
    NO_LEAKS();
}

static myc_next keep_it(struct journal *journal, myc_context *ctx, const ticket_data *ticket)
{
    const ticket_data **kept = journal->user;
    kept[ticket->number] = ticket_data_retain(ctx, ticket);
    return MYC_CONTINUE;
}

Test(memory, destroy_reports_what_the_program_still_holds_by_type)
{
    enum { TICKETS = 7, JOBS = 3 };
    struct world *here = world_open(2);
    const ticket_data *kept[TICKETS] = {0};
    struct journal journal = {.on_ticket = keep_it, .user = kept};
    desk_ref desk = world_desk(here, 1, &journal, NULL);
    for (uint32_t number = 0; number < TICKETS; number++)
        cr_expect_eq(MYC_SENT, send_ticket(here->ctx, desk, 0, number));
    for (uint32_t index = 0; index < JOBS; index++)
        cr_expect_not_null(job_data_new(here->ctx));
    world_run(here);
    cr_expect_eq(TICKETS + JOBS, world_end(here));
    cr_expect(world_logged(here, "leak: 7 payloads of type ticket_data"));
    cr_expect(world_logged(here, "leak: 3 payloads of type job_data"));
    world_free(here);
    journal_fini(&journal);
    NO_LEAKS();
}

Test(memory, what_is_released_in_time_is_no_leak)
{
    struct world *here = world_open(2);
    const ticket_data *kept[1] = {0};
    uint32_t destroyed = 0;
    struct journal journal = {.on_ticket = keep_it, .user = kept};
    desk_ref desk = world_desk(here, 1, &journal, NULL);
    ticket_data *ticket = ticket_make(here->ctx, 0, 0);
    ticket->destroyed = &destroyed;
    cr_expect_eq(MYC_SENT, desk_send_ticket(here->ctx, desk, ticket));
    world_run(here);
    cr_expect_eq(0, destroyed);
    ticket_data_release(here->ctx, kept[0]);
    cr_expect_eq(1, destroyed);
    world_close(here);
    journal_fini(&journal);
    NO_LEAKS();
}

Test(memory, warm_traffic_allocates_nothing)
{
    struct world *here = world_open(2);
    struct journal journal = {0};
    struct burst burst = {roomy_desk(here, 1, &journal), 500};
    for (uint32_t from = 0; from < 2; from++)
        bursts(here, from, &burst, 10);
    myc_system_seal_memory(here->system);
    for (uint32_t from = 0; from < 2; from++)
        bursts(here, from, &burst, 100);
    cr_expect_eq(0, myc_system_unseal_memory(here->system));
    cr_expect_eq(220 * 500, journal.count);
    world_close(here);
    journal_fini(&journal);
    NO_LEAKS();
}

Test(memory, a_burst_like_none_before_breaks_the_seal)
{
    struct world *here = world_open(1);
    struct journal journal = {0};
    struct burst burst = {roomy_desk(here, 0, &journal), 500};
    bursts(here, 0, &burst, 10);
    myc_system_seal_memory(here->system);
    burst.count = 50000;
    bursts(here, 0, &burst, 1);
    uint64_t breaches = myc_system_unseal_memory(here->system);
    cr_expect_gt(breaches, 0);
    cr_expect_eq(1, here->log_count, "only the first is logged");
    cr_expect(world_logged(here, "after the memory was sealed"));
    bursts(here, 0, &burst, 1);
    myc_system_seal_memory(here->system);
    cr_expect_eq(0, myc_system_unseal_memory(here->system), "a new mark begins at 0");
    world_close(here);
    journal_fini(&journal);
    NO_LEAKS();
}
