/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <mycelium/stream.h>

#include "bundle/option_setters.h"

enum { ROUNDS_MAX = 1000000000, CONNECTIONS_MAX = 1000000000, NAME_SIZE_MAX = 16 };

#define RATE_MAX 1000000000u
#define SECONDS_MAX 1e9

static bool has_source(const run_options *options, feed_transport transport)
{
    for (uint32_t i = 0; i < options->feed_count; i++) {
        if (options->feeds[i].transport == transport) {
            return true;
        }
    }
    return false;
}

/* Addresses are looked at by whom they are for. */
static const char *check_address(const feed_spec *spec)
{
    const char *expected = NULL;
    if (feed_transport_is_file(spec->transport) || spec->transport == FEED_WEBSOCKET) {
        return NULL;
    }
    return myc_stream_check(spec->source, &expected) ? expected : NULL;
}

const char *set_feed(void *self, const char *value)
{
    run_options *options = self;
    feed_spec spec;
    const char *expected = feed_spec_parse(value, &spec);
    expected = expected ? expected : check_address(&spec);
    if (expected) {
        return expected;
    }
    if (spec.transport == FEED_STDIN && has_source(options, FEED_STDIN)) {
        return "standard input once at most: it can be read once only";
    }
    if (options->feed_count == RUN_FEEDS_MAX) {
        return "at most 64 feeds";
    }
    options->feeds[options->feed_count++] = spec;
    return NULL;
}

const char *set_instrument(void *self, const char *value)
{
    run_options *options = self;
    const char *equals = strrchr(value, '=');
    size_t size = equals ? strlen(equals + 1) : 0;
    if (!equals || equals == value || size == 0 || size > NAME_SIZE_MAX) {
        return "FEED=NAME: the number of a feed from 1 or its text, =, 1 to 16 characters";
    }
    if (options->instrument_count == RUN_FEEDS_MAX) {
        return "one for each feed at most";
    }
    options->instruments[options->instrument_count++] = value;
    return NULL;
}

const char *set_merge(void *self, const char *value)
{
    ((run_options *)self)->is_merged = true;
    return strcmp(value, "time") == 0 ? NULL : "time";
}

const char *set_speed(void *self, const char *value)
{
    static const char EXPECTED[] = "max, recorded or N/s, with N from 1 to 1000000000";
    pace_options *speed = &((run_options *)self)->pace;
    char count[16];
    size_t size = strlen(value);
    *speed = (pace_options){.kind = PACE_RECORDED};
    if (strcmp(value, "recorded") == 0) {
        return NULL;
    }
    speed->kind = PACE_MAX;
    if (strcmp(value, "max") == 0) {
        return NULL;
    }
    if (size < 3 || size - 2 >= sizeof count || strcmp(value + size - 2, "/s") != 0) {
        return EXPECTED;
    }
    (void)snprintf(count, sizeof count, "%.*s", (int)(size - 2), value);
    speed->kind = PACE_RATE;
    return option_parse_count(count, 1, RATE_MAX, &speed->frames_per_second) ? EXPECTED : NULL;
}

const char *set_connections(void *self, const char *value)
{
    return option_set_count(&((run_options *)self)->connections, value, CONNECTIONS_MAX,
                            "a whole number from 1 to 1000000000");
}

const char *set_reconnect(void *self, const char *value)
{
    (void)value;
    ((run_options *)self)->reconnects = true;
    return NULL;
}

const char *set_subscribe(void *self, const char *value)
{
    run_options *options = self;
    const char *equals = strchr(value, '=');
    if (!equals || equals == value || equals[1] == '\0') {
        return "FEED=TEXT: the number of a feed from 1 or its text, =, what to send";
    }
    if (options->subscription_count == INTAKE_SUBSCRIPTIONS_MAX) {
        return "at most 256 of them";
    }
    options->subscriptions[options->subscription_count++] = (intake_subscription){.text = value};
    return NULL;
}

const char *set_ca(void *self, const char *value)
{
    return option_set_path(&((run_options *)self)->ca_path, value);
}

const char *set_for(void *self, const char *value)
{
    double seconds;
    if (option_parse_amount(value, &seconds) || seconds <= 0 || seconds > SECONDS_MAX) {
        return "a number of seconds above 0, at most 1000000000";
    }
    ((run_options *)self)->run_ns = (uint64_t)ceil(seconds * 1e9);
    return NULL;
}

const char *set_loop(void *self, const char *value)
{
    return option_set_count(&((run_options *)self)->rounds, value, ROUNDS_MAX,
                            "a whole number from 1 to 1000000000");
}

const char *set_record(void *self, const char *value)
{
    ((run_options *)self)->actors_option = "--record";
    if (strcmp(value, "-") == 0) {
        return "the path of a file";
    }
    return option_set_path(&((run_options *)self)->record_path, value);
}

