/* SPDX-License-Identifier: Apache-2.0 */
#include "samples.h"
#include "support/leaks.h"
#include "support/naive_framer.h"

/* Peeks into a copy of exactly `size_bytes`. */
static int peek(const uint8_t *bytes, size_t size_bytes, libtypes_frame *frame)
{
    uint8_t *copy = malloc(size_bytes);
    memcpy(copy, bytes, size_bytes);
    int code = libtypes_frame_peek(copy, size_bytes, frame);
    free(copy);
    return code;
}

static encoded encode_random(const myc_type *type)
{
    uint64_t state = 13;
    sample s = random_sample(&state, type->id);
    encoded e = encode(type, &s);
    cr_assert_eq(0, e.code);
    return e;
}

Test(frame, the_list_has_every_type_once_in_order_of_id)
{
    static const char *const names[LIBTYPES_TYPE_COUNT] = {
        "pool_swap_event",     "pool_sync_event",  "pool_liquidity_event", "quote_update",
        "order_book_snapshot", "arbitrage_signal", "momentum_signal",      "cross_venue_signal"};
    for (size_t i = 0; i < LIBTYPES_TYPE_COUNT; i++) {
        const myc_type *type = libtypes_types()[i];
        cr_assert_str_eq(names[i], type->name);
        cr_assert_eq(i + 1, type->id);
        cr_assert_not_null(type->encode);
        cr_assert_not_null(type->decode);
        cr_assert_leq(type->size_bytes, sizeof(sample));
    }
    NO_LEAKS();
}

Test(frame, tells_type_and_size_of_every_message)
{
    for (size_t i = 0; i < LIBTYPES_TYPE_COUNT; i++) {
        const myc_type *type = libtypes_types()[i];
        encoded e = encode_random(type);
        libtypes_frame frame;
        cr_assert_eq(0, peek(e.bytes, e.size_bytes, &frame));
        cr_assert_eq(type, frame.type);
        cr_assert_eq(type->id, frame.template_id);
        cr_assert_eq(LIBTYPES_SCHEMA_ID, frame.schema_id);
        cr_assert_eq(LIBTYPES_SCHEMA_VERSION, frame.version);
        cr_assert_eq(e.bytes[0], frame.block_length);
        cr_assert_eq(e.size_bytes, frame.size_bytes);
        free(e.bytes);
    }
    NO_LEAKS();
}

/* Reading on as it asks ends at the size; what it asks for is never past the message. */
Test(frame, asks_for_no_more_bytes_than_the_message_has)
{
    for (size_t i = 0; i < LIBTYPES_TYPE_COUNT; i++) {
        encoded e = encode_random(libtypes_types()[i]);
        for (size_t there = 0; there <= e.size_bytes; there++) {
            libtypes_frame frame;
            int code = peek(e.bytes, there, &frame);
            if (code == 0) {
                cr_assert_eq(e.size_bytes, frame.size_bytes);
            } else {
                cr_assert_eq(MYC_ESHORT, code);
                cr_assert_gt(frame.size_bytes, there);
                cr_assert_leq(frame.size_bytes, e.size_bytes);
            }
        }
        free(e.bytes);
    }
    NO_LEAKS();
}

Test(frame, walks_a_stream_of_messages)
{
    uint8_t stream[LIBTYPES_TYPE_COUNT * LIBTYPES_MESSAGE_BYTES_MAX];
    size_t end = 0, at = 0, seen = 0;
    for (size_t i = 0; i < LIBTYPES_TYPE_COUNT; i++) {
        encoded e = encode_random(libtypes_types()[i]);
        memcpy(stream + end, e.bytes, e.size_bytes);
        end += e.size_bytes;
        free(e.bytes);
    }
    for (; at < end; seen++) {
        libtypes_frame frame;
        sample s;
        cr_assert_eq(0, peek(stream + at, end - at, &frame));
        cr_assert_eq(libtypes_types()[seen], frame.type);
        cr_assert_eq(0, decode(frame.type, &s, stream + at, frame.size_bytes, NULL));
        at += frame.size_bytes;
    }
    cr_assert_eq(end, at);
    cr_assert_eq(LIBTYPES_TYPE_COUNT, seen);
    NO_LEAKS();
}

