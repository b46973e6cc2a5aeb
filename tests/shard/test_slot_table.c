/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>

#include "base/seeded.h"
#include "slot_table_frame.h"

enum { MODELLED = 4000, STEPS = 200000, MILLION = 1 << 20 };

Test(slot_table, gives_an_empty_table_no_slots)
{
    struct table_frame frame;
    open_table(&frame);
    static const uint32_t indices[] = {0, 1, 63, 64, 1000, ALL_SLOTS - 1};
    for (size_t place = 0; place < sizeof indices / sizeof indices[0]; place++)
        cr_expect_null(myc__slot_at(&frame.table, indices[place]));
    cr_expect_eq(0, myc__slot_table_used(&frame.table));
    cr_expect_eq(0, frame.probe.calls);
    close_table(&frame);
    NO_LEAKS();
}

Test(slot_table, lives_in_odd_generations_and_is_free_in_even_ones)
{
    struct table_frame frame;
    open_table(&frame);
    uint32_t generation;
    uint32_t index = take(&frame, &generation);
    myc__slot *slot = myc__slot_at(&frame.table, index);
    cr_expect_eq(1, generation);
    cr_expect_eq(0, slot->life, "nobody finds it yet");
    slot->pressure = 1;
    myc__slot_publish(slot, actor_number(3), generation);
    cr_expect_eq(1, slot->life);
    cr_expect_eq(0, slot->pressure, "what was left of the actor before is gone");
    myc__slot_free(&frame.table, index);
    cr_expect_eq(2, slot->life);
    close_table(&frame);
    NO_LEAKS();
}

Test(slot_table, does_not_free_twice, .signal = SIGABRT)
{
    struct table_frame frame;
    open_table(&frame);
    uint32_t generation;
    uint32_t index = spawn(&frame, &generation);
    myc__slot_free(&frame.table, index);
    myc__slot_free(&frame.table, index);
}

/* Chunk k begins at 64 * (2^k - 1) and has 64 << k slots; slots never move. */
Test(slot_table, reaches_a_million_slots_in_chunks_that_double)
{
    struct table_frame frame;
    open_table(&frame);
    static const myc__slot *slots[MILLION];
    uint32_t begins = 0, chunks = 0;
    for (uint32_t number = 0; number < MILLION; number++) {
        uint64_t calls = frame.probe.calls;
        uint32_t generation;
        cr_assert_eq(number, spawn(&frame, &generation), "indices are taken in order");
        cr_assert_eq(1, generation);
        slots[number] = myc__slot_at(&frame.table, number);
        bool first_of_chunk = number == begins;
        cr_assert_eq(first_of_chunk, frame.probe.calls != calls, "slot %u", number);
        if (first_of_chunk)
            begins += MYC__SLOT_CHUNK_MIN << chunks++;
        else
            cr_assert_eq(slots[number - 1] + 1, slots[number]);
    }
    for (uint32_t number = 0; number < MILLION; number++) {
        cr_assert_eq(slots[number], myc__slot_at(&frame.table, number));
        cr_assert_eq(actor_number(number), slots[number]->actor);
    }
    cr_expect_null(myc__slot_at(&frame.table, begins));
    cr_expect_eq(MILLION, myc__slot_table_used(&frame.table));
    close_table(&frame);
    NO_LEAKS();
}

/* The model: a queue of free indices, and the life of each. */
struct model {
    struct table_frame frame;
    uint32_t life[MODELLED];
    uint32_t queue[STEPS];
    uint32_t first;
    uint32_t last;
    uint32_t used;
    uint32_t alive[MODELLED];
    uint32_t alive_count;
};

static void spawn_modelled(struct model *model)
{
    uint32_t expected = model->used;
    if (model->last - model->first > KEPT_BACK)
        expected = model->queue[model->first++];
    else
        model->used++;
    uint32_t generation;
    cr_assert_eq(expected, spawn(&model->frame, &generation), "the longest free comes first");
    cr_assert_eq(++model->life[expected], generation);
    model->alive[model->alive_count++] = expected;
}

static void free_modelled(struct model *model, uint32_t place)
{
    uint32_t index = model->alive[place];
    myc__slot_free(&model->frame.table, index);
    cr_assert_eq(++model->life[index], myc__slot_at(&model->frame.table, index)->life);
    model->queue[model->last++] = index;
    model->alive[place] = model->alive[--model->alive_count];
}

struct seen {
    struct model *model;
    uint32_t count;
    uint32_t last;
};

