/* SPDX-License-Identifier: Apache-2.0 */
#include "signal_judge.h"

#include "market/signal_json.h"

static void write_signal(signal_sink *sink, const arbitrage_signal *signal)
{
    char line[SIGNAL_JSON_BYTES_MAX];
    size_t size = signal_json_write(signal, line, sizeof line);
    signal_sink_write(sink, line, size);
}

/* The wall clock may be set back between the two readings. */
static void record_latency(signal_judge *self, uint64_t received_ns, uint64_t now_ns)
{
    myc_histogram_record(self->latency, now_ns > received_ns ? now_ns - received_ns : 0);
}

static void count_one(signal_judge *self)
{
    live_count_set(&self->received, live_count_get(&self->received) + 1);
}

signal_verdict signal_judge_take(signal_judge *self, const arbitrage_signal *signal,
                                 uint64_t now_ns)
{
    signal_verdict verdict = signal_rules_check(self->rules, signal, now_ns);
    if (verdict == SIGNAL_ACCEPTED && self->sink) {
        write_signal(self->sink, signal);
    }
    record_latency(self, signal->received_ns, now_ns);
    count_one(self);
    return verdict;
}

static void finish_quote_signal(signal_judge *self, uint64_t received_ns, uint64_t now_ns)
{
    if (!self->is_replay) {
        record_latency(self, received_ns, now_ns);
    }
    count_one(self);
}

static void count_cross_venue(signal_judge_counts *counts, uint8_t phase)
{
    switch (phase) {
    case CROSS_VENUE_START: counts->cross_venue_starts++; break;
    case CROSS_VENUE_TURN: counts->cross_venue_turns++; break;
    default: counts->cross_venue_ends++; break;
    }
}

void signal_judge_take_cross_venue(signal_judge *self, const cross_venue_signal *signal,
                                   uint64_t now_ns)
{
    count_cross_venue(&self->counts, signal->phase);
    if (self->sink) {
        char line[SIGNAL_JSON_BYTES_MAX];
        size_t size = signal_json_write_cross_venue(signal, line, sizeof line);
        signal_sink_write(self->sink, line, size);
    }
    finish_quote_signal(self, signal->received_ns, now_ns);
}

void signal_judge_take_momentum(signal_judge *self, const momentum_signal *signal, uint64_t now_ns)
{
    bool is_up = signal->direction == MOMENTUM_UP;
    self->counts.momentum_up += is_up;
    self->counts.momentum_down += !is_up;
    if (self->sink) {
        char line[SIGNAL_JSON_BYTES_MAX];
        size_t size = signal_json_write_momentum(signal, line, sizeof line);
        signal_sink_write(self->sink, line, size);
    }
    finish_quote_signal(self, signal->received_ns, now_ns);
}

void signal_judge_flush(signal_judge *self)
{
    if (self->sink) {
        signal_sink_flush(self->sink);
    }
}
