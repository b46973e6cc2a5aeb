/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hot_path.h"
#include "pair.h"
#include "relay/market_side.h"
#include "relay/signal_reader.h"
#include "relay/signal_writer.h"

typedef struct bench_relay {
    hot_path_run *run;
    signal_writer writer;
    signal_reader reader;
} bench_relay;

static void send_signal(void *writer, const arbitrage_signal *signal)
{
    (void)signal_writer_send(writer, signal); /* the writer remembers why it could not */
}

static void run_market_side(void *argument)
{
    bench_relay *self = argument;
    hot_path_run *run = self->run;
    hot_path_begin(run);
    for (uint64_t i = 0; i < run->count; i++) {
        eth_log log = hot_path_await(run, i);
        market_side_apply(run->state, &log, send_signal, &self->writer);
    }
    signal_writer_end(&self->writer);
}

static void run_signal_side(void *argument)
{
    bench_relay *self = argument;
    arbitrage_signal signal;
    while (signal_reader_next(&self->reader, &signal) == SIGNAL_READER_SIGNAL) {
        signal_judge_take(&self->run->judge, &signal, bench_now_ns());
    }
}

void hot_path_run_relay(hot_path_run *run)
{
    static bench_relay both;
    int sockets[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0) {
        bench_fail("a socket", MYC_ELIMIT);
    }
    both = (bench_relay){.run = run, .writer = {.fd = sockets[0]}, .reader = {.fd = sockets[1]}};
    (void)bench_pair_run(run->options, &(bench_pair){.sides = {run_market_side, run_signal_side},
                                                     .argument = &both});
    (void)close(sockets[0]);
    (void)close(sockets[1]);
    if (both.writer.os_error || both.reader.error[0] || both.reader.bad_frames) {
        bench_fail("the relay", MYC_EIO);
    }
}

static void judge_signal(void *judge, const arbitrage_signal *signal)
{
    signal_judge_take(judge, signal, bench_now_ns());
}

void hot_path_run_calls(hot_path_run *run)
{
    bench_pin(run->options, 0);
    hot_path_begin(run);
    for (uint64_t i = 0; i < run->count; i++) {
        eth_log log = hot_path_await(run, i);
        market_side_apply(run->state, &log, judge_signal, &run->judge);
    }
}
