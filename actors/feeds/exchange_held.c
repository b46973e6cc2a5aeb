/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/exchange_held.h"

#include <stdlib.h>
#include <string.h>

enum { ROOM_MIN = 64 };

static bool has_room(exchange_held *self)
{
    if (self->count < self->room) {
        return true;
    }
    uint32_t room = self->room ? 2 * self->room : ROOM_MIN;
    exchange_held_event *events = reallocarray(self->events, room, sizeof *events);
    if (!events) {
        return false;
    }
    self->events = events;
    self->room = room;
    return true;
}

static bool add_levels(exchange_held *self, const exchange_levels *from)
{
    for (uint32_t i = 0; i < from->count; i++) {
        if (exchange_levels_add(&self->levels, from->levels[i]) != EXCHANGE_VALUE_OK) {
            return false;
        }
    }
    return true;
}

bool exchange_held_add(exchange_held *self, const exchange_frame *frame)
{
    const exchange_levels *bids = &frame->sides[BOOK_BIDS], *asks = &frame->sides[BOOK_ASKS];
    uint32_t before = self->levels.count;
    uint64_t levels = (uint64_t)before + bids->count + asks->count;
    if (levels > EXCHANGE_HELD_LEVELS_MAX || self->count == EXCHANGE_HELD_LEVELS_MAX ||
        !has_room(self)) {
        return false;
    }
    if (!add_levels(self, bids) || !add_levels(self, asks)) {
        self->levels.count = before;
        return false;
    }
    self->events[self->count++] = (exchange_held_event){.first_id = frame->first_id,
                                                        .last_id = frame->last_id,
                                                        .previous_id = frame->previous_id,
                                                        .has_previous = frame->has_previous,
                                                        .levels = before,
                                                        .counts = {bids->count, asks->count}};
    return true;
}

void exchange_held_get(const exchange_held *self, uint32_t index, exchange_frame *frame)
{
    const exchange_held_event *event = &self->events[index];
    book_level *bids = self->levels.levels + event->levels;
    *frame = (exchange_frame){
        .kind = EXCHANGE_FRAME_DEPTH,
        .first_id = event->first_id,
        .last_id = event->last_id,
        .previous_id = event->previous_id,
        .has_previous = event->has_previous,
        .sides = {[BOOK_BIDS] = {.levels = bids, .count = event->counts[BOOK_BIDS]},
                  [BOOK_ASKS] = {.levels = bids + event->counts[BOOK_BIDS],
                                 .count = event->counts[BOOK_ASKS]}}};
}

void exchange_held_drop(exchange_held *self, uint32_t count)
{
    uint32_t levels = count < self->count ? self->events[count].levels : self->levels.count;
    self->count -= count;
    self->levels.count -= levels;
    if (count == 0 || self->count == 0) {
        return;
    }
    memmove(self->events, self->events + count, self->count * sizeof *self->events);
    memmove(self->levels.levels, self->levels.levels + levels,
            self->levels.count * sizeof *self->levels.levels);
    for (uint32_t i = 0; i < self->count; i++) {
        self->events[i].levels -= levels;
    }
}

void exchange_held_fini(exchange_held *self)
{
    free(self->events);
    free(self->levels.levels);
    *self = (exchange_held){0};
}
