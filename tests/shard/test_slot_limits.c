/* SPDX-License-Identifier: Apache-2.0 */
/* A slot table at its ends: no slot, no generation, no memory left. */
#include "slot_table_frame.h"

/* As if every index had been taken: what is free is used at once. */
static void pretend_all_used(struct table_frame *frame)
{
    frame->table.used = ALL_SLOTS;
}

Test(slot_limits, says_when_all_slots_are_taken_and_uses_the_first_that_is_freed)
{
    struct table_frame frame;
    open_table(&frame);
    uint32_t generation;
    uint32_t index = spawn(&frame, &generation);
    pretend_all_used(&frame);
    uint64_t calls = frame.probe.calls;
    uint32_t none = 77;
    cr_expect_eq(MYC_ELIMIT, myc__slot_take(&frame.table, &none, &generation));
    cr_expect_eq(calls, frame.probe.calls);
    myc__slot_free(&frame.table, index);
    cr_expect_eq(index, spawn(&frame, &generation));
    cr_expect_eq(3, generation);
    cr_expect_eq(MYC_ELIMIT, myc__slot_take(&frame.table, &none, &generation));
    close_table(&frame);
    NO_LEAKS();
}

/* Takes the very last index; the chunk is one of 64 MiB that is not touched but there. */
Test(slot_limits, can_use_its_very_last_index)
{
    static const myc__log no_log;
    myc__slot_table table;
    myc__allocator allocator;
    myc__allocator_init(&allocator, NULL, &no_log);
    myc__slot_table_init(&table, &allocator);
    table.used = ALL_SLOTS - 1;
    uint32_t index, generation;
    cr_expect_eq(0, myc__slot_take(&table, &index, &generation));
    cr_expect_eq(ALL_SLOTS - 1, index);
    cr_expect_eq(1, generation);
    cr_expect_not_null(myc__slot_at(&table, index));
    cr_expect_eq(MYC_ELIMIT, myc__slot_take(&table, &index, &generation));
    myc__slot_table_fini(&table);
    cr_expect_eq(0, allocator.bytes);
    NO_LEAKS();
}

/* A ref to an actor of the slot must never fit again, so generations do not start over. */
Test(slot_limits, retires_a_slot_whose_generations_are_used_up)
{
    struct table_frame frame;
    open_table(&frame);
    uint32_t generation;
    uint32_t index = spawn(&frame, &generation);
    myc__slot *slot = myc__slot_at(&frame.table, index);
    slot->life = MYC__GENERATION_MASK - 20; /* odd: alive */
    pretend_all_used(&frame);
    uint32_t last = slot->life;
    for (uint32_t lives = 0;; lives++) {
        myc__slot_free(&frame.table, index);
        uint32_t taken;
        int error = myc__slot_take(&frame.table, &taken, &generation);
        if (error) {
            cr_expect_eq(MYC_ELIMIT, error);
            cr_expect_geq(lives, 5, "it was worth using");
            break;
        }
        cr_assert_eq(index, taken);
        cr_assert_eq(last + 2, generation);
        cr_assert_leq(generation, MYC__GENERATION_MASK);
        myc__slot_publish(slot, actor_number(1), generation);
        last = generation;
    }
    cr_expect_geq(last, MYC__GENERATION_MASK - 4);
    cr_expect_eq(0, slot->life % 2, "nobody lives there");
    close_table(&frame);
    NO_LEAKS();
}

Test(slot_limits, stays_as_it_is_when_memory_for_a_chunk_is_out)
{
    struct table_frame frame;
    open_table(&frame);
    uint32_t index, generation;
    frame.probe.exhausted = true;
    cr_expect_eq(MYC_ENOMEM, myc__slot_take(&frame.table, &index, &generation));
    cr_expect_eq(0, myc__slot_table_used(&frame.table));
    frame.probe.exhausted = false;
    for (uint32_t expected = 0; expected < MYC__SLOT_CHUNK_MIN; expected++)
        cr_expect_eq(expected, spawn(&frame, &generation));
    frame.probe.exhausted = true;
    cr_expect_eq(MYC_ENOMEM, myc__slot_take(&frame.table, &index, &generation));
    frame.probe.exhausted = false;
    cr_expect_eq(MYC__SLOT_CHUNK_MIN, spawn(&frame, &generation));
    close_table(&frame);
    NO_LEAKS();
}

Test(slot_limits, uses_a_freed_slot_rather_than_fail_when_memory_is_out)
{
    struct table_frame frame;
    open_table(&frame);
    uint32_t generation;
    for (uint32_t index = 0; index < MYC__SLOT_CHUNK_MIN; index++)
        spawn(&frame, &generation);
    myc__slot_free(&frame.table, 5);
    frame.probe.exhausted = true;
    uint32_t index = 77;
    cr_expect_eq(0, myc__slot_take(&frame.table, &index, &generation));
    cr_expect_eq(5, index);
    frame.probe.exhausted = false;
    close_table(&frame);
    NO_LEAKS();
}

struct locked_log {
    myc__slot_table *table;
    uint32_t lines;
    uint32_t under_lock;
};

static void try_lock(void *user, myc_log_level level, const char *text)
{
    (void)level, (void)text;
    struct locked_log *log = user;
    log->lines++;
    if (pthread_mutex_trylock(&log->table->lock) == 0)
        pthread_mutex_unlock(&log->table->lock);
    else
        log->under_lock++;
}

/* The user's log callback may want to know how many actors there are. */
Test(slot_limits, reports_an_allocation_in_sealed_memory_outside_of_its_lock)
{
    struct locked_log seen = {0};
    myc__log log = {try_lock, &seen};
    myc__allocator allocator;
    myc__allocator_init(&allocator, NULL, &log);
    myc__slot_table table;
    myc__slot_table_init(&table, &allocator);
    seen.table = &table;
    myc__store_relaxed_u32(&allocator.sealed, 1);
    uint32_t index, generation;
    cr_expect_eq(0, myc__slot_take(&table, &index, &generation));
    cr_expect_eq(1, seen.lines);
    cr_expect_eq(0, seen.under_lock);
    myc__slot_table_fini(&table);
    NO_LEAKS();
}
