/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decode_*: recorded frames through the readers of the feeds, up to books and quotes, or events.
 * One thread, no actors: what a feed costs before it sends anything.
 *
 * The lines lie in memory, unpacked. Passes over them are timed in turn with passes of jansson over
 * the same JSON (parse and free, nothing is looked at). A pass has a reader of its own, since one
 * that has read a capture drops it the second time as old.
 *
 * Rows: .frame and .jansson are ns a frame, .rate is bytes of JSON a second through the reader; all
 * in processor time of the thread, which does nothing but compute.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench.h"
#include "feeds/capture_line.h"
#include "feeds/eth_logs.h"
#include "feeds/exchange_reader.h"
#include "text/text_file.h"

enum { FRAMES_FULL = 40000, PATH_SIZE = 4096 };

typedef struct line {
    char *text;
    size_t size;
    const char *json; /* behind the time of receipt */
    size_t json_size;
} line;

typedef struct capture {
    line *lines;
    size_t count;
    size_t json_bytes;
} capture;

/* One pass over the capture; `user` is the format. Returns what came of it, so that it is used. */
typedef uint64_t decode_pass(const capture *from, const void *user);

typedef struct timing {
    uint64_t ours_ns;
    uint64_t jansson_ns;
    uint64_t frames;
    uint64_t bytes;
    uint64_t used;
} timing;

static void keep(capture *to, const line_view *view)
{
    capture_line split;
    capture_form form = capture_line_split(view->text, view->size, &split);
    if (form != CAPTURE_LIVE && form != CAPTURE_TIMED) {
        return;
    }
    line *grown = reallocarray(to->lines, to->count + 1, sizeof *grown);
    char *text = malloc(view->size);
    if (!grown || !text) {
        bench_fail("the recorded lines", MYC_ENOMEM);
    }
    memcpy(text, view->text, view->size);
    to->lines = grown;
    to->lines[to->count++] =
        (line){text, view->size, text + (split.frame - view->text), split.size};
    to->json_bytes += split.size;
}

/* $MYC_DATA_DIR, else the folder beside the tree. */
static void open_data(text_file *file, char path[PATH_SIZE], const char *name)
{
    static char reason[PATH_SIZE + 64];
    const char *folder = getenv("MYC_DATA_DIR");
    (void)snprintf(path, PATH_SIZE, "%s/%s", folder ? folder : BENCH_DATA_DIR, name);
    if (text_file_open(file, path, 0) != 0) {
        (void)snprintf(reason, sizeof reason, "no recorded data: %s (set MYC_DATA_DIR)", path);
        bench_cannot_run(reason);
    }
}

static capture load(const char *name, size_t count_max)
{
    char path[PATH_SIZE];
    capture loaded = {.count = 0};
    text_file file;
    line_view view;
    open_data(&file, path, name);
    while (loaded.count < count_max && text_file_next(&file, &view) > 0) {
        keep(&loaded, &view);
    }
    text_file_close(&file);
    return loaded;
}

static void unload(capture *from)
{
    for (size_t i = 0; i < from->count; i++) {
        free(from->lines[i].text);
    }
    free(from->lines);
}

static uint64_t pass_exchange(const capture *from, const void *user)
{
    const exchange_format *format = user;
    exchange_reader *reader = exchange_reader_create(&(exchange_reader_options){.format = *format});
    uint64_t used = 0;
    if (!reader) {
        bench_fail("a reader", MYC_ENOMEM);
    }
    for (size_t i = 0; i < from->count; i++) {
        exchange_input input = {
            .text = from->lines[i].text, .size = from->lines[i].size, .number = i + 1};
        used += exchange_reader_take(reader, &input, (exchange_report){NULL, NULL});
    }
    exchange_reader_destroy(reader);
    return used;
}

static uint64_t pass_eth_logs(const capture *from, const void *user)
{
    eth_logs *reader = eth_logs_create(NULL);
    uint64_t used = 0;
    (void)user;
    if (!reader) {
        bench_fail("a reader", MYC_ENOMEM);
    }
    for (size_t i = 0; i < from->count; i++) {
        eth_log log;
        used += eth_logs_decode(reader, from->lines[i].text, from->lines[i].size, 1, &log);
    }
    eth_logs_destroy(reader);
    return used;
}

static uint64_t pass_jansson(const capture *from)
{
    uint64_t used = 0;
    for (size_t i = 0; i < from->count; i++) {
        json_t *root = json_loadb(from->lines[i].json, from->lines[i].json_size, 0, NULL);
        used += root != NULL;
        json_decref(root);
    }
    return used;
}

static uint64_t processor_ns(void)
{
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static void time_pass(timing *to, const capture *from, decode_pass *pass, const void *user)
{
    uint64_t start_ns = processor_ns();
    to->used += pass(from, user);
    uint64_t middle_ns = processor_ns();
    to->used += pass_jansson(from);
    to->ours_ns += middle_ns - start_ns;
    to->jansson_ns += processor_ns() - middle_ns;
    to->frames += from->count;
    to->bytes += from->json_bytes;
}

static void run(const bench_options *options, bench_output *output, const char *file,
                decode_pass *pass, const void *user)
{
    timing all = {.frames = 0};
    uint64_t frames = bench_count(options, FRAMES_FULL);
    bench_pin(options, 0);
    capture loaded = load(file, frames);
    while (all.frames < frames && loaded.count > 0) {
        time_pass(&all, &loaded, pass, user);
    }
    unload(&loaded);
    if (all.used == 0) {
        bench_cannot_run("the recorded data has no frames");
    }
    bench_print_part(output, "frame", (double)all.ours_ns / (double)all.frames);
    bench_print_part(output, "rate", (double)all.bytes * 1e9 / (double)all.ours_ns);
    bench_print_part(output, "jansson", (double)all.jansson_ns / (double)all.frames);
}

static void run_binance(const bench_options *options, bench_output *output)
{
    run(options, output, "binance_ws/spot_btcusdt_20240808.gz", pass_exchange,
        &(exchange_format){EXCHANGE_BINANCE});
}

static void run_kraken(const bench_options *options, bench_output *output)
{
    run(options, output, "kraken_book_ws/kraken_book_20210417.log.gz", pass_exchange,
        &(exchange_format){EXCHANGE_KRAKEN});
}

static void run_coinbase(const bench_options *options, bench_output *output)
{
    run(options, output, "coinbase_l2_ws/coinbase_l2_20210417.log.gz", pass_exchange,
        &(exchange_format){EXCHANGE_COINBASE});
}

static void run_eth_logs(const bench_options *options, bench_output *output)
{
    run(options, output, "dex_eth_logs/logs.ndjson.gz", pass_eth_logs, NULL);
}

const bench_workload bench_decode_binance = {
    .name = "decode_binance",
    .what = "recorded Binance frames to books and quotes, and by jansson",
    .processors = 1,
    .run = run_binance,
};

const bench_workload bench_decode_kraken = {
    .name = "decode_kraken",
    .what = "recorded Kraken frames to books with checksums, and by jansson",
    .processors = 1,
    .run = run_kraken,
};

const bench_workload bench_decode_coinbase = {
    .name = "decode_coinbase",
    .what = "recorded Coinbase frames to books and quotes, and by jansson",
    .processors = 1,
    .run = run_coinbase,
};

const bench_workload bench_decode_eth_logs = {
    .name = "decode_eth_logs",
    .what = "recorded Ethereum logs to events, and by jansson",
    .processors = 1,
    .run = run_eth_logs,
};
