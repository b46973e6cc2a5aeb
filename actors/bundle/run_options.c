/* SPDX-License-Identifier: Apache-2.0 */
#include "bundle/run_options.h"

#include <string.h>

#include "bundle/option_setters.h"

static const option_row ROWS[] = {
    {"feed", "FORMAT:SOURCE",
     "What to read. FORMAT: eth-logs, binance, kraken, coinbase, sbe,\n"
     "or record (a recording of others). SOURCE: a path (gzip is told\n"
     "by the content), - (standard input), tcp://, tcp-listen://,\n"
     "udp:// (multicast groups are joined), unix://, unix-listen://,\n"
     "unix-datagram://, ws:// or wss://. Repeatable; files of eth-logs\n"
     "are read one after the other, all else at once. Listening feeds\n"
     "and datagrams have no end: see --for and --connections.",
     "eth-logs:-", set_feed},
    {"instrument", "FEED=NAME",
     "What a feed is of, where it does not say so itself (a Binance\n"
     "snapshot). FEED is its number from 1 or its text. Repeatable.",
     "as the feed says", set_instrument},
    {"merge", "time",
     "Take frames of several files in the order they were received,\n"
     "then of feeds, then of lines; else as they come.",
     "as they come", set_merge},
    {"speed", "max|recorded|N/s",
     "Take frames of files as fast as it goes, in their recorded\n"
     "times, or N a second.",
     "max", set_speed},
    {"connections", "N", "A listening feed ends when N connections have come and gone.",
     "it never ends", set_connections},
    {"reconnect", NULL,
     "Make connections of tcp://, unix://, ws:// and wss:// again when\n"
     "they break or cannot be made, after 0.1 s, then 0.2 s, up to 30 s.",
     NULL, set_reconnect},
    {"subscribe", "FEED=TEXT",
     "Send TEXT to the server of a ws:// or wss:// feed whenever it is\n"
     "connected, to say what is wanted. Repeatable.",
     NULL, set_subscribe},
    {"ca", "PEM", "Certificates that wss:// trusts.", "the system's", set_ca},
    {"for", "SECONDS", "End in order after so long, as Ctrl-C does.", "when the feeds end",
     set_for},
    {"record", "PATH",
     "Write all that comes in, for --feed record:PATH to take in again\n"
     "with the same results.",
     "not written", set_record},
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
    {"books", "PATH|-", "At the end, write what is left of every order book as JSON.",
     "not written", set_books},
    {"publish", "TARGET",
     "Send quotes, books and accepted signals as SBE messages:\n"
     "tcp-listen:// and unix-listen:// to whoever connects, udp:// and\n"
     "unix-datagram-to:// to one address. Who does not read is\n"
     "disconnected; datagrams without room are lost and counted.\n"
     "Repeatable.",
     "nowhere", set_publish},
    {"subscribers", "N", "Open the feeds only when N subscribers are connected.", "0",
     set_subscribers},
    {"cross-ppm", "N",
     "Tell when one venue's bid is N ppm above another one's ask for\n"
     "the same instrument. Repeatable, up to 8.",
     "not told", set_cross_ppm},
    {"momentum-ppm", "N",
     "Tell when the fast average of an instrument's mid price leaves\n"
     "the slow one by N ppm.",
     "not told", set_momentum_ppm},
    {"momentum-tau", "FAST,SLOW", "Time constants of these averages in seconds.", "1,10",
     set_momentum_tau},
    {"book-interval", "SECONDS",
     "Tell the 20 best levels of a book that changes, once in so long\n"
     "(by the time of its events).",
     "not told", set_book_interval},
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
    {"loop", "N", "Read the list of eth-logs files N times.", "1", set_loop},
    {"hot-path", "actors|relay",
     "How an event becomes a signal: by actors, or by the two threads\n"
     "and a socket that they replace, for files of eth-logs. The results\n"
     "are the same. The five options below are for actors only.",
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
    {"io", "auto|uring|epoll", "How the kernel is asked; auto is io_uring where it allows it.",
     "auto", set_io},
    {"quiet", NULL, "Neither progress nor the table at the end.", NULL, set_quiet},
};

static const option_table TABLE = {
    .command = "market-bundle run",
    .summary = "Reads market events, keeps books, finds arbitrage and writes signals.\n"
               "Ctrl-C drains and still writes everything; a second one aborts.",
    .rows = ROWS,
    .count = OPTION_COUNT_OF(ROWS)};

static void set_defaults(run_options *options)
{
    *options = (run_options){.rounds = 1, .mailbox_bound = 1000};
    usd_config_mainnet(&options->usd);
}

/* The relay has its two threads, a blocking socket and plain reads. */
static option_outcome refuse_relay(const char *option, char *error)
{
    (void)snprintf(error, OPTION_ERROR_SIZE,
                   "%s: %s: expected --hot-path actors: the relay has no such choice",
                   TABLE.command, option);
    return OPTIONS_BAD;
}

static bool watches_quotes(const run_options *options)
{
    return options->quotes.cross_ppm_count > 0 || options->quotes.momentum.threshold_ppm > 0;
}

static option_outcome check_relay(const run_options *options, char *error)
{
    if (options->actors_option) {
        return refuse_relay(options->actors_option, error);
    }
    if (!run_options_read_log_files(options)) {
        return refuse_relay("--feed other than files of eth-logs", error);
    }
    if (watches_quotes(options) || options->pace.kind != PACE_MAX || options->run_ns > 0) {
        return refuse_relay("--cross-ppm, --momentum-ppm, --speed, --for", error);
    }
    return OPTIONS_PARSED;
}

/* What no single option can see. */
static option_outcome check_together(run_options *options, char *error)
{
    if (options->feed_count == 0) {
        (void)set_feed(options, "-");
    }
    const char *reason = feed_options_check(options);
    reason = reason ? reason : result_options_check(options);
    if (reason) {
        (void)snprintf(error, OPTION_ERROR_SIZE, "%s: %s", TABLE.command, reason);
        return OPTIONS_BAD;
    }
    return options->hot_path == RUN_RELAY ? check_relay(options, error) : OPTIONS_PARSED;
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
           is_stdout(options->stats_path) || is_stdout(options->books_path);
}

bool run_options_use_websockets(const run_options *options)
{
    for (uint32_t i = 0; i < options->feed_count; i++) {
        if (options->feeds[i].transport == FEED_WEBSOCKET) {
            return true;
        }
    }
    return false;
}

bool run_options_use_tls(const run_options *options)
{
    for (uint32_t i = 0; i < options->feed_count; i++) {
        if (strncmp(options->feeds[i].source, "wss://", 6) == 0) {
            return true;
        }
    }
    return false;
}

bool run_options_read_stdin(const run_options *options)
{
    for (uint32_t i = 0; i < options->feed_count; i++) {
        if (options->feeds[i].transport == FEED_STDIN) {
            return true;
        }
    }
    return false;
}

bool run_options_replay(const run_options *options)
{
    return options->feeds[0].format == FEED_RECORD;
}

bool run_options_read_log_files(const run_options *options)
{
    for (uint32_t i = 0; i < options->feed_count; i++) {
        if (options->feeds[i].format != FEED_ETH_LOGS ||
            !feed_transport_is_file(options->feeds[i].transport)) {
            return false;
        }
    }
    return true;
}

bool run_options_read_files(const run_options *options)
{
    for (uint32_t i = 0; i < options->feed_count; i++) {
        if (!feed_transport_is_file(options->feeds[i].transport)) {
            return false;
        }
    }
    return true;
}
