/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of actors whose workers have threads. */
#include "system/frame.h"
#include "system/listed.h"

Test(inspect, asks_workers_that_have_threads)
{
    static list seen;
    office at;
    office_open(&at, (myc_system_options){.workers = 2});
    journal kept[2] = {{0}};
    desk_ref refs[] = {hire(&at, &kept[0], 0), hire(&at, &kept[1], 1)};
    for (uint64_t i = 1; i <= 10; i++)
        cr_assert_eq(MYC_SENT, send_note(at.ctx, refs[1], i));
    expect_quiet(&at);
    seen.count = 0;
    cr_expect_eq(2, myc_system_each_actor(at.system, 0, list_add, &seen));
    cr_expect_eq(10, list_find(&seen, refs[1].address)->handled);
    cr_expect_eq(MYC_ACTOR_IDLE, list_find(&seen, refs[0].address)->state);
    cr_expect_eq(0, myc_system_stop(at.system, NULL, NULL));
    cr_expect_eq(0, myc_system_each_actor(at.system, 0, list_add, &seen), "all are gone");
    office_close(&at);
    NO_LEAKS();
}

Test(inspect, lists_the_actors_of_a_stuck_worker_as_far_as_they_are_known)
{
    static list seen;
    office at;
    office_open(&at, (myc_system_options){.workers = 2});
    sem_t entered, leave;
    sem_init(&entered, 0, 0);
    sem_init(&leave, 0, 0);
    journal kept[2] = {{0}};
    desk_ref refs[] = {hire(&at, &kept[0], 0), hire(&at, &kept[1], 1)};
    send_gate(at.ctx, refs[0], &entered, &leave);
    wait_semaphore(&entered);
    seen.count = 0;
    cr_expect_eq(2, myc_system_each_actor(at.system, 1000000, list_add, &seen));
    const myc_actor_info *info = list_find(&seen, refs[0].address);
    cr_assert_not_null(info);
    cr_expect_eq(MYC_ACTOR_UNKNOWN, info->state);
    cr_expect_str_eq("clerk", info->name);
    myc_actor_info one;
    cr_expect_eq(0, myc_system_actor(at.system, refs[1].address, LONG_NS, &one));
    cr_expect_neq(MYC_ACTOR_UNKNOWN, one.state);
    cr_expect_eq(MYC_ETIMEDOUT, myc_system_actor(at.system, refs[0].address, 1000, &one));
    cr_expect_str_eq("clerk", one.name);
    sem_post(&leave);
    expect_quiet(&at);
    cr_expect_eq(0, myc_system_actor(at.system, refs[0].address, 0, &one));
    cr_expect_eq(MYC_ACTOR_IDLE, one.state);
    office_close(&at); /* what was asked in vain is not lost */
    NO_LEAKS();
}

Test(inspect, knows_an_actor_that_has_moved_to_a_stuck_worker)
{
    office at;
    office_open(&at, (myc_system_options){.workers = 2});
    sem_t entered, leave;
    sem_init(&entered, 0, 0);
    sem_init(&leave, 0, 0);
    journal kept[2] = {{0}};
    desk_ref refs[] = {hire(&at, &kept[0], 0), hire(&at, &kept[1], 1)};
    cr_assert_eq(0, myc_move_actor(at.ctx, refs[1].address, 0));
    expect_quiet(&at);
    send_gate(at.ctx, refs[0], &entered, &leave);
    wait_semaphore(&entered);
    myc_actor_info one;
    cr_expect_eq(MYC_ETIMEDOUT, myc_system_actor(at.system, refs[1].address, 1000000, &one));
    cr_expect_str_eq("clerk", one.name);
    cr_expect_eq(0, one.worker);
    cr_expect_eq(refs[1].address.slot, one.address.slot);
    sem_post(&leave);
    expect_quiet(&at);
    cr_expect_eq(0, myc_system_actor(at.system, refs[1].address, 0, &one));
    cr_expect_eq(MYC_ACTOR_IDLE, one.state);
    office_close(&at);
    NO_LEAKS();
}