static void peeks_as(const uint8_t *header, int expected, const myc_type *type)
{
    libtypes_frame frame;
    cr_assert_eq(expected, peek(header, 8, &frame));
    cr_assert_eq(0, frame.size_bytes);
    cr_assert_eq(type, frame.type);
    cr_assert_eq(header[2], frame.template_id);
    cr_assert_eq(header[6], frame.version);
}

Test(frame, refuses_what_it_cannot_measure)
{
    static const uint8_t other_schema[8] = {117, 0, 1, 0, 'M', 'Z', 0, 0};
    static const uint8_t other_template[8] = {117, 0, LIBTYPES_TYPE_COUNT + 1, 0, 'M', 'Y', 0, 0};
    static const uint8_t template_0[8] = {117, 0, 0, 0, 'M', 'Y', 0, 0};
    static const uint8_t newer[8] = {118, 0, 1, 0, 'M', 'Y', 1, 0};
    static const uint8_t too_long[8] = {0, 255, 1, 0, 'M', 'Y', 0, 0};
    static const uint8_t book_too_long[8] = {0, 255, 5, 0, 'M', 'Y', 0, 0};
    peeks_as(other_schema, MYC_ETYPE, NULL);
    peeks_as(other_template, MYC_ETYPE, NULL);
    peeks_as(template_0, MYC_ETYPE, NULL);
    peeks_as(newer, MYC_ENOTSUP, &pool_swap_event_type);
    peeks_as(too_long, MYC_EFIELD, &pool_swap_event_type);
    peeks_as(book_too_long, MYC_EFIELD, &order_book_snapshot_type);
    NO_LEAKS();
}

Test(frame, refuses_a_group_longer_than_any_message)
{
    uint8_t bytes[8 + 42 + 4] = {42, 0, ORDER_BOOK_SNAPSHOT_ID, 0, 'M', 'Y', 0, 0};
    libtypes_frame frame;
    memset(bytes + 8 + 42, 0xff, 4);
    cr_assert_eq(MYC_EFIELD, peek(bytes, sizeof bytes, &frame));
    cr_assert_eq(0, frame.size_bytes);
    NO_LEAKS();
}

/* Two messages of each type, one behind the other. Returns their size. */
static size_t stream_of_messages(uint8_t *bytes)
{
    size_t size = 0;
    for (size_t i = 0; i < 2 * LIBTYPES_TYPE_COUNT; i++) {
        encoded e = encode_random(libtypes_types()[i % LIBTYPES_TYPE_COUNT]);
        memcpy(bytes + size, e.bytes, e.size_bytes);
        size += e.size_bytes;
        free(e.bytes);
    }
    return size;
}

Test(frame, a_framer_cuts_a_stream_into_messages)
{
    static uint8_t bytes[2 * LIBTYPES_TYPE_COUNT * LIBTYPES_MESSAGE_BYTES_MAX];
    size_t size = stream_of_messages(bytes);
    const myc_framer_options options = {.framing = MYC_FRAMING_PEEK,
                                        .peek = libtypes_frame_measure,
                                        .frame_bytes_max = LIBTYPES_MESSAGE_BYTES_MAX};
    for (size_t piece = 1; piece <= size; piece += 1 + piece / 16) {
        naive_verdict verdict = naive_compare(&options, bytes, size, piece, piece);
        cr_assert_str_empty(verdict.text, "pieces of up to %zu bytes: %s", piece, verdict.text);
        cr_assert_eq(2 * LIBTYPES_TYPE_COUNT, verdict.frames);
    }
    NO_LEAKS();
}
