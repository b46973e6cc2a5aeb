/* SPDX-License-Identifier: Apache-2.0 */
#include "system/frame.h"

enum { NODE = 5, FRAMES_MAX = 8, FRAME_BYTES = 64 };

/* ---- a transport into a queue of frames, which the test delivers to the other system ---- */

typedef struct wire {
    uint32_t count;
    myc_sent answer; /* to each post */
    struct {
        myc_frame frame;
        uint8_t bytes[FRAME_BYTES];
    } queue[FRAMES_MAX];
} wire;

static myc_sent wire_post(void *self, myc_context *ctx, myc_address to, uint32_t tag,
                          const void *payload)
{
    wire *through = self;
    if (through->answer == MYC_SENT) {
        cr_assert_lt(through->count, FRAMES_MAX);
        uint8_t *bytes = through->queue[through->count].bytes;
        int64_t size_bytes = myc_to_bytes(payload, bytes, FRAME_BYTES, NULL);
        cr_assert_gt(size_bytes, 0);
        through->queue[through->count++].frame = (myc_frame){
            myc_address_on_node(to, 0), tag, myc_type_of(payload)->id, bytes, (size_t)size_bytes};
    }
    myc_release(ctx, payload);
    return through->answer;
}

/* Two systems; `to` is an actor of the far one as the near one sees it. */
typedef struct pair {
    office near, far;
    wire wire;
    journal log;
    desk_ref there;
    desk_ref to;
} pair;

static void pair_open(pair *both)
{
    *both = (pair){.wire = {.answer = MYC_SENT}};
    office_open(&both->near, (myc_system_options){.workers = 1, .caller_driven = true});
    office_open(&both->far, (myc_system_options){.workers = 2, .caller_driven = true});
    myc_transport transport = {"wire", wire_post, &both->wire};
    cr_assert_eq(0, myc_system_attach(both->near.system, NODE, &transport));
    cr_assert_eq(0, myc_system_register(both->far.system, &note_type));
    both->there = hire(&both->far, &both->log, 1);
    both->to = (desk_ref){myc_address_on_node(both->there.address, NODE)};
}

static void pair_close(pair *both)
{
    office_close(&both->near);
    office_close(&both->far);
}

static void expect_counts(office *at, uint64_t handled, uint64_t dead, uint64_t refused)
{
    myc_counts counts;
    myc_system_counts(at->system, &counts);
    cr_expect_eq(handled + dead, counts.accepted);
    cr_expect_eq(handled, counts.handled);
    cr_expect_eq(dead, counts.dead);
    cr_expect_eq(refused, counts.refused);
    cr_expect_eq(0, counts.queued);
}

Test(transport, carries_messages_to_another_system)
{
    pair both;
    pair_open(&both);
    for (uint64_t i = 1; i <= 3; i++) {
        cr_expect_eq(MYC_SENT, send_note(both.near.ctx, both.to, i));
    }
    cr_expect_eq(3, both.wire.count);
    for (uint32_t i = 0; i < both.wire.count; i++) {
        cr_expect_eq(0, myc_transport_deliver(both.far.ctx, &both.wire.queue[i].frame, NULL));
    }
    expect_quiet(&both.far);
    cr_expect_eq(3, atomic_load(&both.log.notes));
    cr_expect_eq(3, atomic_load(&both.log.last_value));
    cr_expect_eq(0, atomic_load(&both.log.out_of_order));
    expect_counts(&both.near, 3, 0, 0);
    expect_counts(&both.far, 3, 0, 0);
    pair_close(&both);
    NO_LEAKS();
}

Test(transport, refusals_are_those_of_a_full_mailbox)
{
    pair both;
    pair_open(&both);
    both.wire.answer = MYC_FULL;
    cr_expect_eq(MYC_FULL, send_note(both.near.ctx, both.to, 1));
    expect_counts(&both.near, 0, 0, 1);
    pair_close(&both);
    NO_LEAKS();
}

Test(transport, failures_are_dead_letters)
{
    pair both;
    pair_open(&both);
    both.wire.answer = MYC_UNREACHABLE;
    cr_expect_eq(MYC_UNREACHABLE, send_note(both.near.ctx, both.to, 1));
    both.wire.answer = MYC_DEAD;
    cr_expect_neq(MYC_SENT, send_note(both.near.ctx, both.to, 1));
    cr_expect_eq(2, atomic_load(&both.near.letters[MYC_DEAD_NO_ROUTE]));
    expect_counts(&both.near, 0, 2, 0);
    pair_close(&both);
    NO_LEAKS();
}

Test(transport, is_missing_for_an_unknown_node)
{
    pair both;
    pair_open(&both);
    desk_ref nowhere = {myc_address_on_node(both.there.address, NODE + 1)};
    cr_expect_eq(MYC_UNREACHABLE, send_note(both.near.ctx, nowhere, 1));
    cr_expect_eq(1, atomic_load(&both.near.letters[MYC_DEAD_NO_ROUTE]));
    cr_expect_eq(0, both.wire.count);
    cr_expect_eq(0, myc_room(both.near.ctx, nowhere.address));
    myc_stop(both.near.ctx, nowhere.address); /* nobody here */
    pair_close(&both);
    NO_LEAKS();
}

Test(transport, is_closed_to_foreign_threads_after_a_stop)
{
    pair both;
    pair_open(&both);
    cr_expect_eq(0, myc_system_stop(both.near.system, NULL, NULL));
    cr_expect_neq(MYC_SENT, send_note(both.near.ctx, both.to, 1));
    cr_expect_eq(0, both.wire.count);
    pair_close(&both);
    NO_LEAKS();
}

