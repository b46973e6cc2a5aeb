/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "bundle/report_text.h"
#include "text/hex.h"
#include "text/uint128.h"

static void write_events(const bundle_report *report, FILE *out)
{
    (void)fputs("\"events\":{", out);
    for (int kind = ETH_LOG_SWAP_V2; kind < ETH_LOG_KINDS; kind++) {
        report_member(out, eth_log_kind_name((eth_log_kind)kind), report->logs.kinds[kind],
                      kind + 1 < ETH_LOG_KINDS ? "," : "},\n ");
    }
}

static void write_signals(const bundle_report *report, FILE *out)
{
    (void)fputs("\"signals\":{", out);
    report_member(out, "two_pool", report->verdicts[SIGNAL_ACCEPTED], ",");
    (void)fputs("\"refused\":{", out);
    for (int verdict = SIGNAL_ACCEPTED + 1; verdict < SIGNAL_VERDICT_COUNT; verdict++) {
        report_member(out, signal_verdict_name((signal_verdict)verdict), report->verdicts[verdict],
                      verdict + 1 < SIGNAL_VERDICT_COUNT ? "," : "}},\n ");
    }
}

static void write_messages(const myc_counts *messages, FILE *out)
{
    (void)fputs("\"messages\":{", out);
    report_member(out, "accepted", messages->accepted, ",");
    report_member(out, "handled", messages->handled, ",");
    report_member(out, "dead", messages->dead, ",");
    report_member(out, "dropped", messages->dropped, ",");
    report_member(out, "queued", messages->queued, ",");
    report_member(out, "refused", messages->refused, "},\n ");
}

static void write_latency(const latency_report *latency, FILE *out)
{
    (void)fputs("\"latency_ns\":{", out);
    report_member(out, "count", latency->count, ",");
    report_member(out, "p50", latency->p50_ns, ",");
    report_member(out, "p99", latency->p99_ns, ",");
    report_member(out, "p999", latency->p999_ns, ",");
    report_member(out, "max", latency->max_ns, "},\n ");
}

int report_write_stats(const void *content, FILE *out)
{
    const bundle_report *report = content;
    (void)fputc('{', out);
    report_member(out, "lines", report->logs.lines, ",");
    report_member(out, "bad_lines", report->logs.kinds[ETH_LOG_BAD], ",\n ");
    write_events(report, out);
    report_member(out, "filtered", report->logs.kinds[ETH_LOG_FILTERED], ",");
    report_member(out, "removed", report->logs.kinds[ETH_LOG_REMOVED], ",");
    report_member(out, "answers", report->logs.kinds[ETH_LOG_ANSWER], ",");
    report_member(out, "untimed", report->logs.untimed, ",\n ");
    write_signals(report, out);
    report_member(out, "pools", report->pools, ",");
    report_member(out, "unknown_pools", report->unknown_pools, ",");
    report_member(out, "unsent", report->unsent, ",\n ");
    report_write_quotes(report, out);
    report_write_feeds(report, out);
    write_messages(&report->messages, out);
    write_latency(&report->latency, out);
    report_member(out, "duration_ns", report->duration_ns, ",");
    report_member(out, "bad_frames", report->bad_frames, ",");
    (void)fprintf(out, "\"hot_path\":\"%s\",\"io\":\"%s\",\"timed_out\":%s,\"interrupted\":%s}\n",
                  report->hot_path, report->io, report->is_timed_out ? "true" : "false",
                  report->is_interrupted ? "true" : "false");
    return 0;
}

static int compare_pools(const void *a, const void *b)
{
    const pool_record *const *left = a;
    const pool_record *const *right = b;
    return eth_address_compare(&(*left)->address, &(*right)->address);
}

/* Gives the pools whose reserves were seen, by address; free() it. NULL when memory is out. */
static const pool_record **sorted_pools(const pool_table *pools, size_t *count)
{
    size_t all = pool_table_count(pools);
    const pool_record **sorted = malloc((all + 1) * sizeof *sorted);
    *count = 0;
    for (size_t i = 0; sorted && i < all; i++) {
        const pool_record *pool = pool_table_at(pools, i);
        if (pool->epoch != 0) {
            sorted[(*count)++] = pool;
        }
    }
    if (sorted) {
        qsort(sorted, *count, sizeof *sorted, compare_pools);
    }
    return sorted;
}

static void write_pool(const pool_record *pool, FILE *out)
{
    char address[HEX_ADDRESS_TEXT_SIZE + 1];
    char reserve0[UINT128_TEXT_SIZE];
    char reserve1[UINT128_TEXT_SIZE];
    hex_format_address(&pool->address, address);
    (void)uint128_to_decimal(pool->reserve0, reserve0);
    (void)uint128_to_decimal(pool->reserve1, reserve1);
    (void)fprintf(out, "\n\"%s\":[\"%s\",\"%s\"]", address, reserve0, reserve1);
}

int report_write_state(const void *pools, FILE *out)
{
    size_t count;
    const pool_record **sorted = sorted_pools(pools, &count);
    if (!sorted) {
        return ENOMEM;
    }
    (void)fputs("{\"final_reserves\":{", out);
    for (size_t i = 0; i < count; i++) {
        (void)fputs(i > 0 ? "," : "", out);
        write_pool(sorted[i], out);
    }
    (void)fputs("}}\n", out);
    free(sorted);
    return 0;
}
