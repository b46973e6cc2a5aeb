/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_SHARD_SLOT_TABLE_FRAME_H
#define TESTS_SHARD_SLOT_TABLE_FRAME_H

/*
 * A slot table to test, and actors for it that are only addresses.
 */
#include <pthread.h>
#include <signal.h>

#include "base/probe_allocator.h"
#include "shard/slot_table.h"
#include "support/leaks.h"

enum {
    KEPT_BACK = 64, /* free slots before one is used again */
    ALL_SLOTS = 1 << MYC__INDEX_BITS
};

struct table_frame {
    probe_allocator probe;
    myc__allocator allocator;
    myc__slot_table table;
};

MYC_UNUSED static void open_table(struct table_frame *frame)
{
    probe_start(&frame->probe, &frame->allocator);
    myc__slot_table_init(&frame->table, &frame->allocator);
}

MYC_UNUSED static void close_table(struct table_frame *frame)
{
    myc__slot_table_fini(&frame->table);
    probe_expect_balanced(&frame->probe);
}

MYC_UNUSED static uint32_t take(struct table_frame *frame, uint32_t *generation)
{
    uint32_t index = UINT32_MAX;
    cr_assert_eq(0, myc__slot_take(&frame->table, &index, generation));
    cr_assert_not_null(myc__slot_at(&frame->table, index));
    return index;
}

/* Any pointer does as an actor: the table never follows it. */
MYC_UNUSED static struct myc__actor *actor_number(uint32_t number)
{
    return (struct myc__actor *)((uintptr_t)number * 16 + 16);
}

MYC_UNUSED static uint32_t spawn(struct table_frame *frame, uint32_t *generation)
{
    uint32_t index = take(frame, generation);
    myc__slot *slot = myc__slot_at(&frame->table, index);
    myc__slot_publish(slot, actor_number(index), *generation);
    cr_assert_eq(*generation, slot->life);
    cr_assert_eq(actor_number(index), slot->actor);
    return index;
}

#endif
