/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "actors/bundle_process.h"
#include "actors/feed_support.h"
#include "support/leaks.h"

/* The whole program on the recorded blocks, against values that were computed independently. */
TestSuite(bundle_oracle, .init = bundle_set_up, .fini = bundle_tear_down, .timeout = 120);

#define NEED_RECORDED_BLOCKS()                                                                     \
    NEED_DATA("dex_eth_logs/logs.ndjson.gz");                                                      \
    NEED_DATA("oracle/dex_expected.json")

/* Runs the recorded logs with further `options`; results in @/signals, @/state and @/stats. */
static void run_recorded(const char *options)
{
    char words[BUNDLE_LINE_SIZE];
    char logs[BUNDLE_LINE_SIZE];
    char pools[BUNDLE_LINE_SIZE];
    (void)snprintf(logs, sizeof logs, "%s", data_path("dex_eth_logs/logs.ndjson.gz"));
    (void)snprintf(pools, sizeof pools, "%s", data_path("dex_eth_logs/pools.csv"));
    int size = snprintf(words, sizeof words,
                        "run --feed eth-logs:%s --pools %s --blocks %s --min-profit-usd 0 --quiet "
                        "--signals @/signals --state @/state --stats @/stats %s",
                        logs, pools, data_path("dex_eth_logs/blocks.csv"), options);
    cr_assert_lt(size, (int)sizeof words);
    if (bundle_run(words) != 0) {
        char *text = bundle_read("@/stderr");
        cr_assert_fail("%s: %s", options, text);
    }
}

static json_t *load_expected(void)
{
    json_error_t error;
    json_t *json = json_load_file(data_path("oracle/dex_expected.json"), 0, &error);
    cr_assert_not_null(json, "%s", error.text);
    return json;
}

/* The lines of @/signals as an array. */
static json_t *load_signals(void)
{
    char *text = bundle_read("@/signals");
    json_t *signals = json_array();
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        json_error_t error;
        json_t *signal = json_loads(line, JSON_REJECT_DUPLICATES, &error);
        cr_assert_not_null(signal, "%s in %s", error.text, line);
        (void)json_array_append_new(signals, signal);
    }
    free(text);
    return signals;
}

static void expect_equal_text(const json_t *expected, const json_t *signal, const char *key)
{
    cr_expect_str_eq(json_string_value(json_object_get(expected, key)),
                     json_string_value(json_object_get(signal, key)), "%s", key);
}

static void expect_price(const json_t *expected, const json_t *actual)
{
    if (json_is_null(expected)) {
        cr_expect(json_is_null(actual));
        return;
    }
    double value = json_number_value(expected);
    cr_expect_leq(fabs(json_number_value(actual) - value), 1e-9 * fabs(value));
}

/* Seconds of the block in blocks.csv; 0 = not there. */
static long long time_of_block(long long number)
{
    long long block;
    long long seconds;
    char line[256];
    FILE *file = fopen(data_path("dex_eth_logs/blocks.csv"), "r");
    cr_assert_not_null(file);
    while (fgets(line, sizeof line, file)) {
        if (sscanf(line, "%lld,%lld", &block, &seconds) == 2 && block == number) {
            (void)fclose(file);
            return seconds;
        }
    }
    (void)fclose(file);
    return 0;
}

static void expect_signal(const json_t *expected, const json_t *signal)
{
    static const char *const TEXTS[] = {"trigger_pool", "buy_pool",  "sell_pool", "token_in",
                                        "token_mid",    "amount_in", "profit"};
    long long block = bundle_number(expected, "block");
    for (size_t i = 0; i < sizeof TEXTS / sizeof TEXTS[0]; i++) {
        expect_equal_text(expected, signal, TEXTS[i]);
    }
    cr_expect_eq(block, bundle_number(signal, "block"));
    cr_expect_eq(bundle_number(expected, "logIndex"), bundle_number(signal, "log_index"));
    cr_expect_str_eq("two_pool", json_string_value(json_object_get(signal, "kind")));
    cr_expect_eq(time_of_block(block) * 1000000000, bundle_number(signal, "timestamp_ns"));
    expect_price(json_object_get(expected, "profit_usd"), json_object_get(signal, "profit_usd"));
}

static void expect_signals(const json_t *oracle, const char *state, size_t count)
{
    json_t *signals = load_signals();
    json_t *list = json_object_get(
        json_object_get(json_object_get(oracle, "two_pool_signals"), state), "list");
    cr_assert_eq(count, json_array_size(list));
    cr_assert_eq(count, json_array_size(signals));
    for (size_t i = 0; i < count; i++) {
        expect_signal(json_array_get(list, i), json_array_get(signals, i));
    }
    json_decref(signals);
}

