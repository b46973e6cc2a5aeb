/* SPDX-License-Identifier: Apache-2.0 */
#include "base/seeded.h"
#include "numbered.h"

/* References, and a naive count of who holds what. */
enum { PAYLOADS = 5, STEPS = 200000 };

Test(reference, counts_each_one_of_a_foreign_thread_at_once)
{
    endpoints *all = endpoints_open(WORKERS);
    numbered *payload = new_numbered(all->at[2], 0);
    for (uint32_t more = 1; more <= 10; more++) {
        retain(all->at[2], payload);
        cr_expect_eq(1 + more, references(payload));
    }
    for (uint32_t left = 10; left > 0; left--) {
        release(all->at[3], payload);
        cr_expect_eq(left, references(payload));
    }
    cr_expect_eq(0, destroyed[0]);
    release(all->at[2], payload);
    cr_expect_eq(1, destroyed[0]);
    endpoints_close(all);
    NO_LEAKS();
}

Test(reference, is_destroyed_at_once_by_the_only_holder)
{
    endpoints *all = endpoints_open(WORKERS);
    for (uint32_t index = 0; index < ENDPOINTS; index++) {
        numbered *payload = new_numbered(all->at[0], index);
        release(all->at[index], payload);
        cr_expect_eq(1, destroyed[index], "at endpoint %u", index);
    }
    cr_expect_eq(0, live_blocks(all));
    endpoints_close(all);
    NO_LEAKS();
}

/* A fan-out: many references of one payload cost few changes of its count. */
Test(reference, is_taken_in_weights_by_a_worker_that_repeats_itself)
{
    enum { RETAINS = 1000 };
    endpoints *all = endpoints_open(WORKERS);
    numbered *payload = new_numbered(all->at[0], 0);
    uint32_t changes = 0;
    for (uint32_t index = 0; index < RETAINS; index++) {
        uint32_t before = references(payload);
        retain(all->at[0], payload);
        changes += references(payload) != before;
    }
    cr_expect_eq(1 + RETAINS / MYC__REFERENCE_WEIGHT + 1, changes);
    myc__settle(all->at[0]);
    cr_expect_eq(1 + RETAINS, references(payload), "settled, the count is exact");
    for (uint32_t index = 0; index < 1 + RETAINS; index++)
        release(all->at[1], payload);
    cr_expect_eq(0, destroyed[0], "the stock holds it until the end of the pass");
    myc__settle(all->at[1]);
    cr_expect_eq(1, destroyed[0]);
    endpoints_close(all);
    NO_LEAKS();
}

Test(reference, in_stock_is_settled_when_another_payload_comes)
{
    endpoints *all = endpoints_open(WORKERS);
    numbered *first = new_numbered(all->at[0], 0);
    numbered *second = new_numbered(all->at[0], 1);
    for (uint32_t index = 0; index < 3; index++)
        retain(all->at[0], first);
    cr_expect_gt(references(first), 4);
    retain(all->at[0], second);
    cr_expect_eq(4, references(first), "by a retain");
    for (uint32_t index = 0; index < 3; index++)
        retain(all->at[0], second);
    release(all->at[0], first);
    cr_expect_eq(5, references(second), "by a release");
    for (uint32_t index = 0; index < 3; index++)
        release(all->at[0], first);
    for (uint32_t index = 0; index < 5; index++)
        release(all->at[0], second);
    cr_expect_eq(1, destroyed[0]);
    myc__settle(all->at[0]);
    cr_expect_eq(1, destroyed[1]);
    endpoints_close(all);
    NO_LEAKS();
}

struct model {
    endpoints *all;
    seeded random;
    numbered *payloads[PAYLOADS]; /* NULL = nobody holds it */
    uint32_t held[ENDPOINTS][PAYLOADS];
    uint32_t made;
};

static uint32_t holders(const struct model *model, uint32_t which)
{
    uint32_t sum = 0;
    for (uint32_t index = 0; index < ENDPOINTS; index++)
        sum += model->held[index][which];
    return sum;
}

static uint32_t stocked(const struct model *model, const numbered *payload)
{
    uint32_t sum = 0;
    for (uint32_t index = 0; index < ENDPOINTS; index++)
        if (model->all->at[index]->stock == myc__header_of(payload))
            sum += model->all->at[index]->stock_count;
    return sum;
}

