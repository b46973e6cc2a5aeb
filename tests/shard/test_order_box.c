/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <sched.h>

#include "shards.h"

enum { PRODUCERS = 2, ORDERS = 20000, ALL_ORDERS = PRODUCERS * ORDERS };

/* False when memory for the order is out. */
static bool put_order(myc__order_box *box, myc__memory *memory, myc__envelope envelope)
{
    myc__order *order = myc__order_new(memory);
    if (order)
        myc__order_box_put(box, order, envelope);
    return order != NULL;
}

/* Obeys all that is in the box: they must be `next` and on. Returns the number after the last. */
static uint64_t take_all(myc__order_box *box, myc__memory *memory, uint64_t next)
{
    for (myc__order *order = myc__order_box_take(box); order;) {
        cr_assert(carries(&order->envelope, next++));
        order = myc__order_free(order, memory);
    }
    return next;
}

Test(order_box, gives_orders_oldest_first_and_once)
{
    shards *all = shards_open();
    myc__memory *sender = &all->foreign->memory, *worker = &all->at[0]->context.memory;
    myc__order_box box;
    myc__order_box_init(&box);
    cr_expect_not(myc__order_box_pending(&box));
    cr_expect_null(myc__order_box_take(&box));
    uint64_t put = 0, taken = 0;
    for (uint32_t round = 0; round < 50; round++) {
        for (uint32_t count = 0; count <= round; count++) {
            cr_assert(put_order(&box, sender, numbered(put++)));
            cr_expect(myc__order_box_pending(&box));
        }
        taken = take_all(&box, worker, taken);
        cr_expect_eq(put, taken);
        cr_expect_not(myc__order_box_pending(&box));
        cr_expect_null(myc__order_box_take(&box));
    }
    cr_expect_eq(0, live_blocks(&all->fabric.heap), "the worker frees them");
    myc__order_box_fini(&box);
    shards_close(all);
    NO_LEAKS();
}

Test(order_box, refuses_an_order_when_memory_is_out_and_keeps_the_others)
{
    shards *all = shards_open();
    myc__order_box box;
    myc__order_box_init(&box);
    all->probe.exhausted = true;
    cr_expect_not(put_order(&box, &all->foreign->memory, numbered(0)));
    cr_expect_not(myc__order_box_pending(&box));
    all->probe.exhausted = false;
    cr_expect(put_order(&box, &all->foreign->memory, numbered(0)));
    all->probe.exhausted = true;
    cr_expect_not(put_order(&box, &all->at[1]->context.memory, numbered(1)));
    all->probe.exhausted = false;
    cr_expect_eq(1, take_all(&box, &all->foreign->memory, 0));
    myc__order_box_fini(&box);
    shards_close(all);
    NO_LEAKS();
}

Test(order_box, must_be_empty_in_the_end, .signal = SIGABRT)
{
    shards *all = shards_open();
    myc__order_box box;
    myc__order_box_init(&box);
    cr_assert(put_order(&box, &all->foreign->memory, numbered(0)));
    myc__order_box_fini(&box);
}

struct producer {
    myc__order_box *box;
    myc__memory *memory;
    uint32_t name;
    uint32_t refused;
};

static void *put_many(void *user)
{
    struct producer *producer = user;
    for (uint32_t count = 0; count < ORDERS; count++)
        producer->refused += !put_order(producer->box, producer->memory,
                                        numbered((uint64_t)count << 1 | producer->name));
    return NULL;
}

/* Each producer's orders come in the order it put them in. */
static uint32_t obey_all(myc__order_box *box, myc__memory *memory)
{
    uint64_t next[PRODUCERS] = {0};
    uint32_t wrong = 0;
    for (uint32_t taken = 0; taken < ALL_ORDERS; sched_yield())
        for (myc__order *order = myc__order_box_take(box); order; taken++) {
            uint64_t name = (uintptr_t)order->envelope.payload & 1;
            wrong += !carries(&order->envelope, next[name]++ << 1 | name);
            order = myc__order_free(order, memory);
        }
    return wrong;
}

Test(order_box, loses_no_order_of_several_threads, .timeout = 60)
{
    shards *all = shards_open();
    myc__order_box box;
    myc__order_box_init(&box);
    struct producer producers[PRODUCERS] = {{&box, &all->foreign->memory, 0, 0},
                                            {&box, &all->at[1]->context.memory, 1, 0}};
    pthread_t threads[PRODUCERS];
    for (uint32_t index = 0; index < PRODUCERS; index++)
        cr_assert_eq(0, pthread_create(&threads[index], NULL, put_many, &producers[index]));
    cr_expect_eq(0, obey_all(&box, &all->at[0]->context.memory));
    for (uint32_t index = 0; index < PRODUCERS; index++) {
        pthread_join(threads[index], NULL);
        cr_expect_eq(0, producers[index].refused);
    }
    cr_expect_not(myc__order_box_pending(&box));
    cr_expect_eq(0, live_blocks(&all->fabric.heap));
    myc__order_box_fini(&box);
    shards_close(all);
    NO_LEAKS();
}
