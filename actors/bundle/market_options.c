/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bundle/option_setters.h"
#include "text/hex.h"

enum { AGE_MAX_S = 1000000000, PPM_MAX = 1000000000 };

#define TAU_MAX_S 1e6

const char *set_pools(void *self, const char *value)
{
    return option_set_path(&((run_options *)self)->pools_path, value);
}

const char *set_blocks(void *self, const char *value)
{
    return option_set_path(&((run_options *)self)->blocks_path, value);
}

const char *set_min_profit(void *self, const char *value)
{
    run_options *options = self;
    return option_parse_amount(value, &options->profit_usd_min) ? "a number of USD, 0 or more"
                                                                : NULL;
}

const char *set_max_age(void *self, const char *value)
{
    uint64_t age_s;
    if (option_parse_count(value, 0, AGE_MAX_S, &age_s)) {
        return "a whole number of seconds, 0 (any age) to 1000000000";
    }
    ((run_options *)self)->age_max_ns = age_s * 1000000000u;
    return NULL;
}

const char *set_usd_pool(void *self, const char *value)
{
    eth_address *pool = &((run_options *)self)->usd.price_pool;
    return hex_parse_address(value, strlen(value), pool) ? NULL : "0x and 40 hex digits";
}

const char *set_stable(void *self, const char *value)
{
    run_options *options = self;
    eth_address token;
    uint64_t decimals;
    const char *equals = strchr(value, '=');
    if (!equals || !hex_parse_address(value, (size_t)(equals - value), &token) ||
        option_parse_count(equals + 1, 0, USD_DECIMALS_MAX, &decimals)) {
        return "TOKEN=DECIMALS: 0x and 40 hex digits, =, 0 to 36";
    }
    if (!options->has_own_stables) {
        options->usd.stable_count = 0;
        options->has_own_stables = true;
    }
    return usd_config_add_stable(&options->usd, &token, (uint32_t)decimals)
               ? "at most 16 stable tokens"
               : NULL;
}

const char *set_pool_fees(void *self, const char *value)
{
    (void)value;
    ((run_options *)self)->use_pool_fees = true;
    return NULL;
}

const char *set_forget(void *self, const char *value)
{
    (void)value;
    ((run_options *)self)->forget_pools_per_block = true;
    return NULL;
}

const char *set_cross_ppm(void *self, const char *value)
{
    quote_watch_options *quotes = &((run_options *)self)->quotes;
    if (quotes->cross_ppm_count == CROSS_VENUE_THRESHOLDS_MAX) {
        return "at most 8 thresholds";
    }
    return option_set_count(&quotes->cross_ppm[quotes->cross_ppm_count++], value, PPM_MAX,
                            "a whole number from 1 to 1000000000");
}

const char *set_momentum_ppm(void *self, const char *value)
{
    return option_set_count(&((run_options *)self)->quotes.momentum.threshold_ppm, value, PPM_MAX,
                            "a whole number from 1 to 1000000000");
}

static bool parse_tau(const char *text, size_t size, uint64_t *tau_ns)
{
    char copy[32];
    double seconds;
    if (size >= sizeof copy) {
        return false;
    }
    (void)snprintf(copy, sizeof copy, "%.*s", (int)size, text);
    if (option_parse_amount(copy, &seconds) || seconds < 1e-9 || seconds > TAU_MAX_S) {
        return false;
    }
    *tau_ns = (uint64_t)llround(seconds * 1e9);
    return true;
}

const char *set_momentum_tau(void *self, const char *value)
{
    momentum_rule *rule = &((run_options *)self)->quotes.momentum;
    const char *comma = strchr(value, ',');
    if (!comma || !parse_tau(value, (size_t)(comma - value), &rule->fast_tau_ns) ||
        !parse_tau(comma + 1, strlen(comma + 1), &rule->slow_tau_ns) ||
        rule->slow_tau_ns <= rule->fast_tau_ns) {
        return "FAST,SLOW: two numbers of seconds above 0, the second one greater";
    }
    return NULL;
}

const char *set_book_interval(void *self, const char *value)
{
    double seconds;
    if (option_parse_amount(value, &seconds) || seconds < 1e-9 || seconds > TAU_MAX_S) {
        return "a number of seconds above 0, at most 1000000";
    }
    ((run_options *)self)->actors_option = "--book-interval";
    ((run_options *)self)->book_interval_ns = (uint64_t)llround(seconds * 1e9);
    return NULL;
}