Test(transport, is_attached_once_to_a_node_there_can_be)
{
    pair both;
    pair_open(&both);
    myc_transport transport = {"wire", wire_post, &both.wire}, empty = {"empty", NULL, NULL};
    myc_system *system = both.near.system;
    cr_expect_eq(MYC_EBUSY, myc_system_attach(system, NODE, &transport));
    cr_expect_eq(MYC_EINVAL, myc_system_attach(system, 0, &transport));
    cr_expect_eq(MYC_EINVAL, myc_system_attach(system, MYC_NODE_MAX + 1, &transport));
    cr_expect_eq(MYC_EINVAL, myc_system_attach(system, 1, &empty));
    cr_expect_eq(MYC_EINVAL, myc_system_attach(system, 1, NULL));
    cr_expect_eq(0, myc_system_attach(system, MYC_NODE_MAX, &transport));
    pair_close(&both);
    NO_LEAKS();
}

/* ---- frames from outside are believed nothing ---- */

static int deliver(pair *both, myc_address to, uint32_t tag, uint32_t type_id, size_t size_bytes,
                   myc_codec_error *error)
{
    static const uint8_t bytes[FRAME_BYTES] = {1};
    myc_frame frame = {to, tag, type_id, bytes, size_bytes};
    *error = (myc_codec_error){0};
    return myc_transport_deliver(both->far.ctx, &frame, error);
}

Test(deliver, refuses_what_does_not_fit_the_row)
{
    pair both;
    pair_open(&both);
    myc_codec_error error;
    myc_address to = both.there.address;
    cr_expect_eq(0, deliver(&both, to, desk_tag_note, 1, sizeof(note), &error));
    cr_expect_eq(MYC_ETYPE, deliver(&both, to, desk_tag_note, 2, sizeof(note), &error));
    cr_expect_str_eq("note", error.type);
    cr_expect_eq(MYC_ETYPE, deliver(&both, to, desk_tag_gate, 1, sizeof(note), &error));
    cr_expect_str_eq("gate", error.type);
    cr_expect_eq(MYC_ETYPE, deliver(&both, to, desk_row_count, 1, sizeof(note), &error));
    cr_expect_eq(MYC_ETYPE, deliver(&both, to, desk_row_count, 0, sizeof(note), &error));
    cr_expect_eq(MYC_ETYPE, deliver(&both, to, UINT32_MAX, 0, sizeof(note), &error));
    cr_expect_eq(MYC_ETYPE, deliver(&both, to, 1008, 0, 0, &error), "a control tag");
    expect_quiet(&both.far);
    cr_expect_eq(1, atomic_load(&both.log.notes));
    pair_close(&both);
    NO_LEAKS();
}

Test(deliver, names_the_field_that_is_bad)
{
    pair both;
    pair_open(&both);
    myc_codec_error error;
    myc_address to = both.there.address;
    cr_expect_eq(MYC_ESHORT, deliver(&both, to, desk_tag_note, 1, 3, &error));
    cr_expect_str_eq("note", error.type);
    cr_expect_str_not_empty(error.reason);
    cr_expect_eq(3, error.offset);
    cr_expect_eq(MYC_EFIELD, deliver(&both, to, desk_tag_note, 1, 9, &error));
    pair_close(&both);
    NO_LEAKS();
}

Test(deliver, knows_who_is_not_there)
{
    pair both;
    pair_open(&both);
    myc_codec_error error;
    myc_address to = both.there.address;
    myc_address nobody[] = {{0, 0},
                            {to.slot, to.life + 2},
                            {to.slot + 1, to.life},
                            {UINT32_MAX, 1},
                            myc_address_on_node(to, NODE)};
    for (uint32_t i = 0; i < sizeof nobody / sizeof nobody[0]; i++) {
        cr_expect_eq(MYC_ENOENT, deliver(&both, nobody[i], desk_tag_note, 1, sizeof(note), &error),
                     "address %u", i);
    }
    myc_stop(both.far.ctx, to);
    expect_quiet(&both.far);
    cr_expect_eq(MYC_ENOENT, deliver(&both, to, desk_tag_note, 1, sizeof(note), &error));
    pair_close(&both);
    NO_LEAKS();
}

Test(deliver, says_when_the_mailbox_is_full)
{
    pair both;
    pair_open(&both);
    myc_codec_error error;
    int code = 0;
    for (uint32_t i = 0; i < 5000 && code == 0; i++) {
        code = deliver(&both, both.there.address, desk_tag_note, 1, sizeof(note), &error);
    }
    cr_expect_eq(MYC_EBUSY, code);
    expect_quiet(&both.far);
    pair_close(&both);
    NO_LEAKS();
}

/* Two types may have one id; the registered one is not what the row carries. */
Test(deliver, never_gives_a_handler_another_type_with_the_same_id)
{
    pair both;
    pair_open(&both);
    static const myc_type impostor = {.name = "impostor",
                                      .id = 1,
                                      .size_bytes = sizeof(note),
                                      .alignment_bytes = 8,
                                      .encode = note__encode,
                                      .decode = note__decode};
    office other;
    office_open(&other, (myc_system_options){.workers = 1, .caller_driven = true});
    cr_assert_eq(0, myc_system_register(other.system, &impostor));
    journal log = {0};
    desk_ref ref = hire(&other, &log, 0);
    uint8_t bytes[sizeof(note)] = {0};
    myc_frame frame = {ref.address, desk_tag_note, 1, bytes, sizeof bytes};
    cr_expect_eq(MYC_ETYPE, myc_transport_deliver(other.ctx, &frame, NULL));
    expect_quiet(&other);
    cr_expect_eq(0, atomic_load(&log.notes));
    office_close(&other);
    pair_close(&both);
    NO_LEAKS();
}