static void expect_counts(const json_t *oracle)
{
    static const char *const KINDS[] = {"swap_v2", "sync_v2", "swap_v3", "mint_v2", "burn_v2"};
    json_t *stats = bundle_json("@/stats");
    json_t *events = json_object_get(stats, "events");
    json_t *totals = json_object_get(oracle, "totals");
    for (size_t i = 0; i < sizeof KINDS / sizeof KINDS[0]; i++) {
        cr_expect_eq(bundle_number(totals, KINDS[i]), bundle_number(events, KINDS[i]), "%s",
                     KINDS[i]);
    }
    cr_expect_eq(bundle_number(oracle, "logs_total"), bundle_number(stats, "lines"));
    cr_expect_eq(bundle_number(totals, "other") + bundle_number(totals, "transfer"),
                 bundle_number(stats, "filtered"));
    cr_expect_eq(0, bundle_number(stats, "bad_lines"));
    cr_expect_eq(bundle_number(stats, "messages/accepted"),
                 bundle_number(stats, "messages/handled"));
    cr_expect_eq(0, bundle_number(stats, "messages/queued"));
    json_decref(stats);
}

static void expect_reserves(const json_t *oracle)
{
    json_t *state = bundle_json("@/state");
    json_t *actual = json_object_get(state, "final_reserves");
    json_t *expected = json_object_get(oracle, "final_reserves_all");
    const char *pool;
    json_t *reserves;
    cr_expect_eq(json_object_size(expected), json_object_size(actual));
    json_object_foreach(expected, pool, reserves)
    {
        cr_expect(json_equal(reserves, json_object_get(actual, pool)), "%s", pool);
    }
    json_decref(state);
}

static void expect_recorded_run(const char *options)
{
    json_t *oracle = load_expected();
    cr_log_info("market-bundle run %s", options);
    run_recorded(options);
    expect_counts(oracle);
    expect_reserves(oracle);
    expect_signals(oracle, "carried_state", 25);
    json_decref(oracle);
}

Test(bundle_oracle, is_met_with_all_actors_together)
{
    NEED_RECORDED_BLOCKS();
    expect_recorded_run("--place together --workers 1");
    expect_recorded_run("--place together --workers 2");
    expect_recorded_run("--place together --workers 4");
    NO_LEAKS();
}

Test(bundle_oracle, is_met_with_the_actors_spread)
{
    NEED_RECORDED_BLOCKS();
    expect_recorded_run("--place spread --workers 1");
    expect_recorded_run("--place spread --workers 2");
    expect_recorded_run("--place spread --workers 4");
    NO_LEAKS();
}

Test(bundle_oracle, is_met_whatever_the_workers_do_when_idle)
{
    NEED_RECORDED_BLOCKS();
    expect_recorded_run("--idle spin --workers 2");
    expect_recorded_run("--idle spin-park --workers 2");
    expect_recorded_run("--idle park --workers 2");
    NO_LEAKS();
}

Test(bundle_oracle, is_met_without_io_uring_and_with_tiny_mailboxes)
{
    NEED_RECORDED_BLOCKS();
    expect_recorded_run("--io epoll --workers 2");
    expect_recorded_run("--mailbox 1 --workers 4");
    expect_recorded_run("--mailbox 1 --place together");
    NO_LEAKS();
}

Test(bundle_oracle, is_met_when_pools_are_forgotten_per_block)
{
    static const char *const PLACES[] = {"--place together --workers 1",
                                         "--place spread --workers 4"};
    NEED_RECORDED_BLOCKS();
    for (size_t i = 0; i < sizeof PLACES / sizeof PLACES[0]; i++) {
        char options[128];
        json_t *oracle = load_expected();
        (void)snprintf(options, sizeof options, "--forget-pools-per-block %s", PLACES[i]);
        run_recorded(options);
        expect_counts(oracle);
        expect_reserves(oracle);
        expect_signals(oracle, "per_block_state", 5);
        json_decref(oracle);
    }
    NO_LEAKS();
}

/* A minimum leaves out what is worth less and what has no price; the sum stays. */
Test(bundle_oracle, minimum_profit_refuses_and_counts)
{
    NEED_RECORDED_BLOCKS();
    run_recorded("--min-profit-usd 5");
    json_t *stats = bundle_json("@/stats");
    json_t *signals = load_signals();
    size_t accepted = json_array_size(signals);
    cr_expect_gt(accepted, 0);
    cr_expect_lt(accepted, 25);
    for (size_t i = 0; i < accepted; i++) {
        json_t *usd = json_object_get(json_array_get(signals, i), "profit_usd");
        cr_expect_geq(json_number_value(usd), 5.0);
    }
    cr_expect_eq((long long)accepted, bundle_number(stats, "signals/two_pool"));
    cr_expect_eq(25, (long long)accepted + bundle_number(stats, "signals/refused/unpriced") +
                         bundle_number(stats, "signals/refused/below_minimum"));
    json_decref(stats);
    json_decref(signals);
    NO_LEAKS();
}
