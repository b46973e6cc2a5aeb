/* SPDX-License-Identifier: Apache-2.0 */
#include "market/order_book.h"

#include <stdlib.h>
#include <string.h>

/* Levels in the middle of twice their count have room at both ends from here on. */
enum { ROOM_MIN = 4 };

/* Ascending from the worst level to the best. ~x runs against x and, unlike -x, never overflows. */
static int64_t key_of(const book_levels *side, int64_t price)
{
    return price ^ side->flip;
}

static int64_t key_at(const book_levels *side, uint32_t at)
{
    return key_of(side, side->levels[at].price);
}

static int take_room(book_levels *side, uint32_t room, int64_t flip)
{
    side->levels = malloc(room * sizeof *side->levels);
    if (!side->levels)
        return MYC_ENOMEM;
    side->room = room;
    side->begin = side->end = room / 2;
    side->flip = flip;
    return 0;
}

static uint32_t room_of(const order_book_options *options)
{
    uint32_t room = options->room ? options->room : BOOK_SIDE_ROOM_DEFAULT;
    return room < ROOM_MIN ? ROOM_MIN : room;
}

int order_book_init(order_book *book, book_decimals decimals, const order_book_options *options)
{
    static const order_book_options defaults;
    const order_book_options *chosen = options ? options : &defaults;
    uint32_t room = room_of(chosen);
    *book = (order_book){.decimals = decimals, .depth_max = chosen->depth_max};
    if (decimals.price > DECIMALS_MAX || decimals.quantity > DECIMALS_MAX ||
        room > BOOK_SIDE_LEVELS_MAX)
        return MYC_EINVAL;
    int result = take_room(&book->sides[BOOK_BIDS], room, 0);
    if (result == 0)
        result = take_room(&book->sides[BOOK_ASKS], room, -1);
    if (result != 0)
        order_book_fini(book);
    return result;
}

void order_book_fini(order_book *book)
{
    free(book->sides[BOOK_BIDS].levels);
    free(book->sides[BOOK_ASKS].levels);
    *book = (order_book){0};
}

/*
 * The first place in [low, high] whose key is not below `key`, when all before `low` are below it
 * and `high` is not, or is the end.
 *
 * The way to go is no branch: it would be guessed wrong every other time, and then costs more than
 * all the rest (a quarter of the time of an update, on recorded ones).
 */
static uint32_t halve(const book_levels *side, uint32_t low, uint32_t high, int64_t key)
{
    const book_level *from = &side->levels[low];
    for (size_t count = high - low; count > 0;) {
        size_t half = (count + 1) / 2;
        bool is_below = key_of(side, from[half - 1].price) < key;
        from = __builtin_expect_with_probability(is_below, 1, 0.5) ? from + half : from;
        count -= half;
    }
    return (uint32_t)(from - side->levels);
}

/*
 * Where `key` stands or would have to be inserted: the first place whose key is not below it.
 *
 * Looks at the best level, then 2, 4, 8, ... further away until it is past `key`, then halves what
 * lies between: the time grows with the logarithm of the rank, not of the depth. The worst level is
 * asked first, so that a snapshot, which goes from the best to the worst, loads at once.
 */
static uint32_t place_of(const book_levels *side, int64_t key)
{
    uint32_t high = side->end;
    if (side->begin == side->end || key_at(side, side->begin) >= key)
        return side->begin;
    for (uint32_t step = 1; high - side->begin > step; step *= 2) {
        uint32_t low = high - step;
        if (key_at(side, low) < key)
            return halve(side, low + 1, high, key);
        high = low;
    }
    return halve(side, side->begin + 1, high, key);
}

static bool stands_at(const book_levels *side, uint32_t place, int64_t price)
{
    return place < side->end && side->levels[place].price == price;
}

static void move(book_levels *side, uint32_t to, uint32_t from, uint32_t count)
{
    memmove(&side->levels[to], &side->levels[from], count * sizeof *side->levels);
}

/* Puts the levels in the middle of `levels`, which may be where they are. */
static void centre(book_levels *side, book_level *levels, uint32_t room)
{
    uint32_t count = side->end - side->begin, begin = (room - count) / 2;
    memmove(&levels[begin], &side->levels[side->begin], count * sizeof *levels);
    side->levels = levels;
    side->room = room;
    side->begin = begin;
    side->end = begin + count;
}

static int grow(book_levels *side)
{
    uint32_t room = 2 * side->room;
    book_level *levels = malloc(room * sizeof *levels);
    if (!levels)
        return MYC_ENOMEM;
    book_level *old = side->levels;
    centre(side, levels, room);
    free(old);
    return 0;
}

