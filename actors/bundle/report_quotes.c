/* SPDX-License-Identifier: Apache-2.0 */
#include "bundle/report_text.h"
#include "text/json_write.h"

/* The feed whose venue it is. Venues of SBE feeds are their own: they stand behind its text. */
static void write_venue(FILE *out, const bundle_report *report, const quote_source_name *source)
{
    char text[256];
    uint32_t feed = source->venue;
    uint32_t venue = 0;
    if (feed >= FEED_VENUES_MAX) {
        venue = feed % FEED_VENUES_MAX;
        feed /= FEED_VENUES_MAX;
    }
    bool is_known = report->feeds && feed >= 1 && feed <= report->feeds->count;
    const char *name = is_known ? feed_set_spec(report->feeds, feed)->text : "?";
    if (venue > 0 || source->venue >= FEED_VENUES_MAX) {
        (void)snprintf(text, sizeof text, "%s#%u", name, (unsigned)venue);
        name = text;
    }
    report_string(out, name, SIZE_MAX);
}

static void write_cross(FILE *out, const bundle_report *report, const quote_cross_result *result)
{
    char largest[JSON_NUMBER_SIZE];
    json_write_double(result->largest_gap_ppm, largest);
    (void)fputs("\n {\"a\":", out);
    write_venue(out, report, &result->a);
    (void)fputs(",\"b\":", out);
    write_venue(out, report, &result->b);
    (void)fputs(",\"instrument\":", out);
    report_string(out, result->a.instrument.text, sizeof result->a.instrument.text);
    (void)fputs(",", out);
    report_member(out, "threshold_ppm", result->threshold_ppm, ",");
    report_member(out, "compared", result->compared, ",");
    report_member(out, "quotes", result->quotes, ",");
    report_member(out, "episodes", result->episodes, ",");
    (void)fprintf(out, "\"largest_gap_ppm\":%s}", largest);
}

static void write_quote_signals(FILE *out, const signal_judge_counts *counts)
{
    (void)fputs("\"quote_signals\":{", out);
    report_member(out, "cross_venue_starts", counts->cross_venue_starts, ",");
    report_member(out, "cross_venue_turns", counts->cross_venue_turns, ",");
    report_member(out, "cross_venue_ends", counts->cross_venue_ends, ",");
    report_member(out, "momentum_up", counts->momentum_up, ",");
    report_member(out, "momentum_down", counts->momentum_down, "},\n ");
}

void report_write_quotes(const bundle_report *report, FILE *out)
{
    size_t count = report->quotes ? quote_watch_cross_count(report->quotes) : 0;
    (void)fputs("\"cross\":[", out);
    for (size_t i = 0; i < count; i++) {
        quote_cross_result result = quote_watch_cross_at(report->quotes, i);
        (void)fputs(i > 0 ? "," : "", out);
        write_cross(out, report, &result);
    }
    (void)fputs("],\n ", out);
    write_quote_signals(out, &report->quote_signals);
}

static void table_cross(FILE *out, const quote_cross_result *result)
{
    char name[2 * HUMAN_TEXT_SIZE];
    char value[2 * HUMAN_TEXT_SIZE + 4];
    (void)snprintf(name, sizeof name, "%.16s %u ppm", result->a.instrument.text,
                   (unsigned)result->threshold_ppm);
    (void)snprintf(value, sizeof value, "%s in %s", human_count(result->episodes).text,
                   human_count(result->quotes).text);
    report_text(out, name, value);
}

void report_table_quotes(const bundle_report *report, FILE *out)
{
    const signal_judge_counts *counts = &report->quote_signals;
    size_t count = report->quotes ? quote_watch_cross_count(report->quotes) : 0;
    if (count > 0) {
        report_heading(out, "episodes between venues, in quotes");
    }
    for (size_t i = 0; i < count; i++) {
        quote_cross_result result = quote_watch_cross_at(report->quotes, i);
        table_cross(out, &result);
    }
    if (counts->momentum_up + counts->momentum_down > 0) {
        report_heading(out, "momentum");
        report_count(out, "up", counts->momentum_up);
        report_count(out, "down", counts->momentum_down);
    }
}
