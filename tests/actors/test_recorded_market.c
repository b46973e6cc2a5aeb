/* SPDX-License-Identifier: Apache-2.0 */
#include <jansson.h>
#include <math.h>

#include "actors/feed_support.h"
#include "actors/market_replay.h"
#include "market/signal_json.h"
#include "support/leaks.h"
#include "text/hex.h"
#include "text/uint128.h"

#define LOGS "dex_eth_logs/logs.ndjson.gz"
#define POOLS "dex_eth_logs/pools.csv"
#define EXPECTED "oracle/dex_expected.json"

static json_t *read_expected(void)
{
    json_error_t error;
    json_t *expected = json_load_file(data_path(EXPECTED), 0, &error);
    cr_assert_not_null(expected, "%s", error.text);
    return expected;
}

static void replay_recorded(market_replay *replay, const market_options *options)
{
    char *logs = strdup(data_path(LOGS)), *pools = strdup(data_path(POOLS));
    replay_market(replay, options, logs, pools);
    free(logs);
    free(pools);
}

static void assert_same_text(const json_t *expected, const char *expected_key, const json_t *actual,
                             const char *key, size_t number)
{
    cr_assert_str_eq(json_string_value(json_object_get(expected, expected_key)),
                     json_string_value(json_object_get(actual, key)), "%s of signal %zu", key,
                     number);
}

static void assert_same_integer(const json_t *expected, const char *expected_key,
                                const json_t *actual, const char *key, size_t number)
{
    cr_assert_eq(json_integer_value(json_object_get(expected, expected_key)),
                 json_integer_value(json_object_get(actual, key)), "%s of signal %zu", key, number);
}

static void assert_same_usd(const json_t *expected, const json_t *actual, size_t number)
{
    cr_assert_eq(json_is_null(expected), json_is_null(actual), "profit_usd of signal %zu", number);
    double wanted = json_number_value(expected);
    cr_assert_leq(fabs(wanted - json_number_value(actual)), 1e-9 * wanted,
                  "profit_usd of signal %zu", number);
}

/* Through the line that is written of it, so that every field is looked at as a reader sees it. */
static void assert_same_signal(const json_t *expected, const arbitrage_signal *signal,
                               size_t number)
{
    static const char *const texts[] = {"trigger_pool", "buy_pool",  "sell_pool", "token_in",
                                        "token_mid",    "amount_in", "profit"};
    char line[SIGNAL_JSON_BYTES_MAX];
    cr_assert_gt(signal_json_write(signal, line, sizeof line), 0);
    json_t *actual = json_loads(line, 0, NULL);
    cr_assert_not_null(actual, "%s", line);
    assert_same_integer(expected, "block", actual, "block", number);
    assert_same_integer(expected, "logIndex", actual, "log_index", number);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_same_text(expected, texts[i], actual, texts[i], number);
    assert_same_usd(json_object_get(expected, "profit_usd"), json_object_get(actual, "profit_usd"),
                    number);
    cr_assert_eq(number + 1, signal->opportunity_id);
    json_decref(actual);
}

static void assert_signals_are(const char *kind, size_t count, const market_options *options)
{
    market_replay replay;
    replay_recorded(&replay, options);
    json_t *expected = read_expected();
    json_t *list = json_object_get(
        json_object_get(json_object_get(expected, "two_pool_signals"), kind), "list");
    cr_assert_eq(count, json_array_size(list));
    cr_assert_eq(count, replay.signal_count);
    for (size_t i = 0; i < count; i++)
        assert_same_signal(json_array_get(list, i), &replay.signals[i], i);
    cr_assert_eq(count, market_state_counters(replay.state)->signals);
    json_decref(expected);
    replay_fini(&replay);
}

Test(recorded_market, finds_all_signals_of_the_recording_when_pools_are_kept)
{
    NEED_DATA(EXPECTED);
    assert_signals_are("carried_state", 25, NULL);
    NO_LEAKS();
}