static void see(void *user, uint32_t index, const myc__slot *slot)
{
    struct seen *seen = user;
    cr_assert(seen->count == 0 || index > seen->last, "each once");
    cr_assert_eq(1, seen->model->life[index] % 2, "slot %u is free", index);
    cr_assert_eq(actor_number(index), slot->actor);
    seen->last = index;
    seen->count++;
}

Test(slot_table, agrees_with_a_model_over_random_lives, .timeout = 60)
{
    seeded random = seeded_start("slot_table");
    struct model *model = calloc(1, sizeof *model);
    open_table(&model->frame);
    for (uint32_t step = 0; step < STEPS; step++) {
        uint32_t chance = step / 20000 % 2 ? 40 : 60; /* grows and shrinks in turn */
        bool grow = seeded_below(&random, 100) < chance && model->alive_count < MODELLED / 2;
        if (grow || !model->alive_count)
            spawn_modelled(model);
        else
            free_modelled(model, seeded_below(&random, model->alive_count));
        if (step % 1000 == 0) {
            struct seen seen = {.model = model};
            myc__slot_each_alive(&model->frame.table, see, &seen);
            cr_assert_eq(model->alive_count, seen.count);
            cr_assert_eq(model->used, myc__slot_table_used(&model->frame.table));
        }
    }
    cr_expect_gt(model->first, STEPS / 10, "slots are used again");
    close_table(&model->frame);
    free(model);
    NO_LEAKS();
}

Test(slot_table, does_not_show_a_slot_that_is_taken_but_not_published)
{
    struct table_frame frame;
    open_table(&frame);
    uint32_t generation;
    spawn(&frame, &generation);
    uint32_t second = take(&frame, &generation);
    uint32_t third = spawn(&frame, &generation);
    struct model *model = calloc(1, sizeof *model);
    model->life[0] = model->life[third] = 1;
    struct seen seen = {.model = model};
    myc__slot_each_alive(&frame.table, see, &seen);
    cr_expect_eq(2, seen.count, "slot %u is not alive", second);
    free(model);
    close_table(&frame);
    NO_LEAKS();
}

Test(slot_table, uses_a_slot_again_only_behind_64_free_ones)
{
    struct table_frame frame;
    open_table(&frame);
    uint32_t generation;
    for (uint32_t index = 0; index < KEPT_BACK + 2; index++)
        spawn(&frame, &generation);
    for (uint32_t index = 0; index < KEPT_BACK; index++)
        myc__slot_free(&frame.table, index);
    cr_expect_eq(KEPT_BACK + 2, spawn(&frame, &generation), "64 are not enough");
    cr_expect_eq(1, generation);
    myc__slot_free(&frame.table, KEPT_BACK);
    cr_expect_eq(0, spawn(&frame, &generation), "the longest free");
    cr_expect_eq(3, generation);
    close_table(&frame);
    NO_LEAKS();
}

enum { THREADS = 3, LIVES = 20000, HELD = 50 };

struct liver {
    myc__slot_table *table;
    uint32_t *owners; /* by index: 0 = nobody's */
    uint32_t name;
    uint32_t wrong;
};

static void live_and_die(struct liver *liver, uint32_t *held)
{
    uint32_t generation;
    if (*held != UINT32_MAX) {
        myc__store_relaxed_u32(&liver->owners[*held], 0);
        myc__slot_free(liver->table, *held);
    }
    liver->wrong += myc__slot_take(liver->table, held, &generation) != 0;
    liver->wrong += myc__exchange_acq_rel_u32(&liver->owners[*held], liver->name) != 0;
    myc__slot_publish(myc__slot_at(liver->table, *held), actor_number(liver->name), generation);
}

static void *live(void *user)
{
    struct liver *liver = user;
    uint32_t held[HELD];
    memset(held, 0xff, sizeof held);
    for (uint32_t lives = 0; lives < LIVES; lives++)
        live_and_die(liver, &held[lives % HELD]);
    return NULL;
}

Test(slot_table, gives_no_slot_to_two_threads, .timeout = 60)
{
    struct table_frame frame;
    open_table(&frame);
    uint32_t *owners = calloc(MODELLED, sizeof *owners);
    struct liver livers[THREADS];
    pthread_t threads[THREADS];
    for (uint32_t index = 0; index < THREADS; index++) {
        livers[index] = (struct liver){&frame.table, owners, index + 1, 0};
        cr_assert_eq(0, pthread_create(&threads[index], NULL, live, &livers[index]));
    }
    for (uint32_t index = 0; index < THREADS; index++) {
        pthread_join(threads[index], NULL);
        cr_expect_eq(0, livers[index].wrong);
    }
    cr_expect_leq(myc__slot_table_used(&frame.table), KEPT_BACK + THREADS * (HELD + 1));
    free(owners);
    close_table(&frame);
    NO_LEAKS();
}

