/* SPDX-License-Identifier: Apache-2.0 */
#include "contexts.h"

typedef struct level {
    int64_t price;
    uint32_t quantity;
    uint32_t orders;
} level;
MYC_MESSAGE(level)
MYC_FLAT_CODEC(level)
MYC_MESSAGE_TYPE(level, .id = 40, .encode = level__encode, .decode = level__decode)

/* Has no serialized form. */
typedef struct local_note {
    uint32_t number;
} local_note;
MYC_MESSAGE(local_note)
MYC_MESSAGE_TYPE(local_note, .id = 0)

/* Has an id, but no encoder. */
typedef struct half_note {
    uint32_t number;
} half_note;
MYC_MESSAGE(half_note)
MYC_MESSAGE_TYPE(half_note, .id = 41)

/* Checks its one field, and counts how often it is destroyed. */
typedef struct checked {
    uint32_t side;
    uint32_t unused;
} checked;
MYC_MESSAGE(checked)

static uint32_t checked_destroyed;
static bool checked_was_zeroed;

static void destroy_checked(myc_context *ctx, void *payload)
{
    (void)ctx;
    (void)payload;
    checked_destroyed++;
}

static int decode_checked(void *payload, const uint8_t *bytes, size_t size_bytes,
                          myc_codec_error *error)
{
    checked *made = payload;
    checked_was_zeroed = made->side == 0 && made->unused == 0;
    made->side = size_bytes ? bytes[0] : 9;
    if (made->side <= 1)
        return 0;
    *error = (myc_codec_error){"checked", "side", "0 or 1", 0};
    return MYC_EFIELD;
}

static int64_t encode_checked(const void *payload, uint8_t *bytes, size_t capacity_bytes,
                              myc_codec_error *error)
{
    if (capacity_bytes < 1) {
        *error = (myc_codec_error){"checked", "side", "one byte", 0};
        return MYC_ESHORT;
    }
    bytes[0] = (uint8_t)((const checked *)payload)->side;
    return 1;
}

MYC_MESSAGE_TYPE(checked, .id = 42, .destroy = destroy_checked, .encode = encode_checked,
                 .decode = decode_checked)

static void open_with_types(contexts *both)
{
    contexts_open(both);
    cr_assert_eq(0, myc_system_register(both->system, &level_type));
    cr_assert_eq(0, myc_system_register(both->system, &checked_type));
}

Test(codec, round_trips_a_flat_type_through_its_bytes)
{
    contexts both;
    open_with_types(&both);
    level *sent = level_new(both.foreign);
    *sent = (level){-5, 7, 9};
    uint8_t bytes[sizeof(level) + 1];
    bytes[sizeof(level)] = 0x77;
    cr_assert_eq(sizeof(level), myc_to_bytes(sent, bytes, sizeof bytes, NULL));
    cr_expect_eq(0x77, bytes[sizeof(level)], "nothing is written past the end");
    const void *made;
    cr_assert_eq(0, myc_from_bytes(both.foreign, 40, bytes, sizeof(level), &made, NULL));
    const level *got = level_cast(made);
    cr_assert_not_null(got);
    cr_expect_neq(sent, got);
    cr_expect_eq(-5, got->price);
    cr_expect_eq(7, got->quantity);
    cr_expect_eq(9, got->orders);
    level_release(both.foreign, sent);
    level_release(both.foreign, got);
    contexts_close(&both);
    NO_LEAKS();
}

Test(codec, refuses_a_short_buffer_and_leaves_it_alone)
{
    contexts both;
    open_with_types(&both);
    level *sent = level_new(both.foreign);
    for (size_t capacity = 0; capacity < sizeof(level); capacity++) {
        uint8_t bytes[sizeof(level)];
        memset(bytes, 0x77, sizeof bytes);
        myc_codec_error error = {0};
        cr_expect_eq(MYC_ESHORT, myc_to_bytes(sent, bytes, capacity, &error));
        cr_expect_str_eq(error.type, "level");
        cr_expect_null(error.field);
        cr_expect_not_null(error.reason);
        cr_expect_eq(capacity, error.offset);
        for (size_t index = 0; index < sizeof bytes; index++)
            cr_assert_eq(0x77, bytes[index]);
    }
    level_release(both.foreign, sent);
    contexts_close(&both);
    NO_LEAKS();
}