Test(recorded_market, finds_all_signals_of_the_recording_when_pools_are_forgotten_per_block)
{
    NEED_DATA(EXPECTED);
    assert_signals_are("per_block_state", 5, &(market_options){.forget_pools_per_block = true});
    NO_LEAKS();
}

/* Worked out apart from this code: the 0.25 % pool stands in three of the 25 trades. */
Test(recorded_market, takes_the_fee_of_each_pool_when_asked_to)
{
    NEED_DATA(EXPECTED);
    market_replay common, own;
    replay_recorded(&common, NULL);
    replay_recorded(&own, &(market_options){.use_pool_fees = true});
    cr_assert_eq(25, own.signal_count);
    size_t different = 0;
    for (size_t i = 0; i < 25; i++)
        if (uint128_compare(common.signals[i].profit, own.signals[i].profit) != 0)
            different++;
    cr_assert_eq(3, different);
    char profit[UINT128_TEXT_SIZE];
    uint128_to_decimal(own.signals[21].profit, profit);
    cr_assert_str_eq("811202490957877533", profit);
    replay_fini(&common);
    replay_fini(&own);
    NO_LEAKS();
}

static void assert_same_reserves(const market_state *state, const char *pool, const json_t *pair)
{
    eth_address address;
    char reserve0[UINT128_TEXT_SIZE], reserve1[UINT128_TEXT_SIZE];
    cr_assert(hex_parse_address(pool, strlen(pool), &address));
    const pool_record *record = pool_table_find(market_state_pools(state), &address);
    cr_assert_not_null(record, "%s", pool);
    uint128_to_decimal(record->reserve0, reserve0);
    uint128_to_decimal(record->reserve1, reserve1);
    cr_assert_str_eq(json_string_value(json_array_get(pair, 0)), reserve0, "%s", pool);
    cr_assert_str_eq(json_string_value(json_array_get(pair, 1)), reserve1, "%s", pool);
}

static size_t count_seen_pools(const market_state *state)
{
    const pool_table *pools = market_state_pools(state);
    size_t seen = 0;
    for (size_t i = 0; i < pool_table_count(pools); i++)
        seen += pool_table_at(pools, i)->epoch != 0;
    return seen;
}

static void assert_final_reserves(const market_options *options)
{
    market_replay replay;
    const char *pool;
    json_t *pair;
    replay_recorded(&replay, options);
    json_t *expected = read_expected();
    json_t *reserves = json_object_get(expected, "final_reserves_all");
    cr_assert_eq(190, json_object_size(reserves));
    cr_assert_eq(190, count_seen_pools(replay.state));
    json_object_foreach(reserves, pool, pair)
    {
        assert_same_reserves(replay.state, pool, pair);
    }
    json_decref(expected);
    replay_fini(&replay);
}

Test(recorded_market, keeps_the_last_reserves_of_every_pool_of_the_recording)
{
    NEED_DATA(EXPECTED);
    assert_final_reserves(NULL);
    assert_final_reserves(&(market_options){.forget_pools_per_block = true});
    NO_LEAKS();
}

Test(recorded_market, counts_the_events_of_the_recording)
{
    NEED_DATA(EXPECTED);
    market_replay replay;
    replay_recorded(&replay, NULL);
    const market_counters *counters = market_state_counters(replay.state);
    cr_assert_eq(281, counters->syncs);
    cr_assert_eq(269 + 66, counters->swaps);
    cr_assert_eq(12 + 9, counters->liquidity_events);
    cr_assert_eq(0, counters->syncs_of_unknown_pools);
    cr_assert_eq(0, counters->pools_without_room);
    cr_assert_eq(25, counters->signals);
    cr_assert_eq(1, counters->signals_unpriced);
    cr_assert_geq(counters->screened_in, counters->signals);
    cr_assert_leq(counters->screened_in, 27, "the screen lets too much through");
    replay_fini(&replay);
    NO_LEAKS();
}
