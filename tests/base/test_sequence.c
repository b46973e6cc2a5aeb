/* SPDX-License-Identifier: Apache-2.0 */
#include <mycelium/sequence.h>

#include <criterion/criterion.h>

#include "seeded.h"

static myc_sequence open_sequence(myc_sequence_options options)
{
    myc_sequence sequence;
    cr_assert_eq(0, myc_sequence_init(&sequence, &options));
    return sequence;
}

static void expect_step(myc_sequence *sequence, uint64_t number, uint64_t count,
                        myc_sequence_verdict verdict, uint64_t known)
{
    myc_sequence_step step = myc_sequence_take(sequence, number, count);
    cr_expect_eq(verdict, step.verdict, "%llu: %d, not %d", (unsigned long long)number,
                 (int)step.verdict, (int)verdict);
    cr_expect_eq(known, step.known_count, "%llu: %llu known", (unsigned long long)number,
                 (unsigned long long)step.known_count);
}

static void expect_gap(myc_sequence *sequence, uint64_t number, uint64_t first, uint64_t count)
{
    myc_sequence_step step = myc_sequence_take(sequence, number, 1);
    cr_expect_eq(MYC_SEQUENCE_GAP, step.verdict);
    cr_expect_eq(first, step.missing_first);
    cr_expect_eq(count, step.missing_count);
}

static void expect_counts(const myc_sequence *sequence, myc_sequence_counts expected)
{
    const myc_sequence_counts *found = &sequence->counts;
    cr_expect_eq(expected.taken, found->taken, "taken %llu", (unsigned long long)found->taken);
    cr_expect_eq(expected.gaps, found->gaps);
    cr_expect_eq(expected.missing, found->missing, "missing %llu",
                 (unsigned long long)found->missing);
    cr_expect_eq(expected.late, found->late);
    cr_expect_eq(expected.duplicates, found->duplicates, "duplicates %llu",
                 (unsigned long long)found->duplicates);
    cr_expect_eq(expected.restarts, found->restarts);
}

Test(sequence, the_first_number_is_right_whatever_it_is)
{
    myc_sequence sequence = open_sequence((myc_sequence_options){0});
    expect_step(&sequence, 1000, 1, MYC_SEQUENCE_NEXT, 0);
    expect_step(&sequence, 1001, 1, MYC_SEQUENCE_NEXT, 0);
    expect_step(&sequence, 999, 1, MYC_SEQUENCE_DUPLICATE, 1);
    expect_counts(&sequence, (myc_sequence_counts){.taken = 2, .duplicates = 1});
}

Test(sequence, tells_what_is_missing_and_when_it_comes_late)
{
    myc_sequence sequence = open_sequence((myc_sequence_options){0});
    expect_step(&sequence, 1, 1, MYC_SEQUENCE_NEXT, 0);
    expect_gap(&sequence, 5, 2, 3);
    expect_step(&sequence, 3, 1, MYC_SEQUENCE_LATE, 0);
    expect_step(&sequence, 3, 1, MYC_SEQUENCE_DUPLICATE, 1);
    expect_step(&sequence, 5, 1, MYC_SEQUENCE_DUPLICATE, 1);
    expect_step(&sequence, 6, 1, MYC_SEQUENCE_NEXT, 0);
    expect_counts(&sequence, (myc_sequence_counts){
                                 .taken = 4, .gaps = 1, .missing = 2, .late = 1, .duplicates = 2});
}

Test(sequence, what_is_older_than_the_window_has_come_before)
{
    myc_sequence sequence = open_sequence((myc_sequence_options){0});
    expect_step(&sequence, 1, 1, MYC_SEQUENCE_NEXT, 0);
    expect_gap(&sequence, 4, 2, 2);
    expect_step(&sequence, 5, 61, MYC_SEQUENCE_NEXT, 0);
    expect_step(&sequence, 2, 1, MYC_SEQUENCE_LATE, 0); /* 64 before 66 */
    expect_step(&sequence, 66, 2, MYC_SEQUENCE_NEXT, 0);
    expect_step(&sequence, 3, 1, MYC_SEQUENCE_DUPLICATE, 1); /* 65 before 68 */
    expect_counts(&sequence, (myc_sequence_counts){
                                 .taken = 66, .gaps = 1, .missing = 1, .late = 1, .duplicates = 1});
}

