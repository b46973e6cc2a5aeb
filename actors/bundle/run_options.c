/* SPDX-License-Identifier: Apache-2.0 */
#include "bundle/run_options.h"

#include <string.h>

#include "text/hex.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

enum { ROUNDS_MAX = 1000000000, AGE_MAX_S = 1000000000 };

static const char FEED_PREFIX[] = "eth-logs:";
static const char *const IDLE_NAMES[] = {"spin-park", "spin", "park"}; /* as enum myc_idle */
static const char *const IO_NAMES[] = {"auto", "uring", "epoll"};      /* as enum myc_io_backend */
static const char *const HOT_PATH_NAMES[] = {"actors", "relay"};       /* as enum run_hot_path */
static const char *const PLACE_NAMES[] = {"spread", "together"};       /* as enum run_place */

_Static_assert(MYC_IDLE_SPIN_PARK == 0 && MYC_IDLE_SPIN == 1 && MYC_IDLE_PARK == 2,
               "the order of IDLE_NAMES");
_Static_assert(MYC_IO_AUTO == 0 && MYC_IO_URING == 1 && MYC_IO_EPOLL == 2, "the order of IO_NAMES");

static const char *set_path(const char **path, const char *value)
{
    *path = value;
    return value[0] ? NULL : "the path of a file";
}

static bool has_feed(const run_options *options, const char *path)
{
    for (uint32_t i = 0; i < options->feed_count; i++) {
        if (strcmp(options->feeds[i], path) == 0) {
            return true;
        }
    }
    return false;
}

static const char *set_feed(void *self, const char *value)
{
    run_options *options = self;
    const char *path = value;
    if (strcmp(value, "-") != 0) {
        if (strncmp(value, FEED_PREFIX, sizeof FEED_PREFIX - 1) != 0 ||
            value[sizeof FEED_PREFIX - 1] == '\0') {
            return "eth-logs:PATH, eth-logs:- or -";
        }
        path = value + sizeof FEED_PREFIX - 1;
    }
    if (strcmp(path, "-") == 0 && has_feed(options, path)) {
        return "standard input once at most: it can be read once only";
    }
    if (options->feed_count == RUN_FEEDS_MAX) {
        return "at most 64 feeds";
    }
    options->feeds[options->feed_count++] = path;
    return NULL;
}

static const char *set_pools(void *self, const char *value)
{
    return set_path(&((run_options *)self)->pools_path, value);
}

static const char *set_blocks(void *self, const char *value)
{
    return set_path(&((run_options *)self)->blocks_path, value);
}

static const char *set_signals(void *self, const char *value)
{
    return set_path(&((run_options *)self)->signals_path, value);
}

static const char *set_state(void *self, const char *value)
{
    return set_path(&((run_options *)self)->state_path, value);
}

static const char *set_stats(void *self, const char *value)
{
    return set_path(&((run_options *)self)->stats_path, value);
}

static const char *set_min_profit(void *self, const char *value)
{
    run_options *options = self;
    return option_parse_amount(value, &options->profit_usd_min) ? "a number of USD, 0 or more"
                                                                : NULL;
}

static const char *set_max_age(void *self, const char *value)
{
    uint64_t age_s;
    if (option_parse_count(value, 0, AGE_MAX_S, &age_s)) {
        return "a whole number of seconds, 0 (any age) to 1000000000";
    }
    ((run_options *)self)->age_max_ns = age_s * 1000000000u;
    return NULL;
}

static const char *set_usd_pool(void *self, const char *value)
{
    eth_address *pool = &((run_options *)self)->usd.price_pool;
    return hex_parse_address(value, strlen(value), pool) ? NULL : "0x and 40 hex digits";
}

static const char *set_stable(void *self, const char *value)
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

static const char *set_pool_fees(void *self, const char *value)
{
    (void)value;
    ((run_options *)self)->use_pool_fees = true;
    return NULL;
}

static const char *set_forget(void *self, const char *value)
{
    (void)value;
    ((run_options *)self)->forget_pools_per_block = true;
    return NULL;
}

static const char *set_quiet(void *self, const char *value)
{
    (void)value;
    ((run_options *)self)->is_quiet = true;
    return NULL;
}

