/* SPDX-License-Identifier: Apache-2.0 */
#include "bundle/report_text.h"

/* The frames of each format, by what became of them. */

static void write_eth(FILE *out, const eth_logs_counters *counts)
{
    report_member(out, "lines", counts->lines, ",");
    report_member(out, "bad", counts->kinds[ETH_LOG_BAD], ",");
    report_member(out, "filtered", counts->kinds[ETH_LOG_FILTERED], ",");
    report_member(out, "answers", counts->kinds[ETH_LOG_ANSWER], ",");
    report_member(out, "untimed", counts->untimed, ",");
}

static void write_bad_kinds(FILE *out, const exchange_counts *counts)
{
    (void)fputs("\"bad_kinds\":{", out);
    for (int bad = 0; bad < EXCHANGE_BAD_KINDS; bad++) {
        report_member(out, exchange_bad_name((exchange_bad)bad), counts->bad_kinds[bad],
                      bad + 1 < EXCHANGE_BAD_KINDS ? "," : "},");
    }
}

static exchange_instrument_counts sum_instruments(const exchange_reader *reader)
{
    exchange_instrument_counts sum = {0};
    for (uint32_t i = 0; i < exchange_reader_instruments(reader); i++) {
        const exchange_instrument_counts *counts = &exchange_reader_instrument(reader, i)->counts;
        sum.snapshots += counts->snapshots;
        sum.depth += counts->depth;
        sum.depth_applied += counts->depth_applied;
        sum.depth_dropped_invalid += counts->depth_dropped_invalid;
        sum.level_changes += counts->level_changes;
        sum.gaps += counts->gaps;
        sum.book_tickers += counts->book_tickers;
        sum.trades += counts->trades;
        sum.last_trades += counts->last_trades;
        sum.checksums_ok += counts->checksums_ok;
        sum.checksums_bad += counts->checksums_bad;
        sum.crossed += counts->crossed;
        sum.quotes += counts->quotes;
        sum.quotes_unfit += counts->quotes_unfit;
    }
    return sum;
}

static void write_exchange(FILE *out, const exchange_reader *reader)
{
    const exchange_counts *counts = exchange_reader_counted(reader);
    exchange_instrument_counts sum = sum_instruments(reader);
    report_member(out, "lines", counts->lines, ",");
    report_member(out, "notes", counts->notes, ",");
    report_member(out, "bad", counts->bad, ",");
    write_bad_kinds(out, counts);
    report_member(out, "bad_first", counts->bad_first_number, ",");
    report_member(out, "unknown", counts->unknown, ",");
    report_member(out, "status", counts->status, ",");
    report_member(out, "time_went_back", counts->time_went_back, ",\n  ");
    report_member(out, "instruments", exchange_reader_instruments(reader), ",");
    report_member(out, "snapshots", sum.snapshots, ",");
    report_member(out, "depth", sum.depth, ",");
    report_member(out, "depth_applied", sum.depth_applied, ",");
    report_member(out, "depth_dropped_invalid", sum.depth_dropped_invalid, ",");
    report_member(out, "level_changes", sum.level_changes, ",");
    report_member(out, "book_ticker", sum.book_tickers, ",");
    report_member(out, "trades", sum.trades, ",");
    report_member(out, "last_trades", sum.last_trades, ",");
    report_member(out, "gaps", sum.gaps, ",");
    report_member(out, "checksums_ok", sum.checksums_ok, ",");
    report_member(out, "checksums_bad", sum.checksums_bad, ",");
    report_member(out, "crossed", sum.crossed, ",");
    report_member(out, "quotes", sum.quotes, ",");
    report_member(out, "quotes_unfit", sum.quotes_unfit, ",");
}

static void write_sbe(FILE *out, const sbe_counts *counts)
{
    report_member(out, "messages", counts->frames, ",");
    report_member(out, "bad", counts->bad_frames, ",");
    for (uint32_t id = 1; id <= LIBTYPES_TYPE_COUNT; id++) {
        report_member(out, libtypes_types()[id - 1]->name, counts->messages[id], ",");
    }
}

static void write_frames(FILE *out, const feed_decoder *decoder)
{
    if (feed_decoder_eth(decoder)) {
        write_eth(out, feed_decoder_eth(decoder));
    } else if (feed_decoder_exchange(decoder)) {
        write_exchange(out, feed_decoder_exchange(decoder));
    } else {
        write_sbe(out, feed_decoder_sbe(decoder));
    }
}

static void write_feed(FILE *out, const feed_set *feeds, uint32_t number)
{
    const intake_feed *feed = &feeds->feeds[number - 1];
    (void)fputs("\n {\"feed\":", out);
    report_string(out, feed_set_spec(feeds, number)->text, SIZE_MAX);
    (void)fputs(",", out);
    write_frames(out, feed->decoder);
    (void)fputs("\n  ", out);
    report_member(out, "pieces", feed->pieces, ",");
    report_member(out, "bytes", feed->bytes, ",");
    report_member(out, "connections", feed->connections, ",");
    report_member(out, "connections_lost", feed->lost, ",");
    report_member(out, "datagrams_dropped", feed->dropped, ",");
    (void)fprintf(out, "\"complete\":%s}", feed->is_done && !feed->error[0] ? "true" : "false");
}

