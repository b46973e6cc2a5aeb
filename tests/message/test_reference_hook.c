/* SPDX-License-Identifier: Apache-2.0 */
/* A destroy hook that gives up the references its payload holds. */
#include "numbered.h"

typedef struct batch {
    numbered *parts[2];
} batch;

static void release_parts(myc_context *ctx, void *payload)
{
    const batch *whole = payload;
    for (int index = 0; index < 2; index++)
        myc_release(ctx, whole->parts[index]);
}

static const myc_type batch_type = {
    .name = "batch", .size_bytes = sizeof(batch), .alignment_bytes = 8, .destroy = release_parts};

/* Destroys a batch by a settle inside of `cause`; its parts have another holder each. */
static void run_batch(void (*cause)(myc__memory *, numbered *))
{
    endpoints *all = endpoints_open(WORKERS);
    batch *whole = myc__memory_new(all->at[0], &batch_type, sizeof *whole, 8);
    for (uint32_t index = 0; index < 2; index++) {
        whole->parts[index] = new_numbered(all->at[0], index);
        retain(all->at[1], whole->parts[index]);
    }
    numbered *parts[2] = {whole->parts[0], whole->parts[1]};
    numbered *other = new_numbered(all->at[0], 2);
    retain(all->at[1], other);
    myc__settle(all->at[0]);
    myc__retain_header(all->at[0], myc__header_of(whole));
    myc__release_header(all->at[0], myc__header_of(whole));
    myc__release_header(all->at[0], myc__header_of(whole)); /* all of it is in stock now */
    cause(all->at[0], other);
    myc__settle(all->at[0]);
    cr_expect_eq(1, references(parts[0]), "the other holder's: %u", references(parts[0]));
    cr_expect_eq(1, references(parts[1]), "the other holder's: %u", references(parts[1]));
    cr_expect_eq(0, destroyed[0] + destroyed[1]);
    endpoints_close(all);
}

static void by_retain(myc__memory *memory, numbered *other)
{
    retain(memory, other);
    cr_expect_eq(3, references(other));
    myc__settle(memory);
    cr_expect_eq(3, references(other), "each a user's: %u", references(other));
}

static void by_release(myc__memory *memory, numbered *other)
{
    release(memory, other);
    myc__settle(memory);
    cr_expect_eq(1, references(other), "the other holder's: %u", references(other));
}

Test(reference_hook, may_release_others_when_a_retain_causes_it)
{
    run_batch(by_retain);
    NO_LEAKS();
}

Test(reference_hook, may_release_others_when_a_release_causes_it)
{
    run_batch(by_release);
    NO_LEAKS();
}

static void by_settle(myc__memory *memory, numbered *other)
{
    (void)other;
    myc__settle(memory);
    cr_expect_null(memory->stock, "nothing stays in stock over a pause");
}

Test(reference_hook, leaves_nothing_in_stock_when_a_settle_causes_it)
{
    run_batch(by_settle);
    NO_LEAKS();
}
