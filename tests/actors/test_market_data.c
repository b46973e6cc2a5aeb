/* SPDX-License-Identifier: Apache-2.0 */
#include "market_data.h"

#include <stdio.h>
#include <string.h>

#include "actors/market_random.h"
#include "market/signal_json.h"
#include "signal_generator.h"
#include "support/kit.h"

enum { VENUES = 3, QUOTES = 400, MARKET_WORKER = 0, SIGNAL_WORKER = 1 };

static const market_options looks_at_quotes = {.quotes = {.cross_ppm = {1000, 5000},
                                                          .cross_ppm_count = 2,
                                                          .momentum = {.threshold_ppm = 2000}}};

/* Three venues whose prices differ so much that most quotes give several signals. */
static quote_update random_quote(test_random *random, uint64_t number)
{
    int64_t bid = 100000 + (int64_t)random_below(random, 2000);
    return (quote_update){.timestamp_ns = number * 100000000,
                          .received_ns = number,
                          .sequence = number,
                          .bid = {bid, 1},
                          .ask = {bid + 10, 1},
                          .instrument = {"BTCUSDT"},
                          .venue = (uint16_t)random_below(random, VENUES)};
}

static order_book_snapshot book_of(const quote_update *quote)
{
    order_book_snapshot book = {.timestamp_ns = quote->timestamp_ns,
                                .received_ns = quote->received_ns,
                                .instrument = {"OTHER"},
                                .venue = quote->venue,
                                .bid_count = 1,
                                .ask_count = 1};
    book.bids[0] = quote->bid;
    book.asks[0] = quote->ask;
    return book;
}

static void write_line(void *user, const quote_signal *signal)
{
    char line[SIGNAL_JSON_BYTES_MAX];
    bool is_cross_venue = signal->kind == QUOTE_CROSS_VENUE;
    size_t size = is_cross_venue
                      ? signal_json_write_cross_venue(&signal->of.cross_venue, line, sizeof line)
                      : signal_json_write_momentum(&signal->of.momentum, line, sizeof line);
    cr_assert_eq(1, fwrite(line, size, 1, user));
}

/* What the actors have to write: the same quotes without them. Release with free(). */
static char *lines_without_actors(uint64_t seed, size_t *size)
{
    char *lines;
    FILE *out = open_memstream(&lines, size);
    market_state *state = market_state_create(&looks_at_quotes);
    test_random random = {.state = seed};
    for (uint64_t i = 0; i < QUOTES; i++) {
        quote_update quote = random_quote(&random, i);
        order_book_snapshot book = book_of(&quote);
        (void)market_state_on_quote(state, &quote, write_line, out);
        (void)market_state_on_order_book(state, &book, write_line, out);
    }
    market_state_destroy(state);
    fclose(out);
    return lines;
}

/* The two actors with mailboxes of one message each, on a worker each. */
typedef struct market_fixture {
    myc_testkit *kit;
    market_state *state;
    signal_judge judge;
    signal_sink sink;
    market_data_stats data_stats;
    signal_generator_stats generator_stats;
    market_ref data;
    signal_ref signals;
    char *lines;
    size_t size;
} market_fixture;

static void open_market(market_fixture *self, uint64_t seed)
{
    *self = (market_fixture){.kit = kit_open(seed, 2)};
    self->state = market_state_create(&looks_at_quotes);
    self->judge.rules = signal_rules_create(NULL);
    self->judge.latency = myc_histogram_create();
    self->sink.file = open_memstream(&self->lines, &self->size);
    self->judge.sink = &self->sink;
    cr_assert(self->state && self->judge.rules && self->judge.latency && self->sink.file);
    myc_context *ctx = myc_testkit_context(self->kit);
    myc_spawn_options spawn = {
        .mailbox_bound = 1, .place = MYC_PLACE_ON_WORKER, .worker = SIGNAL_WORKER};
    cr_assert_eq(0,
                 signal_generator_start(ctx, &self->judge, &self->generator_stats,
                                        (publisher_ref){.address = {0}}, &spawn, &self->signals));
    spawn.worker = MARKET_WORKER;
    cr_assert_eq(0, market_data_start(ctx, self->state, self->signals, &self->data_stats, &spawn,
                                      &self->data));
}

static void close_market(market_fixture *self)
{
    fclose(self->sink.file);
    free(self->lines);
    myc_histogram_destroy(self->judge.latency);
    signal_rules_destroy(self->judge.rules);
    market_state_destroy(self->state);
}