Test(sequence, runs_may_overlap)
{
    myc_sequence sequence = open_sequence((myc_sequence_options){0});
    expect_step(&sequence, 10, 5, MYC_SEQUENCE_NEXT, 0);
    expect_step(&sequence, 12, 5, MYC_SEQUENCE_NEXT, 3); /* 12, 13, 14 again; 15 and 16 */
    expect_gap(&sequence, 20, 17, 3);
    expect_step(&sequence, 16, 6, MYC_SEQUENCE_LATE, 2); /* 16 and 20 again; 17 to 19; 21 */
    expect_step(&sequence, 10, 12, MYC_SEQUENCE_DUPLICATE, 12);
    expect_counts(&sequence,
                  (myc_sequence_counts){.taken = 12, .gaps = 1, .late = 3, .duplicates = 17});
}

Test(sequence, a_heartbeat_says_what_should_have_come)
{
    myc_sequence sequence = open_sequence((myc_sequence_options){0});
    expect_step(&sequence, 7, 1, MYC_SEQUENCE_NEXT, 0);
    expect_step(&sequence, 8, 0, MYC_SEQUENCE_NEXT, 0);
    myc_sequence_step step = myc_sequence_take(&sequence, 10, 0);
    cr_expect_eq(MYC_SEQUENCE_GAP, step.verdict);
    cr_expect_eq(8, step.missing_first);
    cr_expect_eq(2, step.missing_count);
    expect_step(&sequence, 10, 1, MYC_SEQUENCE_NEXT, 0);
    expect_counts(&sequence, (myc_sequence_counts){.taken = 2, .gaps = 1, .missing = 2});
}

Test(sequence, far_behind_is_a_new_beginning)
{
    myc_sequence sequence = open_sequence((myc_sequence_options){.restart_distance = 1000});
    expect_step(&sequence, 5000, 1, MYC_SEQUENCE_NEXT, 0);
    expect_step(&sequence, 4002, 1, MYC_SEQUENCE_DUPLICATE, 1);
    expect_step(&sequence, 4001, 1, MYC_SEQUENCE_RESTART, 0);
    expect_step(&sequence, 4002, 1, MYC_SEQUENCE_NEXT, 0);
    expect_step(&sequence, 4000, 1, MYC_SEQUENCE_DUPLICATE, 1);
    expect_counts(&sequence, (myc_sequence_counts){.taken = 3, .duplicates = 2, .restarts = 1});
}

Test(sequence, the_first_number_again_is_a_new_beginning)
{
    myc_sequence sequence = open_sequence((myc_sequence_options){.first_number = 1});
    expect_step(&sequence, 1, 64, MYC_SEQUENCE_NEXT, 0);
    expect_step(&sequence, 1, 1, MYC_SEQUENCE_DUPLICATE, 1);
    expect_step(&sequence, 65, 1, MYC_SEQUENCE_NEXT, 0);
    expect_step(&sequence, 2, 1, MYC_SEQUENCE_DUPLICATE, 1);
    expect_step(&sequence, 1, 1, MYC_SEQUENCE_RESTART, 0);
    expect_step(&sequence, 2, 1, MYC_SEQUENCE_NEXT, 0);
}

Test(sequence, a_new_session_is_said)
{
    myc_sequence sequence = open_sequence((myc_sequence_options){0});
    myc_sequence_restart(&sequence);
    cr_expect_eq(0, sequence.counts.restarts, "nothing has begun");
    expect_step(&sequence, 100, 1, MYC_SEQUENCE_NEXT, 0);
    myc_sequence_restart(&sequence);
    expect_step(&sequence, 1, 1, MYC_SEQUENCE_NEXT, 0);
    expect_gap(&sequence, 3, 2, 1);
    expect_counts(&sequence,
                  (myc_sequence_counts){.taken = 3, .gaps = 1, .missing = 1, .restarts = 1});
}