/*
 * Makes room at both ends. Only a side that fills more than half of its memory gets more: then at
 * least a quarter of the memory is free at each end, so many levels must come before the
 * next time, and what moving them costs is shared by those.
 */
static int make_room(book_levels *side)
{
    uint32_t count = side->end - side->begin;
    if (count == BOOK_SIDE_LEVELS_MAX)
        return MYC_ELIMIT;
    if (side->begin > 0 && side->end < side->room)
        return 0;
    if (count > side->room / 2)
        return grow(side);
    centre(side, side->levels, side->room);
    return 0;
}

/* Opens a gap in front of the level at `place` on its shorter side. Returns where the gap is. */
static uint32_t open_gap(book_levels *side, uint32_t place)
{
    uint32_t better = side->end - place, worse = place - side->begin;
    assert(side->begin > 0 && side->end < side->room);
    if (better <= worse) {
        move(side, place + 1, place, better);
        side->end++;
        return place;
    }
    move(side, side->begin - 1, side->begin, worse);
    side->begin--;
    return place - 1;
}

static void close_gap(book_levels *side, uint32_t place)
{
    uint32_t better = side->end - place - 1, worse = place - side->begin;
    if (better <= worse) {
        move(side, place, place + 1, better);
        side->end--;
    } else {
        move(side, side->begin + 1, side->begin, worse);
        side->begin++;
    }
}

static int insert(book_levels *side, uint32_t place, book_level level)
{
    uint32_t rank = side->end - place;
    int result = make_room(side);
    if (result != 0)
        return result;
    side->levels[open_gap(side, side->end - rank)] = level;
    return BOOK_ADDED;
}

static book_change replace(book_level *level, int64_t quantity)
{
    if (level->quantity == quantity)
        return BOOK_UNCHANGED;
    level->quantity = quantity;
    return BOOK_REPLACED;
}

book_change order_book_remove(order_book *book, book_side side, int64_t price)
{
    book_levels *levels = &book->sides[side];
    uint32_t place = place_of(levels, key_of(levels, price));
    if (!stands_at(levels, place, price))
        return BOOK_ABSENT;
    close_gap(levels, place);
    return BOOK_REMOVED;
}

int order_book_set(order_book *book, book_side side, int64_t price, int64_t quantity)
{
    if (quantity <= 0)
        return quantity < 0 ? MYC_EINVAL : (int)order_book_remove(book, side, price);
    book_levels *levels = &book->sides[side];
    uint32_t place = place_of(levels, key_of(levels, price));
    if (stands_at(levels, place, price))
        return (int)replace(&levels->levels[place], quantity);
    return insert(levels, place, (book_level){.price = price, .quantity = quantity});
}

uint32_t order_book_trim(order_book *book)
{
    uint32_t dropped = 0;
    for (int side = BOOK_BIDS; book->depth_max > 0 && side <= BOOK_ASKS; side++) {
        uint32_t count = order_book_count(book, (book_side)side);
        uint32_t excess = count > book->depth_max ? count - book->depth_max : 0;
        book->sides[side].begin += excess; /* the worst levels stand first */
        dropped += excess;
    }
    return dropped;
}

void order_book_clear_side(order_book *book, book_side side)
{
    book_levels *levels = &book->sides[side];
    levels->begin = levels->end = levels->room / 2;
}

void order_book_clear(order_book *book)
{
    order_book_clear_side(book, BOOK_BIDS);
    order_book_clear_side(book, BOOK_ASKS);
}

int64_t order_book_quantity_at(const order_book *book, book_side side, int64_t price)
{
    const book_levels *levels = &book->sides[side];
    uint32_t place = place_of(levels, key_of(levels, price));
    return stands_at(levels, place, price) ? levels->levels[place].quantity : 0;
}

int order_book_level_e8(const order_book *book, book_side side, uint32_t rank, price_level *result)
{
    const book_level *level = order_book_at(book, side, rank);
    price_level converted;
    int error = decimals_convert(level->price, book->decimals.price, DECIMALS_E8,
                                 side == BOOK_ASKS ? ROUND_UP : ROUND_DOWN, &converted.price_e8);
    if (error == 0)
        error = decimals_convert(level->quantity, book->decimals.quantity, DECIMALS_E8, ROUND_DOWN,
                                 &converted.quantity_e8);
    if (error == 0)
        *result = converted;
    return error;
}
