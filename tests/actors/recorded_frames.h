/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_ACTORS_RECORDED_FRAMES_H
#define TESTS_ACTORS_RECORDED_FRAMES_H

/*
 * The frames of recorded exchange captures, parsed by another library than the feeds use.
 */
#include <jansson.h>

#include "actors/feed_support.h"
#include "market/order_book.h"
#include "text/text_file.h"

/** What is done with a frame; `frame` is borrowed. `time` is the text before it. */
typedef void (*on_frame)(void *user, const char *time, json_t *frame);

/* Lines are "TIME FRAME" or "TIME: FRAME"; others are notes of the recorder. */
MYC_UNUSED static void give_frame(const line_view *line, on_frame take, void *user)
{
    char time[32] = "";
    size_t size = 0;
    while (size < line->size && size + 1 < sizeof time && line->text[size] != ' ' &&
           line->text[size] != ':')
        size++;
    memcpy(time, line->text, size);
    if (size == 0 || time[0] < '0' || time[0] > '9')
        return;
    while (size < line->size && (line->text[size] == ' ' || line->text[size] == ':'))
        size++;
    json_error_t error;
    json_t *frame = json_loadb(line->text + size, line->size - size, 0, &error);
    if (!frame) /* a connection id that 63 bits do not hold */
        frame = json_loadb(line->text + size, line->size - size, JSON_DECODE_INT_AS_REAL, &error);
    cr_assert_not_null(frame, "line %llu: %s", (unsigned long long)line->number, error.text);
    take(user, time, frame);
    json_decref(frame);
}

MYC_UNUSED static void for_each_frame(const char *name, on_frame take, void *user)
{
    text_file file;
    line_view line;
    char *path = strdup(data_path(name));
    cr_assert_eq(0, text_file_open(&file, path, 0), "%s", text_file_error(&file));
    while (text_file_next(&file, &line) == 1)
        give_frame(&line, take, user);
    text_file_close(&file);
    free(path);
}

/** A decimal text as an integer of `decimals` decimals; digits behind them must be 0. */
MYC_UNUSED static int64_t scaled(const char *text, uint32_t decimals)
{
    int64_t value = 0;
    bool is_behind_dot = false;
    for (; *text; text++) {
        if (*text == '.') {
            is_behind_dot = true;
        } else if (is_behind_dot && decimals == 0) {
            cr_assert_eq('0', *text);
        } else {
            value = value * 10 + (*text - '0');
            decimals -= is_behind_dot;
        }
    }
    return value * decimals_power(decimals);
}

MYC_UNUSED static const char *text_of(const json_t *array, size_t index)
{
    return json_string_value(json_array_get(array, index));
}

/** Applies an array of [price, quantity, ...]; NULL has none. */
MYC_UNUSED static void apply_levels(order_book *book, book_side side, const json_t *levels)
{
    size_t i;
    json_t *level;
    json_array_foreach(levels, i, level)
    {
        int64_t price = scaled(text_of(level, 0), book->decimals.price);
        int64_t quantity = scaled(text_of(level, 1), book->decimals.quantity);
        cr_assert_geq(order_book_set(book, side, price, quantity), 0);
    }
}

MYC_UNUSED static json_t *load_expected(const char *name)
{
    json_error_t error;
    json_t *expected = json_load_file(data_path(name), 0, &error);
    cr_assert_not_null(expected, "%s", error.text);
    return expected;
}

MYC_UNUSED static int64_t integer_at(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

MYC_UNUSED static uint64_t count_at(const json_t *object, const char *key)
{
    return (uint64_t)integer_at(object, key);
}

#endif
