/* SPDX-License-Identifier: Apache-2.0 */
#include "base/timer_wheel.h"

#include <criterion/criterion.h>

#include "base/seeded.h"
#include "support/leaks.h"

/*
 * The wheel against a model that knows nothing of wheels: each node's deadline and the order it was
 * armed in; what fires next is found by looking at all.
 */

enum { NODES = 300, FAR_STEPS = 1000000 };
#define FAR_NS (UINT64_C(1) << 62) /* the clock is not driven farther: it must not wrap */

struct part {
    myc__wheel_node node; /* first */
    uint64_t due_ns;
    uint64_t armed_at; /* count of arms before it */
    bool is_armed;
};

struct bench {
    myc__wheel *wheel;
    myc__allocator allocator;
    uint64_t now_ns;
    uint64_t arms;
    uint64_t fired;
    uint64_t last_due_ns;
    bool ordered; /* all were armed ahead of their time, so they fire in order */
    void (*on_fire)(struct bench *bench, struct part *part);
    struct part parts[NODES];
};

static bool comes_before(const struct part *a, const struct part *b)
{
    return a->due_ns != b->due_ns ? a->due_ns < b->due_ns : a->armed_at < b->armed_at;
}

static struct part *model_next(struct bench *bench)
{
    struct part *next = NULL;
    for (uint32_t i = 0; i < NODES; i++) {
        struct part *part = &bench->parts[i];
        if (part->is_armed && (!next || comes_before(part, next)))
            next = part;
    }
    return next;
}

static void fired(void *owner, myc__wheel_node *node)
{
    struct bench *bench = owner;
    struct part *part = (struct part *)(void *)node;
    cr_assert(part->is_armed, "a node fires that is not armed");
    cr_assert_not(myc__wheel_is_armed(node));
    cr_assert_leq(part->due_ns, bench->now_ns, "fired %llu ns early",
                  (unsigned long long)(part->due_ns - bench->now_ns));
    if (bench->ordered)
        cr_assert_eq(model_next(bench), part, "out of order");
    part->is_armed = false;
    bench->fired++;
    if (bench->on_fire)
        bench->on_fire(bench, part);
}

static void arm(struct bench *bench, struct part *part, uint64_t due_ns)
{
    part->due_ns = due_ns;
    part->armed_at = bench->arms++;
    part->is_armed = true;
    part->node.fire = fired;
    myc__wheel_arm(bench->wheel, &part->node, due_ns);
}

static void disarm(struct bench *bench, struct part *part)
{
    myc__wheel_disarm(bench->wheel, &part->node);
    part->is_armed = false;
}

static struct bench *bench_new(void)
{
    struct bench *bench = calloc(1, sizeof *bench);
    cr_assert_not_null(bench);
    bench->wheel = aligned_alloc(MYC__CACHE_LINE, sizeof *bench->wheel);
    cr_assert_not_null(bench->wheel);
    memset(bench->wheel, 0, sizeof *bench->wheel);
    myc__allocator_init(&bench->allocator, NULL, NULL);
    cr_assert(myc__wheel_init(bench->wheel, &bench->allocator));
    bench->ordered = true;
    return bench;
}

static void bench_free(struct bench *bench)
{
    for (uint32_t i = 0; i < NODES; i++)
        disarm(bench, &bench->parts[i]);
    myc__wheel_fini(bench->wheel, &bench->allocator);
    cr_expect_eq(0, bench->allocator.bytes);
    free(bench->wheel);
    free(bench);
    NO_LEAKS();
}

static void expect_like_model(struct bench *bench)
{
    uint64_t armed = 0;
    for (uint32_t i = 0; i < NODES; i++) {
        armed += bench->parts[i].is_armed;
        cr_assert_eq(bench->parts[i].is_armed, myc__wheel_is_armed(&bench->parts[i].node));
    }
    cr_assert_eq(armed, bench->wheel->armed);
    const struct part *next = model_next(bench);
    cr_assert_leq(myc__wheel_next_ns(bench->wheel), next ? next->due_ns : UINT64_MAX,
                  "it would be looked at too late");
}

/* Fires all that is due, a few steps at a time. */
static void advance_to(struct bench *bench, uint64_t now_ns, uint32_t steps_max)
{
    bench->now_ns = now_ns;
    uint32_t looks = 0;
    while (myc__wheel_advance(bench->wheel, now_ns, bench, steps_max))
        cr_assert_lt(looks++, FAR_STEPS, "it does not come to an end");
    const struct part *next = model_next(bench);
    cr_assert(!next || next->due_ns > now_ns, "what is due has not fired");
    expect_like_model(bench);
}

/* ---- single properties ---- */