Test(sequence, numbers_begin_at_zero_again)
{
    myc_sequence sequence = open_sequence((myc_sequence_options){.bits = 16});
    expect_step(&sequence, 65534, 1, MYC_SEQUENCE_NEXT, 0);
    expect_gap(&sequence, 1, 65535, 2);
    expect_step(&sequence, 65535, 1, MYC_SEQUENCE_LATE, 0);
    expect_step(&sequence, 0, 1, MYC_SEQUENCE_LATE, 0);
    expect_step(&sequence, 2, 1, MYC_SEQUENCE_NEXT, 0);
    expect_counts(&sequence, (myc_sequence_counts){.taken = 5, .gaps = 1, .late = 2});
    sequence = open_sequence((myc_sequence_options){.bits = 64});
    expect_step(&sequence, UINT64_MAX, 1, MYC_SEQUENCE_NEXT, 0);
    expect_step(&sequence, 0, 1, MYC_SEQUENCE_NEXT, 0);
}

Test(sequence, refuses_options_it_cannot_keep)
{
    myc_sequence sequence;
    cr_expect_eq(0, myc_sequence_init(&sequence, NULL));
    cr_expect_eq(0, myc_sequence_init(&sequence, &(myc_sequence_options){.bits = 8}));
    cr_expect_eq(MYC_EINVAL, myc_sequence_init(&sequence, &(myc_sequence_options){.bits = 7}));
    cr_expect_eq(MYC_EINVAL, myc_sequence_init(&sequence, &(myc_sequence_options){.bits = 65}));
    cr_expect_eq(MYC_EINVAL, myc_sequence_init(&sequence, &(myc_sequence_options){
                                                              .bits = 8, .restart_distance = 129}));
    cr_expect_eq(MYC_EINVAL, myc_sequence_init(&sequence, &(myc_sequence_options){
                                                              .bits = 8, .first_number = 256}));
}

/* A feed whose messages are lost, doubled and delayed by less than the window. */
enum { FEED_NUMBERS = 4000, DELAY_MAX = MYC_SEQUENCE_WINDOW / 2 };

typedef struct arrival {
    uint32_t due, number;
} arrival;

static int by_due(const void *left, const void *right)
{
    const arrival *a = left, *b = right;
    return a->due != b->due ? (a->due < b->due ? -1 : 1) : (a->number < b->number ? -1 : 1);
}

static uint32_t random_feed(seeded *random, arrival *arrivals)
{
    uint32_t count = 0;
    for (uint32_t number = 1; number <= FEED_NUMBERS; number++) {
        bool is_lost = number > 1 && seeded_below(random, 10) == 0;
        for (uint32_t copies = is_lost ? 0 : 1 + (seeded_below(random, 5) == 0); copies; copies--) {
            uint32_t delay =
                number > 1 && seeded_below(random, 4) == 0 ? seeded_below(random, DELAY_MAX) : 0;
            arrivals[count++] = (arrival){number + delay, number};
        }
    }
    qsort(arrivals, count, sizeof *arrivals, by_due);
    return count;
}

Test(sequence, agrees_with_a_list_of_all_that_came)
{
    seeded random = seeded_start("sequence");
    for (uint32_t round = 0; round < 60; round++) {
        static arrival arrivals[3 * FEED_NUMBERS];
        static uint8_t seen[FEED_NUMBERS + 1];
        uint32_t offset = (uint32_t)seeded_next(&random), highest = 0;
        myc_sequence sequence = open_sequence((myc_sequence_options){.bits = round % 2 ? 32 : 8});
        myc_sequence_counts expected = {0};
        memset(seen, 0, sizeof seen);
        for (uint32_t at = 0, count = random_feed(&random, arrivals); at < count; at++) {
            uint32_t number = arrivals[at].number;
            myc_sequence_verdict verdict = seen[number]            ? MYC_SEQUENCE_DUPLICATE
                                           : number < highest      ? MYC_SEQUENCE_LATE
                                           : number == highest + 1 ? MYC_SEQUENCE_NEXT
                                                                   : MYC_SEQUENCE_GAP;
            expected.duplicates += seen[number];
            expected.taken += !seen[number];
            expected.late += verdict == MYC_SEQUENCE_LATE;
            expected.gaps += verdict == MYC_SEQUENCE_GAP;
            seen[number] = 1;
            highest = number > highest ? number : highest;
            uint64_t sent = (uint64_t)(uint32_t)(number + offset) & sequence.mask;
            cr_assert_eq(verdict, myc_sequence_take(&sequence, sent, 1).verdict, "%u", number);
        }
        expected.missing = highest - expected.taken;
        expect_counts(&sequence, expected);
    }
}
