/* SPDX-License-Identifier: Apache-2.0 */
/* Offloaded work under the test kit: its pools have no threads, so the seed decides when it is done. */
#include "support/kit.h"

typedef struct sum_data {
    uint32_t value;
} sum_data;
MYC_MESSAGE(sum_data)
MYC_MESSAGE_TYPE(sum_data)

#define ADDER_ROWS(ROW, P)                                                                         \
    ROW(P, add, sum_data) ROW(P, added, sum_data) ROW(P, lost, myc_work_failed)
MYC_PROTOCOL(adder, ADDER_ROWS)

struct adder {
    myc_pool *pool;
    uint32_t *sum;
};

static const sum_data *add_one(myc_context *ctx, const void *argument)
{
    sum_data *made = sum_data_new(ctx);
    cr_assert_not_null(made);
    made->value = ((const sum_data *)argument)->value + 1;
    return made;
}

static myc_next adder_on_add(struct adder *self, myc_context *ctx, const sum_data *add)
{
    cr_expect_eq(MYC_SENT,
                 adder_offload_added(ctx, self->pool, add_one, sum_data_retain(ctx, add)));
    return MYC_CONTINUE;
}

static myc_next adder_on_added(struct adder *self, myc_context *ctx, const sum_data *added)
{
    (void)ctx;
    *self->sum += added->value;
    return MYC_CONTINUE;
}

static myc_next adder_on_lost(struct adder *self, myc_context *ctx, const myc_work_failed *lost)
{
    (void)self, (void)ctx, (void)lost;
    cr_expect(false, "work failed");
    return MYC_CONTINUE;
}
MYC_ACTOR(adder, adder, ADDER_ROWS)

static void add_all(uint64_t seed)
{
    enum { COUNT = 20 };
    uint32_t sum = 0;
    myc_testkit *kit = kit_open(seed, 2);
    myc_context *ctx = myc_testkit_context(kit);
    myc_pool *pool;
    adder_ref ref;
    cr_assert_eq(0, myc_pool_create(myc_testkit_system(kit), NULL, &pool));
    cr_assert_eq(0, adder_spawn(ctx, &(struct adder){pool, &sum}, NULL, &ref));
    for (uint32_t i = 0; i < COUNT; i++) {
        sum_data *add = sum_data_new(ctx);
        add->value = i;
        cr_assert_eq(MYC_SENT, adder_send_add(ctx, ref, add));
    }
    cr_expect_geq(myc_testkit_run(kit), 2 * COUNT);
    cr_expect_eq(COUNT * (COUNT + 1) / 2, sum);
    kit_close(kit);
}

Test(offload_kit, a_run_does_the_work_too)
{
    KIT_SEEDS(seed, 20)
    {
        add_all(seed);
    }
}
