/* SPDX-License-Identifier: Apache-2.0 */
#include "market/quote_sources.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void quote_sources_init(quote_sources *sources, const quote_watch_options *options)
{
    *sources = (quote_sources){.threshold_count = options->cross_ppm_count,
                               .configured_count = options->pair_count};
    stable_array_init(&sources->sources, sizeof(quote_source));
    stable_array_init(&sources->pairs, sizeof(quote_pair));
    hash_index_init(&sources->by_name);
    hash_index_init(&sources->by_instrument);
    memcpy(sources->thresholds_ppm, options->cross_ppm, sizeof sources->thresholds_ppm);
    for (size_t i = 0; i < options->pair_count; i++)
        sources->configured[i] = options->pairs[i];
}

void quote_sources_fini(quote_sources *sources)
{
    for (uint32_t i = 0; i < sources->sources.count; i++)
        free(quote_sources_at(sources, i)->pairs);
    stable_array_fini(&sources->sources);
    stable_array_fini(&sources->pairs);
    hash_index_fini(&sources->by_name);
    hash_index_fini(&sources->by_instrument);
}

static bool has_name(const void *sources, uint32_t index, const void *name)
{
    return memcmp(&quote_sources_at(sources, index)->name, name, sizeof(quote_source_name)) == 0;
}

static bool has_instrument(const void *sources, uint32_t index, const void *instrument)
{
    return memcmp(&quote_sources_at(sources, index)->name.instrument, instrument,
                  sizeof(instrument_name)) == 0;
}

static uint32_t find_source(const quote_sources *sources, const quote_source_name *name)
{
    return hash_index_find(&sources->by_name, hash_bytes(name, sizeof *name), has_name, sources,
                           name);
}

static bool are_paired(const quote_sources *sources, uint32_t one, uint32_t other)
{
    const quote_source *source_one = quote_sources_at(sources, one);
    for (uint32_t i = 0; i < source_one->pair_count; i++) {
        const quote_pair *known = quote_sources_pair(sources, source_one->pairs[i].pair);
        if (known->sources[1 - source_one->pairs[i].place] == other)
            return true;
    }
    return false;
}

static bool has_room_for_pair(quote_source *of)
{
    if (of->pair_count < of->pair_capacity)
        return true;
    uint32_t capacity = of->pair_capacity ? 2 * of->pair_capacity : 4;
    source_pair *pairs = realloc(of->pairs, capacity * sizeof *pairs);
    if (!pairs)
        return false;
    of->pairs = pairs;
    of->pair_capacity = capacity;
    return true;
}

static void make_pair(quote_sources *sources, uint32_t a, uint32_t b)
{
    quote_source *source_a = quote_sources_at(sources, a), *source_b = quote_sources_at(sources, b);
    bool has_room = sources->pairs.count < QUOTE_PAIRS_MAX && has_room_for_pair(source_a) &&
                    has_room_for_pair(source_b);
    quote_pair *made = has_room ? stable_array_push(&sources->pairs) : NULL;
    if (!made) {
        sources->pairs_without_room++;
        return;
    }
    uint32_t index = (uint32_t)sources->pairs.count - 1;
    made->sources[CROSS_VENUE_A] = a;
    made->sources[CROSS_VENUE_B] = b;
    int result = cross_venue_init(&made->venues, sources->thresholds_ppm, sources->threshold_count);
    assert(result == 0); /* checked with the options */
    (void)result;
    cross_venue_know(&made->venues, CROSS_VENUE_A, &source_a->last);
    cross_venue_know(&made->venues, CROSS_VENUE_B, &source_b->last);
    source_a->pairs[source_a->pair_count++] = (source_pair){index, CROSS_VENUE_A};
    source_b->pairs[source_b->pair_count++] = (source_pair){index, CROSS_VENUE_B};
}

static void pair_as_configured(quote_sources *sources, uint32_t with)
{
    const quote_source_name *name = &quote_sources_at(sources, with)->name;
    for (size_t i = 0; i < sources->configured_count; i++) {
        const quote_pair_names *names = &sources->configured[i];
        if (memcmp(&names->a, name, sizeof *name) != 0 &&
            memcmp(&names->b, name, sizeof *name) != 0)
            continue;
        uint32_t a = find_source(sources, &names->a), b = find_source(sources, &names->b);
        if (a != HASH_INDEX_NONE && b != HASH_INDEX_NONE && !are_paired(sources, a, b))
            make_pair(sources, a, b);
    }
}

static void pair_by_instrument(quote_sources *sources, uint32_t first, uint32_t with)
{
    uint16_t venue = quote_sources_at(sources, with)->name.venue;
    for (uint32_t at = first; at != HASH_INDEX_NONE;) {
        const quote_source *other = quote_sources_at(sources, at);
        bool is_lower = other->name.venue < venue;
        if (at != with && !are_paired(sources, at, with))
            make_pair(sources, is_lower ? at : with, is_lower ? with : at);
        at = other->next_of_instrument;
    }
}

/* Puts the source into the list of its instrument. Returns the first of that list. */
static uint32_t link_by_instrument(quote_sources *sources, uint32_t index)
{
    quote_source *added = quote_sources_at(sources, index);
    const instrument_name *instrument = &added->name.instrument;
    uint32_t hash = hash_bytes(instrument, sizeof *instrument);
    uint32_t first =
        hash_index_find(&sources->by_instrument, hash, has_instrument, sources, instrument);
    if (first == HASH_INDEX_NONE) {
        if (hash_index_insert(&sources->by_instrument, hash, index) != 0)
            sources->pairs_without_room++;
        return index;
    }
    added->next_of_instrument = quote_sources_at(sources, first)->next_of_instrument;
    quote_sources_at(sources, first)->next_of_instrument = index;
    return first;
}

static uint32_t add_source(quote_sources *sources, const quote_source_name *name)
{
    uint32_t index = (uint32_t)sources->sources.count;
    quote_source *added = index < QUOTE_SOURCES_MAX ? stable_array_push(&sources->sources) : NULL;
    if (!added)
        return HASH_INDEX_NONE;
    *added = (quote_source){.name = *name, .next_of_instrument = HASH_INDEX_NONE};
    if (hash_index_insert(&sources->by_name, hash_bytes(name, sizeof *name), index) != 0) {
        stable_array_pop(&sources->sources);
        return HASH_INDEX_NONE;
    }
    if (sources->threshold_count > 0) {
        uint32_t first = link_by_instrument(sources, index);
        pair_as_configured(sources, index);
        pair_by_instrument(sources, first, index);
    }
    return index;
}

quote_source *quote_sources_find_or_add(quote_sources *sources, const quote_source_name *name)
{
    uint32_t index = find_source(sources, name);
    if (index == HASH_INDEX_NONE)
        index = add_source(sources, name);
    return index == HASH_INDEX_NONE ? NULL : quote_sources_at(sources, index);
}
