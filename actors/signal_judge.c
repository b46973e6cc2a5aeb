/* SPDX-License-Identifier: Apache-2.0 */
#include "signal_judge.h"

#include "market/signal_json.h"

static void write_signal(signal_sink *sink, const arbitrage_signal *signal)
{
    char line[SIGNAL_JSON_BYTES_MAX];
    size_t size = signal_json_write(signal, line, sizeof line);
    signal_sink_write(sink, line, size);
}

void signal_judge_take(signal_judge *self, const arbitrage_signal *signal, uint64_t now_ns)
{
    signal_verdict verdict = signal_rules_check(self->rules, signal, now_ns);
    if (verdict == SIGNAL_ACCEPTED && self->sink) {
        write_signal(self->sink, signal);
    }
    /* The wall clock may be set back between the two readings. */
    uint64_t received_ns = signal->received_ns;
    myc_histogram_record(self->latency, now_ns > received_ns ? now_ns - received_ns : 0);
    live_count_set(&self->received, live_count_get(&self->received) + 1);
}

void signal_judge_flush(signal_judge *self)
{
    if (self->sink) {
        signal_sink_flush(self->sink);
    }
}
