/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_FUZZ_NAIVE_FRAME_H
#define TESTS_FUZZ_NAIVE_FRAME_H

/*
 * Compares a decoder of exchange frames with a naive one, which fills in the same struct from what
 * jansson has read.
 */
#include <stdlib.h>

#include "feeds/exchange_frame.h"
#include "fuzz.h"
#include "naive_json.h"

/** Fills in `frame`, which is zeroed, from a valid text. */
typedef void naive_decode(const json_t *root, exchange_frame *frame);

typedef void frame_decode(const char *text, size_t size, exchange_frame *frame);

/** Appends [price, quantity, ...] levels; with `written` in their own decimals, which go to
 * frame->decimals and must be the same for all. Returns whether that is what there is. */
MYC_UNUSED static bool naive_level(const json_t *level, size_t first, bool written,
                                   exchange_frame *frame, book_side side)
{
    const char *price = json_string_value(json_array_get(level, first));
    const char *quantity = json_string_value(json_array_get(level, first + 1));
    bool has_levels = frame->sides[0].count + frame->sides[1].count > 0;
    book_level value;
    if (!price || !quantity)
        return false;
    if (written && (naive_decimals(price) > 18 || naive_decimals(quantity) > 18))
        return false;
    book_decimals decimals = frame->decimals;
    if (written)
        decimals =
            (book_decimals){(uint8_t)naive_decimals(price), (uint8_t)naive_decimals(quantity)};
    if (has_levels && memcmp(&decimals, &frame->decimals, sizeof decimals) != 0)
        return false;
    frame->decimals = decimals;
    return naive_fixed(price, decimals.price, &value.price) &&
           naive_fixed(quantity, decimals.quantity, &value.quantity) &&
           exchange_levels_add(&frame->sides[side], value) == EXCHANGE_VALUE_OK;
}

MYC_UNUSED static bool naive_levels(const json_t *levels, bool written, exchange_frame *frame,
                                    book_side side)
{
    size_t i;
    json_t *level;
    json_array_foreach(levels, i, level)
    {
        if (!json_is_array(level) || !naive_level(level, 0, written, frame, side))
            return false;
        for (size_t more = 2; more < json_array_size(level); more++) {
            const char *text = json_string_value(json_array_get(level, more));
            frame->republished += text && strcmp(text, "r") == 0;
        }
    }
    return json_is_array(levels);
}

static void compare_levels(const exchange_levels *expected, const exchange_levels *found)
{
    FUZZ_CHECK(expected->count == found->count, "%u, expected %u", found->count, expected->count);
    for (uint32_t i = 0; i < expected->count; i++) {
        FUZZ_CHECK(expected->levels[i].price == found->levels[i].price, "level %u", i);
        FUZZ_CHECK(expected->levels[i].quantity == found->levels[i].quantity, "level %u", i);
    }
}

static void compare_best(const exchange_frame *expected, const exchange_frame *found)
{
    FUZZ_CHECK(expected->has_sizes == found->has_sizes, "sizes");
    for (int side = 0; side < 2; side++) {
        FUZZ_CHECK(expected->best[side].price == found->best[side].price, "side %d", side);
        FUZZ_CHECK(!expected->has_sizes ||
                       expected->best[side].quantity == found->best[side].quantity,
                   "side %d", side);
    }
}

static void compare_book(const exchange_frame *expected, const exchange_frame *found)
{
    FUZZ_CHECK(expected->has_previous == found->has_previous &&
                   (!found->has_previous || expected->previous_id == found->previous_id) &&
                   expected->first_id == found->first_id && expected->last_id == found->last_id,
               "ids");
    FUZZ_CHECK(expected->has_checksum == found->has_checksum &&
                   (!found->has_checksum || expected->checksum == found->checksum),
               "checksum");
    FUZZ_CHECK(expected->depth_max == found->depth_max, "depth %u", found->depth_max);
    FUZZ_CHECK(expected->republished == found->republished, "republished");
    compare_levels(&expected->sides[0], &found->sides[0]);
    compare_levels(&expected->sides[1], &found->sides[1]);
    if (found->sides[0].count + found->sides[1].count > 0)
        FUZZ_CHECK(memcmp(&expected->decimals, &found->decimals, sizeof found->decimals) == 0,
                   "decimals");
}

static void compare_good(const exchange_frame *expected, const exchange_frame *found)
{
    FUZZ_CHECK(expected->instrument.size == found->instrument.size &&
                   memcmp(expected->instrument.text ? expected->instrument.text : "",
                          found->instrument.text ? found->instrument.text : "",
                          found->instrument.size) == 0,
               "instrument");
    switch (found->kind) {
    case EXCHANGE_FRAME_SNAPSHOT:
    case EXCHANGE_FRAME_DEPTH: compare_book(expected, found); break;
    case EXCHANGE_FRAME_TICKER:
        FUZZ_CHECK(expected->last_id == found->last_id, "id");
        compare_best(expected, found);
        break;
    default:
        FUZZ_CHECK(expected->trade.price == found->trade.price, "price");
        FUZZ_CHECK(expected->trade.quantity == found->trade.quantity, "quantity");
    }
}

static void compare_frames(const exchange_frame *expected, const exchange_frame *found)
{
    FUZZ_CHECK(expected->kind == found->kind, "kind %d, expected %d: %s %s", found->kind,
               expected->kind, found->fault.key ? found->fault.key : "",
               found->fault.reason ? found->fault.reason : "");
    if (found->kind >= EXCHANGE_FRAME_SNAPSHOT)
        compare_good(expected, found);
}

/** The name under `key` as the frame has it. */
MYC_UNUSED static json_text naive_name(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return (json_text){json_string_value(value), json_string_length(value)};
}

/** One input: the frame lies in memory of its own, so that a read outside is seen. */
MYC_UNUSED static void check_frame(const uint8_t *bytes, size_t size, frame_decode *decode,
                                   naive_decode *naive)
{
    static exchange_frame found;
    exchange_frame expected = {.kind = EXCHANGE_FRAME_UNKNOWN};
    json_t *root;
    char *text = malloc(size ? size : 1);
    memcpy(text, bytes, size);
    decode(text, size, &found);
    naive_verdict verdict = naive_load(text, size, &root);
    FUZZ_CHECK((found.kind == EXCHANGE_FRAME_BAD) == (found.fault.reason != NULL), "reason");
    if (verdict == NAIVE_INVALID)
        FUZZ_CHECK(found.kind == EXCHANGE_FRAME_BAD && found.fault.kind == EXCHANGE_BAD_JSON,
                   "kind %d of invalid JSON", found.kind);
    if (verdict == NAIVE_VALID) {
        naive(root, &expected);
        compare_frames(&expected, &found);
    }
    json_decref(root);
    exchange_frame_fini(&expected);
    free(text);
}

#endif