static const char *set_count(uint32_t *count, const char *value, uint32_t maximum,
                             const char *expected)
{
    uint64_t parsed;
    if (option_parse_count(value, 1, maximum, &parsed)) {
        return expected;
    }
    *count = (uint32_t)parsed;
    return NULL;
}

static const char *set_loop(void *self, const char *value)
{
    return set_count(&((run_options *)self)->rounds, value, ROUNDS_MAX,
                     "a whole number from 1 to 1000000000");
}

static const char *set_workers(void *self, const char *value)
{
    ((run_options *)self)->actors_option = "--workers";
    return set_count(&((run_options *)self)->workers, value, RUN_WORKERS_MAX,
                     "a whole number from 1 to 64");
}

static const char *set_mailbox(void *self, const char *value)
{
    ((run_options *)self)->actors_option = "--mailbox";
    return set_count(&((run_options *)self)->mailbox_bound, value, RUN_MAILBOX_MAX,
                     "a whole number from 1 to 16777216");
}

static const char *set_hot_path(void *self, const char *value)
{
    int path = option_parse_choice(value, HOT_PATH_NAMES, COUNT_OF(HOT_PATH_NAMES));
    ((run_options *)self)->hot_path = path < 0 ? RUN_ACTORS : (run_hot_path)path;
    return path < 0 ? "actors or relay" : NULL;
}

static const char *set_place(void *self, const char *value)
{
    ((run_options *)self)->actors_option = "--place";
    int place = option_parse_choice(value, PLACE_NAMES, COUNT_OF(PLACE_NAMES));
    ((run_options *)self)->place = place < 0 ? RUN_SPREAD : (run_place)place;
    return place < 0 ? "together or spread" : NULL;
}

static const char *set_idle(void *self, const char *value)
{
    ((run_options *)self)->actors_option = "--idle";
    int idle = option_parse_choice(value, IDLE_NAMES, COUNT_OF(IDLE_NAMES));
    ((run_options *)self)->idle = idle < 0 ? MYC_IDLE_SPIN_PARK : (myc_idle)idle;
    return idle < 0 ? "spin, spin-park or park" : NULL;
}

static const char *set_io(void *self, const char *value)
{
    ((run_options *)self)->actors_option = "--io";
    int io = option_parse_choice(value, IO_NAMES, COUNT_OF(IO_NAMES));
    ((run_options *)self)->io = io < 0 ? MYC_IO_AUTO : (myc_io_backend)io;
    return io < 0 ? "auto, uring or epoll" : NULL;
}

static const option_row ROWS[] = {
    {"feed", "eth-logs:PATH|-",
     "Ethereum logs, one JSON object a line; - is standard input.\n"
     "gzip is told by the content. Repeatable: files are read one\n"
     "after the other in the order given.",
     "standard input", set_feed},
    {"pools", "CSV",
     "Tokens and fee of each pool: columns pool, kind, token0,\n"
     "token1, fee_ppm. Pools that are not in it take no part in\n"
     "arbitrage.",
     "none", set_pools},
    {"blocks", "CSV",
     "Time of each block: columns number, timestamp (Unix s).\n"
     "Events of other blocks without a blockTimestamp carry their\n"
     "receive time.",
     "none", set_blocks},
    {"signals", "PATH|-",
     "Write each accepted signal as a line of JSON; - is standard\n"
     "output.",
     "not written", set_signals},
    {"state", "PATH|-", "At the end, write the last reserves of every pool as JSON.", "not written",
     set_state},
    {"stats", "PATH|-", "At the end, write all counts and latencies as JSON.", "not written",
     set_stats},
    {"min-profit-usd", "X",
     "Refuse signals worth less, and with a minimum above 0 those\n"
     "without a known price.",
     "0", set_min_profit},
    {"max-age", "SECONDS", "Refuse signals whose event is older; 0 = any age.", "0", set_max_age},
    {"usd-pool", "ADDRESS", "The pool of WETH and a stable token that prices WETH.",
     "0xb4e16d0168e52d35cacd2c6185b44281ec28c9dc", set_usd_pool},
    {"stable", "TOKEN=DECIMALS",
     "A token that counts as 1 USD. Repeatable; the first one\n"
     "replaces the defaults.",
     "mainnet USDC=6, USDT=6, DAI=18", set_stable},
    {"pool-fees", NULL, "Reckon with each pool's own fee instead of 0.3 % for all.", NULL,
     set_pool_fees},
    {"forget-pools-per-block", NULL, "Compare only pools with a Sync in the same block.", NULL,
     set_forget},
    {"loop", "N", "Read the list of feeds N times.", "1", set_loop},
    {"hot-path", "actors|relay",
     "How an event becomes a signal: by actors, or by the two threads\n"
     "and a socket that they replace. The results are the same. The\n"
     "five options below are for actors only.",
     "actors", set_hot_path},
    {"workers", "N", "Threads that run actors, 1 to 64.", "one a processor, at most 3",
     set_workers},
    {"place", "together|spread",
     "All actors on one worker, or each on its own as far as there\n"
     "are workers.",
     "spread", set_place},
    {"idle", "spin|spin-park|park",
     "What a worker without work does: spin takes a whole core for\n"
     "the lowest latency, park none.",
     "spin-park", set_idle},
    {"mailbox", "N",
     "Messages that may wait for an actor, 1 to 16777216; then its\n"
     "sender pauses.",
     "1000", set_mailbox},
    {"io", "auto|uring|epoll", "How files are read; auto is io_uring where the kernel allows it.",
     "auto", set_io},
    {"quiet", NULL, "Neither progress nor the table at the end.", NULL, set_quiet},
};