/* count = users' references + references in stock, as long as the payload lives. */
static void expect_exact(const struct model *model, uint32_t which)
{
    const numbered *payload = model->payloads[which];
    uint32_t users = holders(model, which);
    if (users)
        cr_assert_eq(users + stocked(model, payload), references(payload));
    cr_assert_leq(destroyed[payload->number], users ? 0 : 1);
}

static void make(struct model *model, uint32_t endpoint, uint32_t which)
{
    model->payloads[which] = new_numbered(model->all->at[endpoint], model->made++);
    model->held[endpoint][which] = 1;
}

static void change(struct model *model, uint32_t endpoint, uint32_t which, uint32_t dice)
{
    myc__memory *memory = model->all->at[endpoint];
    if (dice < 36) {
        retain(memory, model->payloads[which]);
        model->held[endpoint][which]++;
    } else if (dice < 78) {
        model->held[endpoint][which]--;
        numbered *payload = model->payloads[which];
        if (!holders(model, which))
            model->payloads[which] = NULL; /* gone, or in stock */
        release(memory, payload);
    } else {
        model->held[endpoint][which]--;
        model->held[seeded_below(&model->random, ENDPOINTS)][which]++;
    }
}

static void step(struct model *model)
{
    uint32_t endpoint = seeded_below(&model->random, ENDPOINTS);
    uint32_t which = seeded_below(&model->random, PAYLOADS);
    uint32_t dice = seeded_below(&model->random, 100);
    if (!model->payloads[which])
        make(model, endpoint, which);
    else if (dice >= 92)
        myc__settle(model->all->at[endpoint]);
    else if (model->held[endpoint][which])
        change(model, endpoint, which, dice);
    for (uint32_t index = 0; index < PAYLOADS; index++)
        if (model->payloads[index])
            expect_exact(model, index);
}

static void release_everything(struct model *model)
{
    for (uint32_t which = 0; which < PAYLOADS; which++)
        for (uint32_t endpoint = 0; endpoint < ENDPOINTS; endpoint++)
            while (model->held[endpoint][which]) {
                model->held[endpoint][which]--;
                release(model->all->at[endpoint], model->payloads[which]);
            }
    for (uint32_t endpoint = 0; endpoint < ENDPOINTS; endpoint++)
        myc__settle(model->all->at[endpoint]);
}

Test(reference, agrees_with_a_naive_count_and_destroys_once, .timeout = 120)
{
    struct model model = {.random = seeded_start("reference")};
    model.all = endpoints_open(WORKERS);
    for (uint32_t index = 0; index < STEPS; index++)
        step(&model);
    release_everything(&model);
    cr_expect_gt(model.made, STEPS / 1000);
    for (uint32_t number = 0; number < model.made; number++)
        cr_assert_eq(1, destroyed[number], "payload %u: %u times", number, destroyed[number]);
    cr_expect_eq(0, live_blocks(model.all));
    endpoints_close(model.all);
    NO_LEAKS();
}

enum { ROUNDS = 200000 };

struct user {
    myc__memory *memory;
    const numbered *payload;
};

/* Begins and ends with one reference, which it releases. */
static void *use_and_release(void *argument)
{
    const struct user *user = argument;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        retain(user->memory, user->payload);
        release(user->memory, user->payload);
        if (round % 16 == 0)
            myc__settle(user->memory);
    }
    release(user->memory, user->payload);
    myc__settle(user->memory);
    return NULL;
}

Test(reference, of_threads_that_use_it_at_once_is_dropped_once, .timeout = 60)
{
    endpoints *all = endpoints_open(WORKERS);
    numbered *payload = new_numbered(all->at[0], 0);
    for (uint32_t index = 1; index < ENDPOINTS; index++)
        retain(all->at[3], payload);
    struct user users[ENDPOINTS];
    pthread_t threads[ENDPOINTS];
    for (uint32_t index = 0; index < ENDPOINTS; index++) {
        users[index] = (struct user){all->at[index], payload};
        cr_assert_eq(0, pthread_create(&threads[index], NULL, use_and_release, &users[index]));
    }
    for (uint32_t index = 0; index < ENDPOINTS; index++)
        pthread_join(threads[index], NULL);
    cr_expect_eq(1, destroyed[0]);
    cr_expect_eq(0, live_blocks(all));
    endpoints_close(all);
    NO_LEAKS();
}
