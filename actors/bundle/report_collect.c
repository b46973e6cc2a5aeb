/* SPDX-License-Identifier: Apache-2.0 */
#include "bundle/report_collect.h"

#include "bundle/hot_path.h"

static uint64_t count_unknown_pools(const pool_table *pools)
{
    uint64_t count = 0;
    for (size_t i = 0; i < pool_table_count(pools); i++) {
        count += pool_table_at(pools, i)->pair == POOL_NO_PAIR;
    }
    return count;
}

static latency_report read_latency(const myc_histogram *latency)
{
    return (latency_report){.count = myc_histogram_count(latency),
                            .p50_ns = myc_histogram_quantile(latency, 0.5),
                            .p99_ns = myc_histogram_quantile(latency, 0.99),
                            .p999_ns = myc_histogram_quantile(latency, 0.999),
                            .max_ns = myc_histogram_max(latency)};
}

void report_collect(bundle_report *report, const bundle_pipeline *pipeline)
{
    const pool_table *pools = market_state_pools(pipeline->state);
    *report = (bundle_report){.market = *market_state_counters(pipeline->state),
                              .quotes = market_state_quotes(pipeline->state),
                              .quote_signals = pipeline->judge.counts,
                              .pools = pool_table_count(pools),
                              .unknown_pools = count_unknown_pools(pools),
                              .latency = read_latency(pipeline->judge.latency),
                              .hot_path = pipeline->path->name};
    for (int verdict = 0; verdict < SIGNAL_VERDICT_COUNT; verdict++) {
        report->verdicts[verdict] =
            signal_rules_count(pipeline->judge.rules, (signal_verdict)verdict);
    }
    pipeline->path->collect(pipeline, report);
}
