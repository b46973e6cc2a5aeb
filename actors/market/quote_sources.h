/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MARKET_QUOTE_SOURCES_H
#define MARKET_QUOTE_SOURCES_H

/*
 * The sources of a quote watch and the pairs they make; see quote_watch.h.
 *
 * Threads: one at a time. Memory is taken only for a new source and its pairs, which never move.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "market/cross_venue.h"
#include "market/hash_index.h"
#include "market/momentum.h"
#include "market/quote_watch.h"
#include "market/stable_array.h"

/** A pair as one of its two sources sees it. */
typedef struct source_pair {
    uint32_t pair;
    cross_venue_place place; /* of this source in it */
} source_pair;

/** One instrument on one venue. */
typedef struct quote_source {
    quote_source_name name;
    uint32_t next_of_instrument; /* another source of the same one, or HASH_INDEX_NONE */
    uint32_t pair_count;
    uint32_t pair_capacity;
    source_pair *pairs;
    quote_update last; /* for pairs that are made later; all zero = none yet */
    momentum momentum;
    bool has_quotes; /* of its own, not of its books */
} quote_source;

/** Two sources. */
typedef struct quote_pair {
    uint32_t sources[2]; /* by cross_venue_place */
    cross_venue venues;
} quote_pair;

typedef struct quote_sources {
    stable_array sources;
    stable_array pairs;
    hash_index by_name;       /* of a source: instrument and venue */
    hash_index by_instrument; /* the first source of each */
    uint64_t pairs_without_room;
    uint32_t thresholds_ppm[CROSS_VENUE_THRESHOLDS_MAX];
    size_t threshold_count; /* 0 = no pairs are made */
    size_t configured_count;
    quote_pair_names configured[QUOTE_PAIRS_CONFIGURED_MAX];
} quote_sources;

/** Starts empty, by options that quote_watch_create() has checked. Release with
 * quote_sources_fini(). */
void quote_sources_init(quote_sources *sources, const quote_watch_options *options);
void quote_sources_fini(quote_sources *sources);

/**
 * The source of that name, made and paired when it is new; NULL when there is no room.
 * A pair that is made starts with the last quote of the source that was there before.
 */
quote_source *quote_sources_find_or_add(quote_sources *sources, const quote_source_name *name);

static inline quote_source *quote_sources_at(const quote_sources *sources, uint32_t index)
{
    return stable_array_at(&sources->sources, index);
}

static inline quote_pair *quote_sources_pair(const quote_sources *sources, uint32_t index)
{
    return stable_array_at(&sources->pairs, index);
}

#endif
