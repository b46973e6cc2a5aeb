/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One actor's timers at random against a model: a list of times, of which the earliest are looked
 * for one by one.
 */
#include <mycelium/timer.h>

#include "base/seeded.h"
#include "timer_lab.h"

enum { PLACES = 200, STEPS = 4000 };

struct entry {
    myc_timer timer;
    uint64_t due_ns; /* 0: none */
    uint64_t period_ns;
    uint64_t missed;
    uint64_t armed_at; /* count of arms before it */
};

struct model {
    struct lab *lab;
    seeded random;
    uint64_t arms;
    struct entry entries[PLACES];
};

static uint64_t any_span(seeded *random)
{
    return seeded_next(random) >> (24 + seeded_below(random, 40));
}

static void model_set(struct model *model, uint32_t place)
{
    struct entry *entry = &model->entries[place];
    bool is_periodic = seeded_below(&model->random, 4) == 0;
    uint64_t delay_ns = any_span(&model->random) + is_periodic;
    entry->timer = lab_set(model->lab, delay_ns, place, is_periodic);
    entry->due_ns = model->lab->now_ns + delay_ns;
    entry->period_ns = is_periodic ? delay_ns : 0;
    entry->missed = 0;
    entry->armed_at = model->arms++;
}

static void model_cancel(struct model *model, struct entry *entry)
{
    struct cancelling cancelling = {entry->timer, entry->due_ns != 0, 0};
    lab_call(model->lab, cancel_timer, &cancelling);
    cr_assert_eq(entry->missed, cancelling.missed);
    *entry = (struct entry){.timer = entry->timer};
}

static struct entry *model_next(struct model *model)
{
    struct entry *next = NULL;
    for (uint32_t i = 0; i < PLACES; i++) {
        struct entry *entry = &model->entries[i];
        bool is_due = entry->due_ns && entry->due_ns <= model->lab->now_ns;
        if (is_due && (!next || entry->due_ns < next->due_ns ||
                       (entry->due_ns == next->due_ns && entry->armed_at < next->armed_at)))
            next = entry;
    }
    return next;
}

static void model_fire(struct model *model, struct entry *entry)
{
    if (entry->period_ns == 0) {
        entry->due_ns = 0;
        entry->missed = 0;
        return;
    }
    entry->due_ns += entry->period_ns;
    for (; entry->due_ns <= model->lab->now_ns && entry->missed < 1000; entry->missed++)
        entry->due_ns += entry->period_ns;
    uint64_t more = model->lab->now_ns < entry->due_ns
                        ? 0
                        : (model->lab->now_ns - entry->due_ns) / entry->period_ns + 1;
    entry->missed += more;
    entry->due_ns += more * entry->period_ns;
    entry->armed_at = model->arms++;
}

static void model_run(struct model *model)
{
    world_run(model->lab->world);
    struct journal *journal = &model->lab->journal;
    uint32_t fired = 0;
    for (struct entry *next = model_next(model); next; next = model_next(model), fired++) {
        uint32_t place = (uint32_t)(next - model->entries);
        cr_assert_lt(fired, journal->count, "timer %u is missing", place);
        cr_assert_eq(place, journal->entries[fired].number, "timer %u fired instead of %u",
                     journal->entries[fired].number, place);
        model_fire(model, next);
    }
    cr_assert_eq(fired, journal->count, "timer %u fires too often", journal->entries[fired].number);
    journal->count = 0;
}

static void model_step(struct model *model)
{
    uint32_t place = seeded_below(&model->random, PLACES);
    struct entry *entry = &model->entries[place];
    switch (seeded_below(&model->random, 4)) {
    case 0: model->lab->now_ns += any_span(&model->random); break;
    case 1: model_cancel(model, entry); break;
    default:
        if (entry->due_ns)
            model_cancel(model, entry);
        model_set(model, place);
    }
    model_run(model);
}

Test(timer_model, timers_do_what_the_model_does)
{
    struct model *model = calloc(1, sizeof *model);
    cr_assert_not_null(model);
    model->random = seeded_start("timer_model");
    model->lab = lab_open();
    for (uint32_t step = 0; step < STEPS; step++)
        model_step(model);
    lab_close(model->lab);
    free(model);
}