/* Sends again what finds no room, after everybody had a turn. */
static void send_quote(market_fixture *self, const quote_update *quote)
{
    myc_sent sent = MYC_FULL;
    for (int tries = 0; sent == MYC_FULL && tries < 1000; tries++) {
        quote_update *message = quote_update_new(myc_testkit_context(self->kit));
        *message = *quote;
        sent = market_send_quote(myc_testkit_context(self->kit), self->data, message);
        if (sent == MYC_FULL)
            kit_run(self->kit);
    }
    cr_assert_eq(MYC_SENT, sent);
}

static void send_book(market_fixture *self, const order_book_snapshot *book)
{
    myc_sent sent = MYC_FULL;
    for (int tries = 0; sent == MYC_FULL && tries < 1000; tries++) {
        order_book_snapshot *message = order_book_snapshot_new(myc_testkit_context(self->kit));
        *message = *book;
        sent = market_send_order_book(myc_testkit_context(self->kit), self->data, message);
        if (sent == MYC_FULL)
            kit_run(self->kit);
    }
    cr_assert_eq(MYC_SENT, sent);
}

static void play(market_fixture *self, uint64_t seed)
{
    test_random random = {.state = seed};
    for (uint64_t i = 0; i < QUOTES; i++) {
        quote_update quote = random_quote(&random, i);
        order_book_snapshot book = book_of(&quote);
        send_quote(self, &quote);
        send_book(self, &book);
    }
    kit_run(self->kit);
}

static void assert_counts(const market_fixture *self)
{
    const quote_watch_counters *found = quote_watch_counted(market_state_quotes(self->state));
    const signal_judge_counts *judged = &self->judge.counts;
    cr_assert_eq(QUOTES, found->quotes, "each is applied once, however often it comes");
    cr_assert_eq(QUOTES, found->order_books);
    cr_assert_eq(found->cross_venue_signals + found->momentum_signals, self->data_stats.sent);
    cr_assert_eq(0, self->data_stats.unsent);
    cr_assert_eq(found->cross_venue_signals, self->generator_stats.cross_venue);
    cr_assert_eq(found->momentum_signals, self->generator_stats.momentum);
    cr_assert_eq(0, self->generator_stats.arbitrage);
    cr_assert_eq(found->cross_venue_signals,
                 judged->cross_venue_starts + judged->cross_venue_turns + judged->cross_venue_ends);
    cr_assert_eq(found->momentum_signals, judged->momentum_up + judged->momentum_down);
    cr_assert_eq(self->data_stats.sent, live_count_get(&self->judge.received));
    cr_assert_eq(self->data_stats.sent, self->sink.lines);
    cr_assert_eq(self->data_stats.sent, myc_histogram_count(self->judge.latency));
    cr_assert_gt(judged->cross_venue_turns, 0);
    cr_assert_gt(judged->momentum_up, 0);
}

/* Whatever the interleaving, the lines are those of the same quotes without actors, in order. */
Test(market_data, sends_all_it_finds_in_quotes_and_books_through_full_mailboxes)
{
    KIT_SEEDS(seed, 30)
    {
        market_fixture market;
        size_t expected_size;
        char *expected = lines_without_actors(seed, &expected_size);
        open_market(&market, seed);
        play(&market, seed);
        cr_assert_eq(0, myc_testkit_destroy(market.kit));
        assert_counts(&market);
        cr_assert_eq(0, fflush(market.sink.file));
        cr_assert_eq(expected_size, market.size, "seed %llu", (unsigned long long)seed);
        cr_assert_arr_eq(expected, market.lines, expected_size);
        close_market(&market);
        free(expected);
    }
    NO_LEAKS();
}

/* Three quotes of which the last gives four signals, for a receiver that takes no more. */
Test(market_data, counts_what_it_could_not_send)
{
    market_fixture market;
    open_market(&market, 1);
    kit_run(market.kit);
    cr_assert_eq(0, myc_testkit_fill(market.kit, market.signals.address, true));
    for (uint16_t venue = 0; venue < VENUES; venue++) {
        int64_t bid = venue == 2 ? 200000 : 100000;
        quote_update quote = {
            .bid = {bid, 1}, .ask = {bid + 10, 1}, .instrument = {"BTCUSDT"}, .venue = venue};
        send_quote(&market, &quote);
        kit_run(market.kit);
    }
    cr_assert_eq(0, myc_testkit_destroy(market.kit));
    const quote_watch_counters *found = quote_watch_counted(market_state_quotes(market.state));
    cr_assert_eq(4, found->cross_venue_signals);
    cr_assert_eq(0, market.data_stats.sent);
    cr_assert_eq(4, market.data_stats.unsent);
    close_market(&market);
    NO_LEAKS();
}