Test(timer_wheel, nothing_is_due_in_an_empty_one)
{
    struct bench *bench = bench_new();
    cr_expect_eq(UINT64_MAX, myc__wheel_next_ns(bench->wheel));
    cr_expect_eq(0, myc__wheel_advance(bench->wheel, UINT64_C(1) << 63, bench, 10));
    bench_free(bench);
}

/* Each bit of the time, so each level and its edges. */
Test(timer_wheel, fires_at_each_distance_exactly)
{
    for (uint32_t bit = 0; bit < 64; bit++) {
        for (uint64_t offset = 0; offset < 3; offset++) {
            uint64_t due_ns = (UINT64_C(1) << bit) - 1 + offset;
            struct bench *bench = bench_new();
            arm(bench, &bench->parts[0], due_ns);
            if (due_ns)
                advance_to(bench, due_ns - 1, 1);
            cr_expect_eq(0, bench->fired);
            cr_expect_eq(due_ns, myc__wheel_next_ns(bench->wheel), "one alone is exact");
            advance_to(bench, due_ns, 1);
            cr_expect_eq(1, bench->fired);
            bench_free(bench);
        }
    }
}

Test(timer_wheel, the_last_nanosecond_can_be_a_deadline)
{
    struct bench *bench = bench_new();
    arm(bench, &bench->parts[0], UINT64_MAX);
    advance_to(bench, UINT64_MAX - 1, 100);
    cr_expect_eq(0, bench->fired);
    advance_to(bench, UINT64_MAX, 100);
    cr_expect_eq(1, bench->fired);
    bench_free(bench);
}

Test(timer_wheel, one_deadline_fires_in_the_order_of_arming)
{
    struct bench *bench = bench_new();
    for (uint32_t i = 0; i < NODES; i++)
        arm(bench, &bench->parts[i], UINT64_C(123456789012));
    advance_to(bench, UINT64_C(123456789011), 7);
    cr_expect_eq(0, bench->fired);
    advance_to(bench, UINT64_C(123456789012), 7); /* `fired` checks the order */
    cr_expect_eq(NODES, bench->fired);
    bench_free(bench);
}

/* The last one is armed when some of the others have come nearer and some have not. */
Test(timer_wheel, one_that_is_armed_while_others_move_stays_behind_them)
{
    const uint64_t due_ns = UINT64_C(123456789012);
    struct bench *bench = bench_new();
    for (uint32_t i = 0; i < NODES - 1; i++)
        arm(bench, &bench->parts[i], due_ns);
    bench->now_ns = due_ns - 1;
    cr_expect_eq(10, myc__wheel_advance(bench->wheel, bench->now_ns, bench, 10));
    arm(bench, &bench->parts[NODES - 1], due_ns);
    advance_to(bench, due_ns, 7); /* `fired` checks the order */
    cr_expect_eq(NODES, bench->fired);
    bench_free(bench);
}

/* Two deadlines a year and a nanosecond apart: a step a tick would take for ever. */
Test(timer_wheel, an_empty_stretch_of_any_length_takes_a_few_steps)
{
    struct bench *bench = bench_new();
    arm(bench, &bench->parts[0], 1);
    arm(bench, &bench->parts[1], UINT64_C(31536000000000000));
    arm(bench, &bench->parts[2], UINT64_C(31536000000000001));
    bench->now_ns = UINT64_MAX;
    uint32_t steps = myc__wheel_advance(bench->wheel, UINT64_MAX, bench, FAR_STEPS);
    cr_expect_eq(3, bench->fired);
    cr_expect_leq(steps, 3 * (2 * MYC__WHEEL_LEVELS + 1));
    bench_free(bench);
}

Test(timer_wheel, takes_no_more_steps_than_it_may)
{
    struct bench *bench = bench_new();
    for (uint32_t i = 0; i < NODES; i++)
        arm(bench, &bench->parts[i], 5);
    bench->now_ns = 5;
    cr_expect_eq(10, myc__wheel_advance(bench->wheel, 5, bench, 10));
    cr_expect_leq(bench->fired, 10);
    cr_expect_leq(myc__wheel_next_ns(bench->wheel), 5, "there is more to do");
    advance_to(bench, 5, 10);
    cr_expect_eq(NODES, bench->fired);
    bench_free(bench);
}

Test(timer_wheel, a_clock_that_goes_back_does_no_harm)
{
    struct bench *bench = bench_new();
    advance_to(bench, 1000, 10);
    arm(bench, &bench->parts[0], 1500);
    arm(bench, &bench->parts[1], 400); /* overdue */
    advance_to(bench, 900, 10);
    cr_expect_eq(1, bench->fired);
    advance_to(bench, 1500, 10);
    cr_expect_eq(2, bench->fired);
    bench_free(bench);
}

