/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FEEDS_EXCHANGE_HELD_H
#define FEEDS_EXCHANGE_HELD_H

/*
 * Depth events that wait for the snapshot they follow, in the order they came. Part of the reader
 * of exchange_reader.h.
 *
 * Threads: belongs to one thread at a time.
 */
#include "feeds/exchange_frame.h"

/** One event; its levels, bids and then asks, stand in the common array. */
typedef struct exchange_held_event {
    uint64_t first_id;
    uint64_t last_id;
    uint64_t previous_id;
    bool has_previous;
    uint32_t levels; /* index of the first */
    uint32_t counts[2];
} exchange_held_event;

/** Fields are private, but for `count`. */
typedef struct exchange_held {
    exchange_held_event *events;
    uint32_t count;
    uint32_t room;
    exchange_levels levels;
} exchange_held;

/** Keeps a copy of the event. Returns false when memory is out or there would be more than
 * EXCHANGE_HELD_LEVELS_MAX levels or events; all is then as before. */
bool exchange_held_add(exchange_held *self, const exchange_frame *frame);

/** Fills in `frame` with the event at `index`: its ids and its levels, which are borrowed until the
 * next change; `frame` must not be freed. */
void exchange_held_get(const exchange_held *self, uint32_t index, exchange_frame *frame);

/** Drops the first `count` events. */
void exchange_held_drop(exchange_held *self, uint32_t count);

/** Frees the memory. */
void exchange_held_fini(exchange_held *self);

#endif
