/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/exchange_levels.h"

#include <stdlib.h>

enum { ROOM_MIN = 256 };

static bool grow(exchange_levels *to)
{
    uint32_t room = to->room ? 2 * to->room : ROOM_MIN;
    book_level *levels = reallocarray(to->levels, room, sizeof *levels);
    if (!levels) {
        return false;
    }
    to->levels = levels;
    to->room = room;
    return true;
}

exchange_value exchange_levels_add(exchange_levels *to, book_level level)
{
    if (to->count == to->room && !grow(to)) {
        return EXCHANGE_VALUE_NO_MEMORY;
    }
    to->levels[to->count++] = level;
    return EXCHANGE_VALUE_OK;
}

exchange_value exchange_decimal_read(json_scan *in, unsigned decimals, int64_t *value)
{
    json_text text;
    if (!json_scan_try_string(in, &text)) {
        return EXCHANGE_VALUE_NO_DECIMAL;
    }
    return (exchange_value)json_decimal_fixed(text, in->end, decimals, value);
}

static exchange_value take_written(exchange_level_form *form, decimal price, decimal quantity,
                                   book_level *level)
{
    book_decimals seen = {(uint8_t)price.decimals, (uint8_t)quantity.decimals};
    if (!form->has_decimals) {
        form->decimals = seen;
        form->has_decimals = true;
    }
    *level = (book_level){price.digits, quantity.digits};
    bool is_same = form->decimals.price == seen.price && form->decimals.quantity == seen.quantity;
    return is_same ? EXCHANGE_VALUE_OK : EXCHANGE_VALUE_MIXED;
}

static exchange_value read_written(json_text price, json_text quantity, const char *end,
                                   exchange_level_form *form, book_level *level)
{
    decimal price_value, quantity_value;
    decimal_result result = json_decimal_written(price, end, &price_value);
    if (result == DECIMAL_OK) {
        result = json_decimal_written(quantity, end, &quantity_value);
    }
    return result == DECIMAL_OK ? take_written(form, price_value, quantity_value, level)
                                : (exchange_value)result;
}

static exchange_value read_fixed(json_text price, json_text quantity, const char *end,
                                 book_decimals decimals, book_level *level)
{
    decimal_result result = json_decimal_fixed(price, end, decimals.price, &level->price);
    if (result == DECIMAL_OK) {
        result = json_decimal_fixed(quantity, end, decimals.quantity, &level->quantity);
    }
    return (exchange_value)result;
}

exchange_value exchange_level_read(json_scan *in, exchange_level_form *form, book_level *level)
{
    json_text price, quantity;
    if (!json_scan_element(in) || !json_scan_try_string(in, &price) || !json_scan_element(in) ||
        !json_scan_try_string(in, &quantity)) {
        return EXCHANGE_VALUE_NO_LEVELS;
    }
    return form->as_written ? read_written(price, quantity, in->end, form, level)
                            : read_fixed(price, quantity, in->end, form->decimals, level);
}

/* Passes what a level has behind its numbers: a time and an "r" for republished, or nothing. */
static void pass_rest(json_scan *in, exchange_level_form *form)
{
    json_text text;
    while (json_scan_element(in)) {
        if (!json_scan_try_string(in, &text)) {
            (void)json_scan_skip(in);
        } else if (json_text_is(text, "r")) {
            form->republished++;
        }
    }
}

exchange_value exchange_levels_read(json_scan *in, exchange_level_form *form, exchange_levels *to)
{
    book_level level;
    if (json_scan_peek(in) != '[' || !json_scan_open(in, '[')) {
        return EXCHANGE_VALUE_NO_LEVELS;
    }
    while (json_scan_element(in)) {
        if (json_scan_peek(in) != '[' || !json_scan_open(in, '[')) {
            return EXCHANGE_VALUE_NO_LEVELS;
        }
        exchange_value result = exchange_level_read(in, form, &level);
        if (result == EXCHANGE_VALUE_OK) {
            pass_rest(in, form);
            result = exchange_levels_add(to, level);
        }
        if (result != EXCHANGE_VALUE_OK) {
            return result;
        }
    }
    return EXCHANGE_VALUE_OK;
}
