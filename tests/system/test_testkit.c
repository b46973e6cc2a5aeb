/* SPDX-License-Identifier: Apache-2.0 */
#include "system/kit_frame.h"

Test(testkit, gives_a_probe_what_is_sent_to_it)
{
    myc_testkit *kit = kit_open(1, 2);
    sink_probe out = probe_on(kit, 0);
    send_count(kit, stage_before(kit, stage_before(kit, out.ref, 1), 0), 40);
    const number *got = sink_expect_count(out, 0);
    KIT_ASSERT(out.probe, got);
    cr_expect_eq(42, got->value);
    KIT_ASSERT(out.probe, myc_probe_expect_none(out.probe, SECOND_NS));
    kit_close(kit);
    NO_LEAKS();
}

enum { SENDERS = 3, EACH = 12 };

/* Sends numbers from all workers at once to a probe; `order` gets who sent the k-th that came. */
static uint64_t race(uint64_t seed, char order[SENDERS * EACH + 1])
{
    myc_testkit *kit = kit_open(seed, SENDERS);
    sink_probe out = probe_on(kit, 0);
    uint64_t next[SENDERS] = {0};
    for (uint32_t sender = 0; sender < SENDERS; sender++) {
        sink_ref first = stage_before(kit, out.ref, sender);
        for (uint32_t i = 0; i < EACH; i++)
            send_count(kit, first, sender * 1000 + i);
    }
    for (uint32_t i = 0; i < SENDERS * EACH; i++) {
        const number *got = sink_expect_count(out, 0);
        KIT_ASSERT(out.probe, got);
        uint64_t sender = got->value / 1000;
        cr_assert_eq(++next[sender], got->value % 1000, "out of order; %s", myc_testkit_text(kit));
        order[i] = (char)('a' + sender);
    }
    order[SENDERS * EACH] = 0;
    uint64_t hash = myc_testkit_trace_hash(kit);
    kit_close(kit);
    return hash;
}

Test(testkit, orders_are_those_of_the_seed)
{
    char first[SENDERS * EACH + 1], other[SENDERS * EACH + 1];
    uint32_t different = 0;
    for (uint64_t seed = 1; seed <= 50; seed++) {
        uint64_t hash = race(seed, other);
        if (seed == 1)
            memcpy(first, other, sizeof first);
        different += strcmp(first, other) != 0;
        char replayed[SENDERS * EACH + 1];
        cr_assert_eq(hash, race(seed, replayed), "seed %llu", (unsigned long long)seed);
        cr_assert_str_eq(other, replayed);
    }
    cr_expect_gt(different, 40, "only %u of 49 seeds had another order", different);
    NO_LEAKS();
}

Test(testkit, traces_of_different_seeds_differ)
{
    char order[SENDERS * EACH + 1];
    uint64_t hashes[20];
    for (uint64_t seed = 0; seed < 20; seed++) {
        hashes[seed] = race(seed, order);
        for (uint64_t before = 0; before < seed; before++)
            cr_expect_neq(hashes[before], hashes[seed]);
    }
}

Test(testkit, its_clock_stands_still_unless_time_is_let_pass)
{
    myc_testkit *kit = kit_open(1, 2);
    sink_probe out = probe_on(kit, 0);
    uint64_t seen_ns = 0;
    sink_ref ref = {{0, 0}};
    cr_assert_eq(
        0, stage_spawn(myc_testkit_context(kit), &(struct stage){out.ref, &seen_ns}, NULL, &ref));
    uint64_t start_ns = myc_testkit_now_ns(kit);
    uint64_t wall_ns = myc_wall_ns(myc_testkit_context(kit));
    send_count(kit, ref, 1);
    cr_expect_eq(2, kit_run(kit));
    cr_expect_eq(start_ns, seen_ns);
    cr_expect_eq(start_ns, myc_testkit_now_ns(kit));
    cr_expect_eq(0, kit_advance(kit, 12345));
    cr_expect_eq(start_ns + 12345, myc_testkit_now_ns(kit));
    cr_expect_eq(wall_ns + 12345, myc_wall_ns(myc_testkit_context(kit)));
    send_count(kit, ref, 1);
    kit_run(kit);
    cr_expect_eq(start_ns + 12345, seen_ns);
    kit_close(kit);
    NO_LEAKS();
}

Test(testkit, a_probe_says_what_came_instead)
{
    myc_testkit *kit = kit_open(4711, 2);
    sink_probe out = probe_on(kit, 1);
    cr_expect_null(sink_expect_again(out, 5000));
    cr_expect(strstr(myc_probe_explain(out.probe), "expected again within 5000 ns"), "%s",
              myc_probe_explain(out.probe));
    cr_expect(strstr(myc_probe_explain(out.probe), "nothing"));
    cr_expect(strstr(myc_probe_explain(out.probe), "seed 4711"));
    send_count(kit, out.ref, 1);
    cr_expect_null(sink_expect_again(out, 5000));
    cr_expect(strstr(myc_probe_explain(out.probe), "it has count at 1000005000 ns"), "%s",
              myc_probe_explain(out.probe));
    cr_expect_not_null(sink_expect_count(out, 0), "what was not expected is gone");
    cr_expect_eq(1000005000, myc_probe_arrived_ns(out.probe));
    kit_close(kit);
    NO_LEAKS();
}

Test(testkit, a_probe_that_expects_nothing_notices_a_message)
{
    myc_testkit *kit = kit_open(1, 1);
    sink_probe out = probe_on(kit, 0);
    cr_expect(myc_probe_expect_none(out.probe, 10));
    send_count(kit, out.ref, 1);
    cr_expect_not(myc_probe_expect_none(out.probe, 10));
    cr_expect(strstr(myc_probe_explain(out.probe), "expected no message within 10 ns"));
    uint32_t tag = UINT32_MAX;
    cr_expect_not_null(myc_probe_next(out.probe, &tag, 0));
    cr_expect_eq(sink_tag_count, tag);
    cr_expect(myc_probe_expect_none(out.probe, 10));
    kit_close(kit);
    NO_LEAKS();
}

