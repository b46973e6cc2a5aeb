/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include <mycelium/transport.h>

#include "shard/envelope.h"
#include "support/leaks.h"

static const uint32_t generations[] = {0, 1, 2, 3, 0x155555, 0x2AAAAA, 0x3FFFFE, 0x3FFFFF};
static const uint32_t slots[] = {0, 1, 0xFFFFFF, 0x1000000, 0x3F000000, 0x80000001, UINT32_MAX};

enum {
    GENERATIONS = sizeof generations / sizeof generations[0],
    SLOTS = sizeof slots / sizeof slots[0]
};

static void expect_unpacked(myc_address to, uint32_t tag)
{
    int payload = 0;
    myc__envelope envelope = myc__envelope_make(to, tag, &payload);
    cr_assert_eq(tag, myc__envelope_tag(&envelope));
    cr_assert(myc_address_equal(to, myc__envelope_to(&envelope)), "slot %x life %x tag %u", to.slot,
              to.life, tag);
    cr_assert_eq(&payload, envelope.payload);
}

Test(envelope, carries_every_tag_with_extreme_generations_and_slots)
{
    for (uint32_t tag = 0; tag <= MYC__TAG_MASK; tag++)
        for (int slot = 0; slot < SLOTS; slot++)
            for (int life = 0; life < GENERATIONS; life++)
                expect_unpacked((myc_address){slots[slot], generations[life]}, tag);
    NO_LEAKS();
}

/* Who gets a message is on this node: the lane does not carry the node. */
Test(envelope, drops_the_node)
{
    myc_address here = {7, 0x3FFFFF};
    myc_address there = myc_address_on_node(here, MYC_NODE_MAX);
    cr_expect_eq(MYC_NODE_MAX, myc__address_node(there));
    myc__envelope envelope = myc__envelope_make(there, 3, NULL);
    cr_expect(myc_address_equal(here, myc__envelope_to(&envelope)));
    cr_expect_eq(3, myc__envelope_tag(&envelope));
    NO_LEAKS();
}

Test(envelope, finds_worker_index_and_node_of_an_address)
{
    for (uint32_t worker = 0; worker < MYC__WORKERS_MAX; worker++)
        for (uint32_t node = 0; node <= MYC_NODE_MAX; node += 31) {
            uint32_t index = 0xFFFFFFu - worker * 1000;
            myc_address here = {worker << 24 | index, 0x200001};
            myc_address address = myc_address_on_node(here, node);
            cr_assert_eq(worker, myc__address_worker(address));
            cr_assert_eq(index, myc__address_index(address));
            cr_assert_eq(node, myc__address_node(address));
        }
    NO_LEAKS();
}

Test(envelope, keeps_control_tags_apart_from_rows)
{
    cr_expect_gt(MYC__CONTROL_START, MYC__ROWS_MAX - 1);
    cr_expect_leq(MYC__CONTROL_ROOM, MYC__TAG_MASK);
    NO_LEAKS();
}
