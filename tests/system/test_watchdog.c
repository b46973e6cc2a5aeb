/* SPDX-License-Identifier: Apache-2.0 */
#include <sched.h>

#include "system/frame.h"

/* An office with a clerk that is held up until the test lets it go. */
typedef struct siege {
    office at;
    sem_t entered;
    sem_t leave;
    journal kept;
    desk_ref ref;
    atomic_uint told;
    myc_stuck last; /* what was told last; read after `told` */
} siege;

static void keep_stuck(void *user, const myc_stuck *stuck)
{
    siege *of = user;
    of->last = *stuck;
    atomic_fetch_add(&of->told, 1);
}

static void siege_open(siege *of, uint64_t watchdog_ns)
{
    *of = (siege){.told = 0};
    sem_init(&of->entered, 0, 0);
    sem_init(&of->leave, 0, 0);
    office_open(&of->at, (myc_system_options){.workers = 2,
                                              .watchdog_ns = watchdog_ns,
                                              .stuck = keep_stuck,
                                              .stuck_user = of});
    of->ref = hire(&of->at, &of->kept, 1);
    expect_quiet(&of->at);
}

static void hold_up(siege *of)
{
    send_gate(of->at.ctx, of->ref, &of->entered, &of->leave);
    wait_semaphore(&of->entered);
}

static void let_go(siege *of)
{
    sem_post(&of->leave);
    expect_quiet(&of->at);
}

/* The row is known where there is a watchdog. */
static void expect_sighting(const siege *of, const myc_stuck *stuck, bool row_is_known)
{
    cr_expect_eq(1, stuck->worker);
    cr_expect(myc_address_equal(of->ref.address, stuck->actor));
    cr_expect_str_eq("clerk", stuck->name);
    cr_expect_eq(&desk_protocol, stuck->protocol);
    cr_expect_eq(row_is_known ? desk_tag_gate : UINT32_MAX, stuck->tag);
    cr_expect_str_eq(row_is_known ? "gate" : "a message", stuck->row);
}

/* Looks until one is found; it has to come. */
static void await_stuck(siege *of, myc_stuck *stuck)
{
    while (myc_system_stuck(of->at.system, 1, stuck, 1) == 0) {
        sched_yield();
    }
}

Test(watchdog, names_the_actor_a_worker_is_stuck_in_to_any_thread_that_looks)
{
    siege of;
    siege_open(&of, 0);
    myc_stuck stuck;
    cr_expect_eq(0, myc_system_stuck(of.at.system, 1, &stuck, 1));
    hold_up(&of);
    await_stuck(&of, &stuck);
    expect_sighting(&of, &stuck, false);
    uint64_t before_ns = stuck.for_ns;
    await_stuck(&of, &stuck);
    cr_expect_gt(stuck.for_ns, before_ns, "it is the same turn");
    cr_expect_eq(0, myc_system_stuck(of.at.system, LONG_NS, &stuck, 1), "not for so long");
    cr_expect_eq(0, myc_system_stuck(of.at.system, 1, &stuck, 0));
    let_go(&of);
    cr_expect_eq(0, myc_system_stuck(of.at.system, 1, &stuck, 1));
    office_close(&of.at);
    NO_LEAKS();
}

static int start_slowly(myc_context *ctx)
{
    myc_stuck stuck[2] = {{0}};
    uint32_t count = 0;
    while (count == 0) {
        count = myc_system_stuck(myc_context_system(ctx), 1, stuck, 2);
    }
    cr_expect_eq(1, count);
    cr_expect_str_eq("on_start", stuck[0].row);
    cr_expect_eq(UINT32_MAX, stuck[0].tag);
    return 0;
}

Test(watchdog, sees_an_actor_that_does_not_come_up)
{
    siege of;
    siege_open(&of, 0);
    journal slow = {.on_start = start_slowly};
    (void)hire(&of.at, &slow, 0);
    expect_quiet(&of.at);
    cr_expect_eq(1, atomic_load(&slow.started));
    office_close(&of.at);
    NO_LEAKS();
}

static bool await_told(siege *of, unsigned count)
{
    return await_count(&of->told, count);
}

Test(watchdog, tells_of_a_stuck_worker_and_the_message_it_is_stuck_in_once)
{
    siege of;
    siege_open(&of, 1000000);
    hold_up(&of);
    cr_assert(await_told(&of, 1));
    expect_sighting(&of, &of.last, true);
    cr_expect_geq(of.last.for_ns, 1000000);
    cr_expect(strstr(of.at.lines, "worker 1 is stuck: actor clerk has been in desk.gate for"), "%s",
              of.at.lines);
    let_go(&of);
    unsigned told = atomic_load(&of.told);
    cr_expect_eq(1, told, "it was told %u times of one turn", told);
    hold_up(&of);
    cr_expect(await_told(&of, 2), "and again of the next one");
    let_go(&of);
    office_close(&of.at);
    NO_LEAKS();
}

static void *destroy(void *argument)
{
    siege *of = argument;
    (void)myc_system_stop(of->at.system, &(myc_stop_options){.discard = true, .timeout_ns = 1},
                          NULL);
    office_close(&of->at);
    return NULL;
}

Test(watchdog, watches_while_the_system_is_destroyed)
{
    siege of;
    siege_open(&of, 1000000);
    hold_up(&of);
    pthread_t thread;
    cr_assert_eq(0, pthread_create(&thread, NULL, destroy, &of));
    cr_expect(await_told(&of, 1));
    sem_post(&of.leave);
    pthread_join(thread, NULL);
    NO_LEAKS();
}

/* A turn that begins again and again is none that does not end. */
Test(watchdog, does_not_take_an_actor_that_asks_again_for_stuck)
{
    siege of;
    siege_open(&of, 0);
    hold *made = hold_new(of.at.ctx);
    cr_assert_eq(MYC_SENT, desk_send_hold(of.at.ctx, of.ref, made));
    myc_stuck stuck;
    for (uint32_t fresh = 0; fresh < 100;) { /* each time its turn is another one than before */
        fresh += myc_system_stuck(of.at.system, 1, &stuck, 1) == 0;
        sched_yield();
    }
    cr_expect_eq(0, myc_system_stop(of.at.system, &(myc_stop_options){.discard = true}, NULL));
    office_close(&of.at);
    NO_LEAKS();
}
