/* SPDX-License-Identifier: Apache-2.0 */
#include "bundle/human.h"
#include "bundle/report.h"

enum { NAME_WIDTH = 22, VALUE_WIDTH = 14 };

static void write_heading(FILE *out, const char *heading)
{
    (void)fprintf(out, "%s\n", heading);
}

static void write_text(FILE *out, const char *name, const char *value)
{
    (void)fprintf(out, "  %-*s %*s\n", NAME_WIDTH, name, VALUE_WIDTH, value);
}

static void write_row(FILE *out, const char *name, human_text value)
{
    write_text(out, name, value.text);
}

static void write_count(FILE *out, const char *name, uint64_t value)
{
    write_row(out, name, human_count(value));
}

uint64_t report_events(const bundle_report *report)
{
    uint64_t events = 0;
    for (int kind = ETH_LOG_SWAP_V2; kind < ETH_LOG_KINDS; kind++) {
        events += report->logs.kinds[kind];
    }
    return events;
}

static uint64_t per_second(uint64_t count, uint64_t duration_ns)
{
    return duration_ns > 0 ? (uint64_t)((double)count * 1e9 / (double)duration_ns) : 0;
}

uint64_t report_lines_per_second(const bundle_report *report)
{
    return per_second(report->logs.lines, report->duration_ns);
}

static void write_lines(const bundle_report *report, FILE *out)
{
    write_heading(out, "lines");
    for (int kind = ETH_LOG_SWAP_V2; kind < ETH_LOG_KINDS; kind++) {
        write_count(out, eth_log_kind_name((eth_log_kind)kind), report->logs.kinds[kind]);
    }
    write_count(out, "filtered", report->logs.kinds[ETH_LOG_FILTERED]);
    if (report->logs.kinds[ETH_LOG_REMOVED] > 0) {
        write_count(out, "removed", report->logs.kinds[ETH_LOG_REMOVED]);
    }
    if (report->logs.kinds[ETH_LOG_ANSWER] > 0) {
        write_count(out, "answers", report->logs.kinds[ETH_LOG_ANSWER]);
    }
    write_count(out, "bad", report->logs.kinds[ETH_LOG_BAD]);
    write_count(out, "all", report->logs.lines);
}

static void write_pools(const bundle_report *report, FILE *out)
{
    write_heading(out, "pools");
    write_count(out, "all", report->pools);
    write_count(out, "unknown", report->unknown_pools);
}

static void write_signals(const bundle_report *report, FILE *out)
{
    write_heading(out, "signals");
    write_count(out, "two_pool", report->verdicts[SIGNAL_ACCEPTED]);
    for (int verdict = SIGNAL_ACCEPTED + 1; verdict < SIGNAL_VERDICT_COUNT; verdict++) {
        char name[HUMAN_TEXT_SIZE];
        (void)snprintf(name, sizeof name, "refused: %s",
                       signal_verdict_name((signal_verdict)verdict));
        write_count(out, name, report->verdicts[verdict]);
    }
    if (report->unsent > 0) {
        write_count(out, "unsent when stopped", report->unsent);
    }
}

static void write_latency(const latency_report *latency, FILE *out)
{
    if (latency->count == 0) {
        (void)fputs("event to signal\n  no signal, so no latency\n", out);
        return;
    }
    write_heading(out, "event to signal");
    write_row(out, "p50", human_duration(latency->p50_ns));
    write_row(out, "p99", human_duration(latency->p99_ns));
    write_row(out, "p99.9", human_duration(latency->p999_ns));
    write_row(out, "max", human_duration(latency->max_ns));
}

static void write_messages(const bundle_report *report, FILE *out)
{
    const myc_counts *messages = &report->messages;
    write_heading(out, "messages");
    write_count(out, "accepted", messages->accepted);
    write_count(out, "handled", messages->handled);
    write_count(out, "dead", messages->dead);
    write_count(out, "dropped", messages->dropped);
    if (report->bad_frames > 0) {
        write_count(out, "bad frames", report->bad_frames);
    }
}

static void write_speed(const bundle_report *report, FILE *out)
{
    write_heading(out, "speed");
    write_text(out, "hot path", report->hot_path);
    write_row(out, "duration", human_duration(report->duration_ns));
    write_count(out, "lines/s", report_lines_per_second(report));
    write_count(out, "events/s", per_second(report_events(report), report->duration_ns));
}

void report_write_table(const bundle_report *report, FILE *out)
{
    write_lines(report, out);
    write_pools(report, out);
    write_signals(report, out);
    write_latency(&report->latency, out);
    write_messages(report, out);
    write_speed(report, out);
}
