/* SPDX-License-Identifier: Apache-2.0 */
#include "bundle/report_text.h"

uint64_t report_events(const bundle_report *report)
{
    uint64_t events = 0;
    for (int kind = ETH_LOG_SWAP_V2; kind < ETH_LOG_KINDS; kind++) {
        events += report->logs.kinds[kind];
    }
    return events;
}

uint64_t report_lines(const bundle_report *report)
{
    return report->feeds ? report->frames : report->logs.lines;
}

static uint64_t per_second(uint64_t count, uint64_t duration_ns)
{
    return duration_ns > 0 ? (uint64_t)((double)count * 1e9 / (double)duration_ns) : 0;
}

uint64_t report_lines_per_second(const bundle_report *report)
{
    return per_second(report_lines(report), report->duration_ns);
}

static void write_lines(const bundle_report *report, FILE *out)
{
    report_heading(out, "lines");
    for (int kind = ETH_LOG_SWAP_V2; kind < ETH_LOG_KINDS; kind++) {
        report_count(out, eth_log_kind_name((eth_log_kind)kind), report->logs.kinds[kind]);
    }
    report_count(out, "filtered", report->logs.kinds[ETH_LOG_FILTERED]);
    if (report->logs.kinds[ETH_LOG_REMOVED] > 0) {
        report_count(out, "removed", report->logs.kinds[ETH_LOG_REMOVED]);
    }
    if (report->logs.kinds[ETH_LOG_ANSWER] > 0) {
        report_count(out, "answers", report->logs.kinds[ETH_LOG_ANSWER]);
    }
    report_count(out, "bad", report->logs.kinds[ETH_LOG_BAD]);
    report_count(out, "all", report->logs.lines);
}

static void write_pools(const bundle_report *report, FILE *out)
{
    report_heading(out, "pools");
    report_count(out, "all", report->pools);
    report_count(out, "unknown", report->unknown_pools);
}

static void write_signals(const bundle_report *report, FILE *out)
{
    report_heading(out, "signals");
    report_count(out, "two_pool", report->verdicts[SIGNAL_ACCEPTED]);
    for (int verdict = SIGNAL_ACCEPTED + 1; verdict < SIGNAL_VERDICT_COUNT; verdict++) {
        char name[HUMAN_TEXT_SIZE];
        (void)snprintf(name, sizeof name, "refused: %s",
                       signal_verdict_name((signal_verdict)verdict));
        report_count(out, name, report->verdicts[verdict]);
    }
    if (report->unsent > 0) {
        report_count(out, "unsent when stopped", report->unsent);
    }
}

static void write_latency(const latency_report *latency, FILE *out)
{
    if (latency->count == 0) {
        (void)fputs("event to signal\n  no signal, so no latency\n", out);
        return;
    }
    report_heading(out, "event to signal");
    report_row(out, "p50", human_duration(latency->p50_ns));
    report_row(out, "p99", human_duration(latency->p99_ns));
    report_row(out, "p99.9", human_duration(latency->p999_ns));
    report_row(out, "max", human_duration(latency->max_ns));
}

static void write_messages(const bundle_report *report, FILE *out)
{
    const myc_counts *messages = &report->messages;
    report_heading(out, "messages");
    report_count(out, "accepted", messages->accepted);
    report_count(out, "handled", messages->handled);
    report_count(out, "dead", messages->dead);
    report_count(out, "dropped", messages->dropped);
    if (report->bad_frames > 0) {
        report_count(out, "bad frames", report->bad_frames);
    }
}

static void write_speed(const bundle_report *report, FILE *out)
{
    report_heading(out, "speed");
    report_text(out, "hot path", report->hot_path);
    report_row(out, "duration", human_duration(report->duration_ns));
    report_count(out, "lines/s", report_lines_per_second(report));
    report_count(out, "events/s", per_second(report_events(report), report->duration_ns));
}

/* Whether there were feeds of Ethereum logs; without any feed there would have been. */
static bool has_logs(const bundle_report *report)
{
    return report->logs.lines > 0 || report->frames == 0;
}

void report_write_table(const bundle_report *report, FILE *out)
{
    report_table_feeds(report, out);
    if (has_logs(report)) {
        write_lines(report, out);
        write_pools(report, out);
    }
    report_table_quotes(report, out);
    write_signals(report, out);
    write_latency(&report->latency, out);
    write_messages(report, out);
    write_speed(report, out);
}