static void write_recorder(FILE *out, const recorder_stats *stats)
{
    (void)fputs("\"record\":{", out);
    report_member(out, "records", stats->records, ",");
    report_member(out, "bytes", stats->bytes, ",");
    report_member(out, "lost", stats->lost, ",");
    (void)fprintf(out, "\"complete\":%s},\n ", stats->error[0] ? "false" : "true");
}

static void write_publisher(FILE *out, const publisher_stats *stats, uint64_t unpublished)
{
    (void)fputs("\"publish\":{", out);
    report_member(out, "messages", stats->messages, ",");
    report_member(out, "refused", unpublished, ",");
    report_member(out, "subscribers", stats->subscribers, ",");
    report_member(out, "disconnected", stats->disconnected, ",");
    report_member(out, "subscribers_refused", stats->refused, ",");
    report_member(out, "lost", stats->lost, ",");
    report_member(out, "datagrams", stats->datagrams, ",");
    report_member(out, "datagrams_lost", stats->datagrams_lost, "},\n ");
}

void report_write_feeds(const bundle_report *report, FILE *out)
{
    if (!report->feeds) {
        return;
    }
    (void)fputs("\"feeds\":[", out);
    for (uint32_t number = 1; number <= report->feeds->count; number++) {
        (void)fputs(number > 1 ? "," : "", out);
        write_feed(out, report->feeds, number);
    }
    (void)fputs("],\n ", out);
    if (report->recorder) {
        write_recorder(out, report->recorder);
    }
    if (report->publisher) {
        write_publisher(out, report->publisher, report->unpublished);
    }
}

static void table_exchange(FILE *out, const exchange_reader *reader)
{
    const exchange_counts *counts = exchange_reader_counted(reader);
    exchange_instrument_counts sum = sum_instruments(reader);
    report_count(out, "instruments", exchange_reader_instruments(reader));
    report_count(out, "snapshots", sum.snapshots);
    report_count(out, "depth applied", sum.depth_applied);
    report_count(out, "book tickers", sum.book_tickers);
    report_count(out, "trades", sum.trades);
    report_count(out, "gaps", sum.gaps);
    if (sum.checksums_ok + sum.checksums_bad > 0) {
        report_count(out, "checksums right", sum.checksums_ok);
        report_count(out, "checksums wrong", sum.checksums_bad);
    }
    report_count(out, "quotes", sum.quotes);
    report_count(out, "unknown", counts->unknown);
    report_count(out, "bad", counts->bad);
    report_count(out, "all lines", counts->lines);
}

static void table_sbe(FILE *out, const sbe_counts *counts)
{
    report_count(out, "quotes", counts->messages[QUOTE_UPDATE_ID]);
    report_count(out, "books", counts->messages[ORDER_BOOK_SNAPSHOT_ID]);
    report_count(out, "bad", counts->bad_frames);
    report_count(out, "all messages", counts->frames);
}

static void table_connections(FILE *out, const intake_feed *feed)
{
    if (feed->connections > 0) {
        report_count(out, "connections", feed->connections);
    }
    if (feed->lost > 0) {
        report_count(out, "connections lost", feed->lost);
    }
    if (feed->dropped > 0) {
        report_count(out, "datagrams dropped", feed->dropped);
    }
}

/* Ethereum logs have their own part of the table. */
static void table_feed(FILE *out, const feed_set *feeds, uint32_t number)
{
    const intake_feed *feed = &feeds->feeds[number - 1];
    const feed_spec *spec = feed_set_spec(feeds, number);
    if (feed_decoder_eth(feed->decoder) && feed_transport_is_file(spec->transport)) {
        return;
    }
    report_heading(out, spec->text);
    if (feed_decoder_exchange(feed->decoder)) {
        table_exchange(out, feed_decoder_exchange(feed->decoder));
    } else if (feed_decoder_sbe(feed->decoder)) {
        table_sbe(out, feed_decoder_sbe(feed->decoder));
    }
    table_connections(out, feed);
}

void report_table_feeds(const bundle_report *report, FILE *out)
{
    for (uint32_t number = 1; report->feeds && number <= report->feeds->count; number++) {
        table_feed(out, report->feeds, number);
    }
    if (report->recorder) {
        report_heading(out, "recording");
        report_count(out, "records", report->recorder->records);
        report_count(out, "lost", report->recorder->lost);
    }
    if (report->publisher) {
        report_heading(out, "published");
        report_count(out, "messages", report->publisher->messages);
        report_count(out, "subscribers", report->publisher->subscribers);
        report_count(out, "disconnected", report->publisher->disconnected);
        report_count(out, "datagrams lost", report->publisher->datagrams_lost);
        report_count(out, "refused", report->unpublished);
    }
}