static bool is_number(const char *text, size_t size, uint64_t *number)
{
    char copy[8];
    if (size >= sizeof copy) {
        return false;
    }
    (void)snprintf(copy, sizeof copy, "%.*s", (int)size, text);
    return option_parse_count(copy, 1, RUN_FEEDS_MAX, number) == 0;
}

static feed_spec *find_feed(run_options *options, const char *text, size_t size)
{
    uint64_t number;
    if (is_number(text, size, &number)) {
        return number <= options->feed_count ? &options->feeds[number - 1] : NULL;
    }
    for (uint32_t i = 0; i < options->feed_count; i++) {
        const char *feed = options->feeds[i].text;
        if (strlen(feed) == size && memcmp(feed, text, size) == 0) {
            return &options->feeds[i];
        }
    }
    return NULL;
}

static const char *name_instruments(run_options *options)
{
    for (uint32_t i = 0; i < options->instrument_count; i++) {
        const char *text = options->instruments[i];
        const char *equals = strrchr(text, '=');
        feed_spec *feed = find_feed(options, text, (size_t)(equals - text));
        if (!feed) {
            return "--instrument: expected the number or the text of a feed before the =";
        }
        if (!feed_format_is_exchange(feed->format)) {
            return "--instrument: expected a feed of binance, kraken or coinbase";
        }
        feed->instrument = equals + 1;
    }
    return NULL;
}

/* URLs and texts may have an = themselves: the first one that has a feed before it counts. */
static const char *split_subscription(run_options *options, intake_subscription *subscription)
{
    const char *text = subscription->text;
    const char *equals = strchr(text, '=');
    feed_spec *feed = NULL;
    while (equals && !(feed = find_feed(options, text, (size_t)(equals - text)))) {
        equals = strchr(equals + 1, '=');
    }
    if (!feed) {
        return "--subscribe: expected the number or the text of a feed before the =";
    }
    if (feed->transport != FEED_WEBSOCKET) {
        return "--subscribe: expected a feed of ws:// or wss://";
    }
    subscription->feed = (uint32_t)(feed - options->feeds) + 1;
    subscription->text = equals + 1;
    return NULL;
}

static const char *split_subscriptions(run_options *options)
{
    const char *reason = NULL;
    for (uint32_t i = 0; !reason && i < options->subscription_count; i++) {
        reason = split_subscription(options, &options->subscriptions[i]);
    }
    if (!reason && options->ca_path && !run_options_use_tls(options)) {
        reason = "--ca: expected a feed of wss://";
    }
    return reason;
}

/* Log files say nothing about when they were received. */
static const char *check_times(const run_options *options)
{
    for (uint32_t i = 0; i < options->feed_count; i++) {
        if (options->feeds[i].format != FEED_ETH_LOGS) {
            continue;
        }
        if (options->is_merged) {
            return "--merge time: expected captures: eth-logs have no time of receipt";
        }
        if (options->pace.kind == PACE_RECORDED) {
            return "--speed recorded: expected captures: eth-logs have no time of receipt";
        }
    }
    return NULL;
}

static const char *check_order(const run_options *options)
{
    bool is_paced = options->pace.kind != PACE_MAX;
    if (options->is_merged && !run_options_read_files(options)) {
        return "--merge time: expected feeds that are files";
    }
    if (is_paced && !run_options_read_files(options)) {
        return "--speed: expected feeds that are files";
    }
    if (is_paced && options->feed_count > 1 && !options->is_merged &&
        !run_options_read_log_files(options)) {
        return "--speed: expected --merge time with it when there are several feeds";
    }
    return check_times(options);
}

static const char *check_replay(const run_options *options)
{
    for (uint32_t i = 0; i < options->feed_count; i++) {
        if (options->feeds[i].format != FEED_RECORD) {
            continue;
        }
        if (options->feed_count > 1) {
            return "--feed record: expected no other feed: a recording has its own";
        }
        if (options->is_merged || options->instrument_count > 0) {
            return "--merge, --instrument: expected feeds other than a recording, which has its "
                   "own";
        }
    }
    return NULL;
}

static const char *check_ends(const run_options *options)
{
    if (options->rounds > 1 && !run_options_read_log_files(options)) {
        return "--loop: expected feeds that are files of eth-logs";
    }
    if (options->rounds > 1 && has_source(options, FEED_STDIN)) {
        return "--loop: expected feeds that are files: standard input can be read once only";
    }
    if (options->connections > 0 && !has_source(options, FEED_LISTEN)) {
        return "--connections: expected a feed of tcp-listen:// or unix-listen://";
    }
    if (options->reconnects && !has_source(options, FEED_CONNECT) &&
        !has_source(options, FEED_WEBSOCKET)) {
        return "--reconnect: expected a feed of tcp://, unix://, ws:// or wss://";
    }
    return NULL;
}

const char *feed_options_check(run_options *options)
{
    const char *reason = check_replay(options);
    reason = reason ? reason : name_instruments(options);
    reason = reason ? reason : split_subscriptions(options);
    reason = reason ? reason : check_order(options);
    return reason ? reason : check_ends(options);
}
