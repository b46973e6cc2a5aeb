/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "feeds/pools_file.h"
#include "hot_path.h"
#include "simulate/simulate.h"
#include "text/text_file.h"

/* Of 200 000 simulated logs 82 000 are pool events; the first ones are fewer. */
enum { LOGS_PER_EVENT = 3, LOGS_MORE = 2000, PATH_SIZE = 32 };

_Static_assert(offsetof(pool_sync_event, received_ns) == offsetof(pool_swap_event, received_ns) &&
                   offsetof(pool_sync_event, received_ns) ==
                       offsetof(pool_liquidity_event, received_ns),
               "hot_path_event() sets the time of all kinds of event in one place");

/* A file in memory, open for writing; `*fd` stays when it is closed. */
static FILE *create_file(const char *name, int *fd)
{
    *fd = memfd_create(name, MFD_CLOEXEC);
    int copy = *fd < 0 ? -1 : dup(*fd);
    FILE *file = copy < 0 ? NULL : fdopen(copy, "w");
    if (!file) {
        bench_fail("a file in memory", MYC_ELIMIT);
    }
    return file;
}

static void path_of(int fd, char path[PATH_SIZE])
{
    (void)snprintf(path, PATH_SIZE, "/proc/self/fd/%d", fd);
}

static void close_file(FILE *file)
{
    if (fclose(file) != 0) {
        bench_fail("a file in memory", MYC_EIO);
    }
}

/* Gives the logs as a file in memory, and the pools in the events. */
static int simulate(hot_path_events *self, uint64_t count)
{
    int logs_fd;
    FILE *logs = create_file("logs", &logs_fd);
    FILE *pools = create_file("pools", &self->pools_fd);
    simulate_options options = {.seed = 1, .event_count = LOGS_PER_EVENT * count + LOGS_MORE};
    int error = simulate_market(&options, logs, pools, NULL, NULL);
    if (error) {
        bench_fail("the simulated market", error);
    }
    close_file(logs);
    close_file(pools);
    return logs_fd;
}

static void decode(hot_path_events *self, uint64_t count, text_file *file, eth_logs *decoder)
{
    line_view line;
    while (self->count < count && text_file_next(file, &line) == 1) {
        eth_log *log = &self->events[self->count];
        if (!line.error &&
            eth_logs_decode(decoder, line.text, line.size, 0, log) >= ETH_LOG_SWAP_V2) {
            self->count++;
        }
    }
}

void hot_path_events_create(hot_path_events *self, uint64_t count)
{
    char path[PATH_SIZE];
    text_file file;
    *self = (hot_path_events){.events = calloc(count, sizeof *self->events)};
    eth_logs *decoder = eth_logs_create(NULL);
    if (!self->events || !decoder) {
        bench_fail("the events", MYC_ENOMEM);
    }
    int logs_fd = simulate(self, count);
    path_of(logs_fd, path);
    if (text_file_open(&file, path, 0)) {
        bench_fail(text_file_error(&file), MYC_EIO);
    }
    decode(self, count, &file, decoder);
    text_file_close(&file);
    eth_logs_destroy(decoder);
    (void)close(logs_fd);
    if (self->count < count) {
        bench_fail("too few events in the simulated market", MYC_EINVAL);
    }
}

void hot_path_events_destroy(hot_path_events *self)
{
    free(self->events);
    (void)close(self->pools_fd);
}

static void ignore_row(void *user, const char *text)
{
    (void)user;
    (void)text;
}

static void add_pools(market_state *state, const pools_file *pools)
{
    for (size_t i = 0; i < pools->count; i++) {
        const pool_row *row = &pools->pools[i];
        int error = row->version == 2 ? market_state_add_pool(state, &row->pool, &row->token0,
                                                              &row->token1, row->fee_ppm)
                                      : 0;
        if (error) {
            bench_fail("a pool", error);
        }
    }
}

market_state *hot_path_state_create(const hot_path_events *events)
{
    char path[PATH_SIZE];
    pools_file pools = {0};
    market_state *state = market_state_create(NULL);
    path_of(events->pools_fd, path);
    if (!state || pools_file_read(&pools, path, (csv_report){ignore_row, NULL})) {
        bench_fail("the pools", state ? MYC_EIO : MYC_ENOMEM);
    }
    add_pools(state, &pools);
    pools_file_fini(&pools);
    return state;
}