static const option_table TABLE = {
    .command = "market-bundle run",
    .summary = "Reads market events, finds arbitrage and writes signals.\n"
               "Ctrl-C drains and still writes everything; a second one aborts.",
    .rows = ROWS,
    .count = COUNT_OF(ROWS)};

static void set_defaults(run_options *options)
{
    *options = (run_options){.rounds = 1, .mailbox_bound = 1000};
    usd_config_mainnet(&options->usd);
}

static bool are_same_file(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0 && strcmp(a, "-") != 0;
}

/* The relay has its two threads, a blocking socket and plain reads. */
static option_outcome refuse_relay(const run_options *options, char *error)
{
    (void)snprintf(error, OPTION_ERROR_SIZE,
                   "%s: %s: expected --hot-path actors: the relay has no such choice",
                   TABLE.command, options->actors_option);
    return OPTIONS_BAD;
}

/* What no single option can see. */
static option_outcome check_together(run_options *options, char *error)
{
    const char *reason = NULL;
    if (options->hot_path == RUN_RELAY && options->actors_option) {
        return refuse_relay(options, error);
    }
    if (options->feed_count == 0) {
        options->feeds[options->feed_count++] = "-";
    }
    if (options->rounds > 1 && has_feed(options, "-")) {
        reason = "--loop: expected feeds that are files: standard input can be read once only";
    } else if (are_same_file(options->signals_path, options->state_path) ||
               are_same_file(options->signals_path, options->stats_path) ||
               are_same_file(options->state_path, options->stats_path)) {
        reason = "--signals, --state, --stats: expected different files";
    }
    if (reason) {
        (void)snprintf(error, OPTION_ERROR_SIZE, "%s: %s", TABLE.command, reason);
    }
    return reason ? OPTIONS_BAD : OPTIONS_PARSED;
}

option_outcome run_options_parse(run_options *options, int argc, char **argv,
                                 char error[OPTION_ERROR_SIZE])
{
    set_defaults(options);
    option_outcome outcome = option_table_parse(&TABLE, argc, argv, options, error);
    return outcome == OPTIONS_PARSED ? check_together(options, error) : outcome;
}

void run_options_print_help(FILE *out)
{
    option_table_print_help(&TABLE, out);
}

static bool is_stdout(const char *path)
{
    return path && strcmp(path, "-") == 0;
}

bool run_options_use_stdout(const run_options *options)
{
    return is_stdout(options->signals_path) || is_stdout(options->state_path) ||
           is_stdout(options->stats_path);
}

bool run_options_read_stdin(const run_options *options)
{
    return has_feed(options, "-");
}

const char *run_options_io_name(myc_io_backend io)
{
    return IO_NAMES[io];
}