static uint32_t spawn_at_home(struct table_frame *frame, uint32_t *generation)
{
    uint32_t index = UINT32_MAX;
    cr_assert_eq(0, myc__slot_take_at_home(&frame->table, &index, generation));
    myc__slot_publish(myc__slot_at(&frame->table, index), actor_number(index), *generation);
    return index;
}

/* Nobody finds the slots of a run before they are published, and nobody else gets them. */
Test(slot_table, gives_the_home_worker_slots_from_a_run_of_its_own)
{
    struct table_frame frame;
    open_table(&frame);
    uint32_t generation;
    cr_expect_eq(0, spawn_at_home(&frame, &generation), "the chunk is made as for anybody");
    for (uint32_t index = 1; index <= MYC__SLOT_RUN; index++) {
        cr_expect_eq(index, spawn_at_home(&frame, &generation));
        cr_expect_eq(1, generation);
        cr_expect_eq(1 + MYC__SLOT_RUN, myc__slot_table_used(&frame.table));
    }
    cr_expect_eq(1 + MYC__SLOT_RUN, spawn_at_home(&frame, &generation));
    cr_expect_eq(1 + 2 * MYC__SLOT_RUN, spawn(&frame, &generation), "behind the run");
    cr_expect_eq(2 + MYC__SLOT_RUN, spawn_at_home(&frame, &generation));
    cr_expect_eq(0, myc__slot_at(&frame.table, 3 + MYC__SLOT_RUN)->life);
    close_table(&frame);
    NO_LEAKS();
}

Test(slot_table, fills_a_run_with_the_longest_free_but_64)
{
    struct table_frame frame;
    open_table(&frame);
    uint32_t generation;
    for (uint32_t index = 0; index < KEPT_BACK + 2; index++)
        spawn(&frame, &generation);
    for (uint32_t index = 0; index < KEPT_BACK + 2; index++)
        myc__slot_free(&frame.table, index);
    cr_expect_eq(0, spawn_at_home(&frame, &generation));
    cr_expect_eq(3, generation);
    cr_expect_eq(1, spawn_at_home(&frame, &generation));
    cr_expect_eq(3, generation);
    cr_expect_eq(KEPT_BACK + 2, spawn_at_home(&frame, &generation), "then new ones");
    cr_expect_eq(1, generation);
    close_table(&frame);
    NO_LEAKS();
}

/* Home at the end of all slots: those kept back, then none, and its run is nobody else's. */
Test(slot_table, gives_the_home_worker_the_last_slots_as_anybody)
{
    struct table_frame frame;
    open_table(&frame);
    uint32_t generation, none;
    for (uint32_t index = 0; index < 4; index++)
        spawn(&frame, &generation);
    frame.table.used = ALL_SLOTS;
    cr_expect_eq(MYC_ELIMIT, myc__slot_take_at_home(&frame.table, &none, &generation));
    myc__slot_free(&frame.table, 2);
    cr_expect_eq(2, spawn_at_home(&frame, &generation));
    cr_expect_eq(3, generation);
    cr_expect_eq(MYC_ELIMIT, myc__slot_take_at_home(&frame.table, &none, &generation));
    close_table(&frame);
    NO_LEAKS();
}

Test(slot_table, puts_another_actor_into_a_slot_that_lives)
{
    struct table_frame frame;
    open_table(&frame);
    uint32_t generation;
    uint32_t index = spawn(&frame, &generation);
    myc__slot_at(&frame.table, index)->pressure = 1;
    myc__slot_replace(&frame.table, index, actor_number(77));
    cr_expect_eq(actor_number(77), myc__slot_at(&frame.table, index)->actor);
    cr_expect_eq(generation, myc__slot_at(&frame.table, index)->life);
    cr_expect_eq(1, myc__slot_at(&frame.table, index)->pressure);
    close_table(&frame);
    NO_LEAKS();
}

Test(slot_table, takes_a_slot_back_that_nobody_lived_in)
{
    struct table_frame frame;
    open_table(&frame);
    uint32_t generation;
    uint32_t again;
    uint32_t index = take(&frame, &generation);
    myc__slot_give_back(&frame.table, index);
    uint32_t taken = index + 1;
    for (uint32_t tries = 0; tries < 2 * KEPT_BACK && taken != index; tries++) {
        taken = take(&frame, &again);
        if (taken != index)
            myc__slot_give_back(&frame.table, taken);
    }
    cr_expect_eq(index, taken, "it is lost");
    cr_expect_eq(generation, again);
    close_table(&frame);
    NO_LEAKS();
}