Test(codec, refuses_bytes_of_another_length)
{
    contexts both;
    open_with_types(&both);
    uint8_t bytes[2 * sizeof(level)] = {0};
    for (size_t size = 0; size <= sizeof bytes; size++) {
        if (size == sizeof(level))
            continue;
        myc_codec_error error = {0};
        const void *made = &both;
        int expected = size < sizeof(level) ? MYC_ESHORT : MYC_EFIELD;
        cr_expect_eq(expected, myc_from_bytes(both.worker, 40, bytes, size, &made, &error));
        cr_expect_null(made);
        cr_expect_str_eq(error.type, "level");
        cr_expect_null(error.field);
        cr_expect_not_null(error.reason);
    }
    contexts_close(&both);
    NO_LEAKS();
}

Test(codec, says_that_a_type_has_no_serialized_form)
{
    contexts both;
    open_with_types(&both);
    const void *notes[] = {local_note_new(both.foreign), half_note_new(both.foreign)};
    static const char *const names[] = {"local_note", "half_note"};
    for (int index = 0; index < 2; index++) {
        uint8_t bytes[16];
        myc_codec_error error = {0};
        cr_expect_eq(MYC_ENOTSUP, myc_to_bytes(notes[index], bytes, sizeof bytes, &error));
        cr_expect_str_eq(error.type, names[index]);
        cr_expect_null(error.field);
        cr_expect_not_null(error.reason);
        cr_expect_eq(MYC_ENOTSUP, myc_to_bytes(notes[index], bytes, sizeof bytes, NULL));
        myc_release(both.foreign, notes[index]);
    }
    contexts_close(&both);
    NO_LEAKS();
}

Test(codec, does_not_know_an_id_that_was_not_registered)
{
    contexts both;
    open_with_types(&both);
    static const uint32_t ids[] = {0, 1, 39, 41, 552, UINT32_MAX};
    for (size_t index = 0; index < sizeof ids / sizeof ids[0]; index++) {
        const void *made = &both;
        myc_codec_error error = {.type = "stale"};
        int code = myc_from_bytes(both.foreign, ids[index], (uint8_t[16]){0}, 16, &made, &error);
        cr_expect_eq(MYC_ETYPE, code);
        cr_expect_null(made);
        cr_expect_null(error.type);
        cr_expect_not_null(error.reason);
        cr_expect_eq(MYC_ETYPE, myc_from_bytes(both.foreign, ids[index], NULL, 0, &made, NULL));
    }
    contexts_close(&both);
    NO_LEAKS();
}

Test(codec, passes_on_the_decoders_error_and_keeps_nothing)
{
    contexts both;
    open_with_types(&both);
    uint8_t bad = 3;
    for (int round = 0; round < 3; round++) {
        const void *made = &both;
        myc_codec_error error = {0};
        cr_expect_eq(MYC_EFIELD, myc_from_bytes(both.worker, 42, &bad, 1, &made, &error));
        cr_expect_null(made);
        cr_expect_str_eq(error.type, "checked");
        cr_expect_str_eq(error.field, "side");
        cr_expect_str_eq(error.reason, "0 or 1");
        cr_expect(checked_was_zeroed, "the decoder gets zeroed memory, also in round %d", round);
    }
    cr_expect_eq(3, checked_destroyed, "also half decoded ones");
    contexts_close(&both);
    NO_LEAKS();
}

Test(codec, passes_on_the_encoders_error)
{
    contexts both;
    open_with_types(&both);
    checked *made = checked_new(both.foreign);
    myc_codec_error error = {0};
    uint8_t bytes[1];
    cr_expect_eq(MYC_ESHORT, myc_to_bytes(made, bytes, 0, &error));
    cr_expect_str_eq(error.field, "side");
    cr_expect_eq(1, myc_to_bytes(made, bytes, 1, &error));
    checked_release(both.foreign, made);
    contexts_close(&both);
    NO_LEAKS();
}

Test(codec, says_when_memory_is_out)
{
    contexts both;
    open_with_types(&both);
    both.probe.exhausted = true;
    const void *made = &both;
    uint8_t bytes[sizeof(level)] = {0};
    cr_expect_eq(MYC_ENOMEM, myc_from_bytes(both.foreign, 40, bytes, sizeof bytes, &made, NULL));
    cr_expect_null(made);
    both.probe.exhausted = false;
    contexts_close(&both);
    NO_LEAKS();
}
