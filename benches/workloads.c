/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The workloads of the program, in the order of --list. Each is a constant bench_NAME in a file of
 * its own.
 */
#include "bench.h"

/* clang-format off */
#define WORKLOADS(ROW)            \
    ROW(send_local)               \
    ROW(send_fresh_one_worker)    \
    ROW(send_fresh_two_workers)   \
    ROW(stream_cross)          \
    ROW(ping_pong_one_worker)     \
    ROW(ping_pong_two_workers)    \
    ROW(spawn_1m)                 \
    ROW(limits_cache_line)        \
    ROW(limits_refcount)
/* clang-format on */

#define DECLARATION(name) extern const bench_workload bench_##name;
WORKLOADS(DECLARATION)

#define ENTRY(name) &bench_##name,
const bench_workload *const bench_workloads[] = {WORKLOADS(ENTRY) NULL};