static void arm_again_now(struct bench *bench, struct part *part)
{
    if (bench->fired < 50)
        arm(bench, part, bench->now_ns);
}

Test(timer_wheel, a_node_may_be_armed_again_when_it_fires)
{
    struct bench *bench = bench_new();
    bench->on_fire = arm_again_now;
    arm(bench, &bench->parts[0], 10);
    advance_to(bench, 10, 1000);
    cr_expect_eq(50, bench->fired);
    bench_free(bench);
}

static void disarm_the_rest(struct bench *bench, struct part *part)
{
    (void)part;
    for (uint32_t i = 0; i < NODES; i++)
        disarm(bench, &bench->parts[i]);
}

Test(timer_wheel, all_others_may_be_disarmed_when_one_fires)
{
    struct bench *bench = bench_new();
    bench->on_fire = disarm_the_rest;
    for (uint32_t i = 0; i < NODES; i++)
        arm(bench, &bench->parts[i], 70000 + i % 3);
    advance_to(bench, UINT64_C(1) << 40, 1000);
    cr_expect_eq(1, bench->fired);
    cr_expect_eq(UINT64_MAX, myc__wheel_next_ns(bench->wheel));
    bench_free(bench);
}

/* ---- at random ---- */

/* Short and long times alike: each bit length is as likely. */
static uint64_t any_time(seeded *random, uint32_t bits_max)
{
    return seeded_next(random) >> (64 - 1 - seeded_below(random, bits_max));
}

/* Some deadlines are those of others. */
static uint64_t any_deadline(seeded *random, struct bench *bench)
{
    const struct part *other = &bench->parts[seeded_below(random, NODES)];
    if (other->due_ns > bench->now_ns && seeded_below(random, 4) == 0)
        return other->due_ns;
    uint64_t delay_ns = 1 + any_time(random, 63);
    return delay_ns > UINT64_MAX - bench->now_ns ? UINT64_MAX : bench->now_ns + delay_ns;
}

static void any_step(seeded *random, struct bench *bench)
{
    struct part *part = &bench->parts[seeded_below(random, NODES)];
    uint64_t next_ns = myc__wheel_next_ns(bench->wheel);
    switch (seeded_below(random, 8)) {
    case 0:
        advance_to(bench, bench->now_ns + any_time(random, 40), 1 + seeded_below(random, 9));
        break;
    case 1:
        if (next_ns > bench->now_ns && next_ns < FAR_NS)
            advance_to(bench, next_ns, 1 + seeded_below(random, 99));
        break;
    case 2: disarm(bench, part); break;
    default:
        if (part->is_armed)
            disarm(bench, part);
        arm(bench, part, any_deadline(random, bench));
    }
}

Test(timer_wheel, does_what_the_model_does)
{
    seeded random = seeded_start("timer_wheel");
    for (uint32_t round = 0; round < 40; round++) {
        struct bench *bench = bench_new();
        for (uint32_t step = 0; step < 3000; step++)
            any_step(&random, bench);
        expect_like_model(bench);
        bench_free(bench);
    }
}

static void arm_again_at_random(struct bench *bench, struct part *part)
{
    seeded random = {bench->fired ^ (uint64_t)(uintptr_t)part};
    struct part *other = &bench->parts[seeded_below(&random, NODES)];
    disarm(bench, other);
    if (seeded_below(&random, 2))
        arm(bench, other, bench->now_ns + any_time(&random, 30));
    if (!part->is_armed)
        arm(bench, part, bench->now_ns + 1 + any_time(&random, 30));
}

/* What is armed and disarmed between the steps of an advance and in what fires: none is early, none
 * is lost. The order is not looked at, as overdue ones come out of turn. */
Test(timer_wheel, loses_none_that_is_armed_in_between)
{
    seeded random = seeded_start("timer_wheel");
    struct bench *bench = bench_new();
    bench->ordered = false;
    bench->on_fire = arm_again_at_random;
    for (uint32_t i = 0; i < NODES; i++)
        arm(bench, &bench->parts[i], 1 + any_time(&random, 30));
    for (uint32_t step = 0; step < 30000; step++) {
        bench->now_ns += any_time(&random, 22);
        (void)myc__wheel_advance(bench->wheel, bench->now_ns, bench, 1 + seeded_below(&random, 5));
        struct part *part = &bench->parts[seeded_below(&random, NODES)];
        disarm(bench, part);
        arm(bench, part, bench->now_ns + any_time(&random, 30));
        expect_like_model(bench);
    }
    bench->on_fire = NULL;
    advance_to(bench, UINT64_MAX, 64);
    cr_expect_eq(0, bench->wheel->armed);
    bench_free(bench);
}
