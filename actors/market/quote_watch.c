/* SPDX-License-Identifier: Apache-2.0 */
#include "market/quote_watch.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "market/quote_sources.h"

struct quote_watch {
    quote_sources sources;
    momentum_rule momentum; /* without a threshold it is not watched */
    uint64_t last_episode_id;
    quote_watch_counters counters;
};

static int check_pairs(const quote_watch_options *options)
{
    if (options->pair_count > QUOTE_PAIRS_CONFIGURED_MAX)
        return MYC_EINVAL;
    for (size_t i = 0; i < options->pair_count; i++)
        if (memcmp(&options->pairs[i].a, &options->pairs[i].b, sizeof options->pairs[i].a) == 0)
            return MYC_EINVAL;
    return 0;
}

/* Puts its defaults into `*rule`. */
static int check_options(const quote_watch_options *options, momentum_rule *rule)
{
    cross_venue probe;
    int result = cross_venue_init(&probe, options->cross_ppm, options->cross_ppm_count);
    if (result == 0 && rule->threshold_ppm > 0)
        result = momentum_rule_check(rule);
    return result ? result : check_pairs(options);
}

int quote_watch_create(const quote_watch_options *options, quote_watch **watch)
{
    static const quote_watch_options defaults;
    const quote_watch_options *chosen = options ? options : &defaults;
    *watch = NULL;
    momentum_rule rule = chosen->momentum;
    int result = check_options(chosen, &rule);
    if (result != 0)
        return result;
    quote_watch *made = calloc(1, sizeof *made);
    if (!made)
        return MYC_ENOMEM;
    quote_sources_init(&made->sources, chosen);
    made->momentum = rule;
    *watch = made;
    return 0;
}

void quote_watch_destroy(quote_watch *watch)
{
    if (!watch)
        return;
    quote_sources_fini(&watch->sources);
    free(watch);
}

static quote_source *find_or_add(quote_watch *watch, const quote_update *quote)
{
    quote_source_name name = {.instrument = quote->instrument, .venue = quote->venue};
    quote_source *found = quote_sources_find_or_add(&watch->sources, &name);
    watch->counters.quotes_without_room += found == NULL;
    watch->counters.pairs_without_room = watch->sources.pairs_without_room;
    return found;
}

static uint64_t compare_venues(quote_watch *watch, const source_pair *with,
                               const quote_update *quote, quote_on_signal on_signal, void *user)
{
    cross_venue_signal found[CROSS_VENUE_THRESHOLDS_MAX];
    quote_pair *pair = quote_sources_pair(&watch->sources, with->pair);
    size_t count =
        cross_venue_on_quote(&pair->venues, with->place, quote, &watch->last_episode_id, found);
    for (size_t i = 0; i < count; i++) {
        quote_signal signal = {.kind = QUOTE_CROSS_VENUE, .of = {.cross_venue = found[i]}};
        on_signal(user, &signal);
    }
    watch->counters.cross_venue_signals += count;
    return count;
}

static uint64_t watch_momentum(quote_watch *watch, quote_source *of, const quote_update *quote,
                               quote_on_signal on_signal, void *user)
{
    quote_signal signal = {.kind = QUOTE_MOMENTUM};
    if (watch->momentum.threshold_ppm == 0 ||
        !momentum_on_quote(&of->momentum, &watch->momentum, quote, &signal.of.momentum))
        return 0;
    watch->counters.momentum_signals++;
    on_signal(user, &signal);
    return 1;
}

static uint64_t take(quote_watch *watch, quote_source *of, const quote_update *quote,
                     quote_on_signal on_signal, void *user)
{
    uint64_t count = 0;
    of->last = *quote;
    for (uint32_t i = 0; i < of->pair_count; i++)
        count += compare_venues(watch, &of->pairs[i], quote, on_signal, user);
    return count + watch_momentum(watch, of, quote, on_signal, user);
}

uint64_t quote_watch_on_quote(quote_watch *watch, const quote_update *quote,
                              quote_on_signal on_signal, void *user)
{
    watch->counters.quotes++;
    quote_source *of = find_or_add(watch, quote);
    if (!of)
        return 0;
    of->has_quotes = true;
    return take(watch, of, quote, on_signal, user);
}

uint64_t quote_watch_on_order_book(quote_watch *watch, const order_book_snapshot *order_book,
                                   quote_on_signal on_signal, void *user)
{
    quote_update quote = {.timestamp_ns = order_book->timestamp_ns,
                          .received_ns = order_book->received_ns,
                          .sequence = order_book->sequence,
                          .instrument = order_book->instrument,
                          .venue = order_book->venue};
    if (order_book->bid_count > 0)
        quote.bid = order_book->bids[0];
    if (order_book->ask_count > 0)
        quote.ask = order_book->asks[0];
    watch->counters.order_books++;
    quote_source *of = find_or_add(watch, &quote);
    return of && !of->has_quotes ? take(watch, of, &quote, on_signal, user) : 0;
}

const quote_watch_counters *quote_watch_counted(const quote_watch *watch)
{
    return &watch->counters;
}

size_t quote_watch_cross_count(const quote_watch *watch)
{
    return watch->sources.pairs.count * watch->sources.threshold_count;
}

quote_cross_result quote_watch_cross_at(const quote_watch *watch, size_t index)
{
    const quote_sources *sources = &watch->sources;
    assert(index < quote_watch_cross_count(watch));
    const quote_pair *pair =
        quote_sources_pair(sources, (uint32_t)(index / sources->threshold_count));
    const cross_venue_threshold *at = &pair->venues.thresholds[index % sources->threshold_count];
    return (quote_cross_result){
        .a = quote_sources_at(sources, pair->sources[CROSS_VENUE_A])->name,
        .b = quote_sources_at(sources, pair->sources[CROSS_VENUE_B])->name,
        .threshold_ppm = at->ppm,
        .compared = pair->venues.compared,
        .quotes = at->quotes,
        .episodes = at->episodes,
        .open = at->is_open,
        .largest_gap_ppm = cross_venue_largest_gap_ppm(&pair->venues),
    };
}