Test(testkit, a_probe_keeps_many_in_order)
{
    enum { MANY = 900 };
    myc_testkit *kit = kit_open(3, 2);
    sink_probe out = probe_on(kit, 1);
    for (uint64_t i = 0; i < 2 * MANY; i++) {
        send_count(kit, out.ref, i);
        if (i >= MANY) { /* with some taken in between */
            cr_assert_eq(i - MANY, sink_expect_count(out, 0)->value);
        } else {
            kit_run(kit);
        }
    }
    kit_run(kit);
    cr_expect_eq(MANY, myc_probe_waiting(out.probe));
    kit_close(kit); /* what is left is released */
    NO_LEAKS();
}

Test(testkit, tells_what_the_test_still_holds)
{
    myc_testkit *kit = kit_open(1, 1);
    sink_probe out = probe_on(kit, 0);
    send_count(kit, out.ref, 1);
    (void)number_retain(myc_testkit_context(kit), sink_expect_count(out, 0));
    cr_expect_eq(1, myc_testkit_destroy(kit));
}

Test(testkit, rests_when_an_actor_only_asks_for_its_message_again)
{
    myc_testkit *kit = kit_open(1, 2);
    sink_ref ref = stage_before(kit, (sink_ref){{0, 0}}, 1);
    myc_context *ctx = myc_testkit_context(kit);
    cr_assert_eq(MYC_SENT, sink_send_again(ctx, ref, make_number(ctx, 1)));
    cr_expect_eq(0, kit_run(kit));
    cr_expect_eq(1, kit_counts(kit).queued);
    kit_close(kit);
    NO_LEAKS();
}

Test(testkit, gives_up_on_what_never_comes_to_rest)
{
    myc_testkit *kit;
    cr_assert_eq(0, myc_testkit_create(&(myc_testkit_options){.passes_max = 5000}, &kit));
    send_count(kit, stage_before(kit, (sink_ref){{0, 0}}, 1), 1);
    cr_expect_eq(MYC_ETIMEDOUT, myc_testkit_run(kit));
    cr_expect_eq(MYC_ETIMEDOUT, myc_testkit_advance(kit, 1));
    kit_close(kit);
    NO_LEAKS();
}

struct talk {
    myc_testkit *kit;
    int64_t answers[3];
    myc_address self;
    uint32_t worker;
};

static void call_kit(myc_context *ctx, void *argument)
{
    struct talk *talk = argument;
    talk->self = myc_self(ctx);
    talk->worker = myc_worker(ctx);
    talk->answers[0] = myc_testkit_run(talk->kit);
    talk->answers[1] = myc_testkit_advance(talk->kit, 1);
    talk->answers[2] = myc_testkit_as(talk->kit, talk->self, call_kit, talk);
}

Test(testkit, does_not_run_within_a_handler)
{
    myc_testkit *kit = kit_open(1, 2);
    struct talk talk = {.kit = kit};
    sink_ref ref = stage_before(kit, (sink_ref){{0, 0}}, 1);
    cr_expect_eq(0, myc_testkit_as(kit, ref.address, call_kit, &talk));
    cr_expect(myc_address_equal(ref.address, talk.self));
    cr_expect_eq(1, talk.worker);
    for (uint32_t i = 0; i < 3; i++)
        cr_expect_eq(MYC_ETHREAD, talk.answers[i]);
    cr_expect_eq(MYC_ENOENT, myc_testkit_as(kit, (myc_address){0, 77}, call_kit, &talk));
    kit_close(kit);
    NO_LEAKS();
}

static void note_context(myc_context *ctx, void *argument)
{
    struct talk *talk = argument;
    talk->self = myc_self(ctx);
    talk->worker = myc_worker(ctx);
}

Test(testkit, lends_the_context_of_a_worker)
{
    myc_testkit *kit = kit_open(1, 3);
    struct talk talk = {.self = {1, 1}};
    myc_testkit_on_worker(kit, 2, note_context, &talk);
    cr_expect_eq(2, talk.worker);
    cr_expect_eq(0, talk.self.life);
    kit_close(kit);
    NO_LEAKS();
}

Test(testkit, refuses_what_no_system_takes)
{
    myc_testkit *kit = NULL;
    cr_expect_eq(MYC_EINVAL, myc_testkit_create(&(myc_testkit_options){.workers = 65}, &kit));
    cr_expect_null(kit);
    NO_LEAKS();
}

Test(testkit, drives_the_system_for_others_by_its_seed)
{
    uint64_t hashes[2];
    for (uint32_t i = 0; i < 2; i++) {
        myc_testkit *kit = kit_open(9, 3);
        sink_probe out = probe_on(kit, 0);
        sink_ref ref = stage_before(kit, stage_before(kit, out.ref, 1), 2);
        for (uint64_t k = 0; k < 100; k++)
            send_count(kit, ref, k);
        cr_expect_eq(0, myc_system_await_quiescence(myc_testkit_system(kit), SECOND_NS));
        cr_expect_eq(100, myc_probe_waiting(out.probe));
        send_count(kit, ref, 100);
        cr_expect_eq(0, myc_system_stop(myc_testkit_system(kit), NULL, NULL));
        cr_expect_eq(101, myc_probe_waiting(out.probe), "the drain has lost it");
        hashes[i] = myc_testkit_trace_hash(kit);
        kit_close(kit);
    }
    cr_expect_eq(hashes[0], hashes[1]);
    NO_LEAKS();
}
