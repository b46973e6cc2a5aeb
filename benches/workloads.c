/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The workloads of the program, in the order of --list. Each is a constant bench_NAME in a file of
 * its own.
 */
#include "bench.h"

#ifdef BENCH_HAS_ACTORS
#define HOT_PATHS(ROW)                                                                             \
    ROW(hot_path_together)                                                                         \
    ROW(hot_path_spread)                                                                           \
    ROW(hot_path_relay)                                                                            \
    ROW(limits_hot_path)
#define QUOTES(ROW)                                                                                \
    ROW(book_update)                                                                               \
    ROW(quote_watch)
#else
#define HOT_PATHS(ROW)
#define QUOTES(ROW)
#endif

#ifdef BENCH_HAS_JANSSON
#define DECODERS(ROW)                                                                              \
    ROW(decode_binance)                                                                            \
    ROW(decode_kraken)                                                                             \
    ROW(decode_coinbase)                                                                           \
    ROW(decode_eth_logs)
#else
#define DECODERS(ROW)
#endif

/* clang-format off */
#define WORKLOADS(ROW)               \
    ROW(send_local)                  \
    ROW(send_fresh_one_worker)       \
    ROW(send_fresh_two_workers)      \
    ROW(stream_cross)                \
    ROW(ping_pong_one_worker)        \
    ROW(ping_pong_two_workers)       \
    ROW(ask)                         \
    ROW(send_conflated)              \
    ROW(fan_in)                      \
    ROW(fan_out)                     \
    ROW(fan_out_topic)               \
    ROW(ring_503)                    \
    ROW(ring_spread)                 \
    ROW(spawn_1m)                    \
    ROW(timers_1m)                   \
    ROW(burst_10m)                   \
    ROW(feed_udp_uring)              \
    ROW(feed_udp_epoll)              \
    ROW(feed_tcp_uring)              \
    ROW(feed_tcp_epoll)              \
    HOT_PATHS(ROW)                   \
    DECODERS(ROW)                    \
    QUOTES(ROW)                      \
    ROW(paced_latency_busy)          \
    ROW(paced_latency_spin_park)     \
    ROW(paced_latency_park)          \
    ROW(oversubscribed_send_local)   \
    ROW(oversubscribed_stream_cross) \
    ROW(oversubscribed_fan_in)       \
    ROW(oversubscribed_ring_503)     \
    ROW(oversubscribed_ring_spread)  \
    ROW(oversubscribed_ping_pong)    \
    ROW(limits_cache_line)           \
    ROW(limits_two_lines)            \
    ROW(limits_refcount)             \
    ROW(limits_ring_same_thread)     \
    ROW(limits_ring_cross)           \
    ROW(limits_malloc_cross)         \
    ROW(limits_c_loop_busy)          \
    ROW(limits_c_loop_park)          \
    ROW(limits_udp_loop)             \
    ROW(limits_tcp_loop)             \
    ROW(curve_actors)                \
    ROW(curve_depth)                 \
    ROW(curve_payload)               \
    ROW(curve_workers)               \
    ROW(curve_senders)               \
    ROW(curve_subscribers)
/* clang-format on */

#define DECLARATION(name) extern const bench_workload bench_##name;
WORKLOADS(DECLARATION)

#define ENTRY(name) &bench_##name,
const bench_workload *const bench_workloads[] = {WORKLOADS(ENTRY) NULL};
