/* SPDX-License-Identifier: Apache-2.0 */
#include "bundle/run.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bundle/interrupt.h"
#include "bundle/output_file.h"
#include "bundle/pipeline.h"
#include "bundle/progress.h"
#include "bundle/report.h"
#include "bundle/report_collect.h"

#define SLICE_NS 100000000u

static uint64_t monotonic_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void tell_sink_error(const bundle_pipeline *pipeline, int os_error)
{
    console_say(pipeline->console, "--signals %s: cannot be written: %s", pipeline->sink.path,
                strerror(os_error));
}

/* Gives readers of a pipe their lines, and tells an error when it happens. */
static void watch_sink(bundle_pipeline *pipeline, bool *is_told)
{
    if (!pipeline->has_sink || *is_told) {
        return;
    }
    signal_sink_flush(&pipeline->sink);
    int os_error = signal_sink_error(&pipeline->sink);
    if (os_error) {
        tell_sink_error(pipeline, os_error);
        *is_told = true;
    }
}

/* Returns 0, or -1 when a signal could not be written. */
static int close_sink(bundle_pipeline *pipeline, bool is_told)
{
    int os_error = pipeline->has_sink ? signal_sink_close(&pipeline->sink) : 0;
    pipeline->has_sink = false;
    if (os_error && !is_told) {
        tell_sink_error(pipeline, os_error);
    }
    return os_error ? -1 : 0;
}

/* Waits for the end of the feeds or Ctrl-C. */
static void wait_for_end(bundle_pipeline *pipeline, bool *is_sink_told)
{
    progress_line progress;
    progress_init(&progress, pipeline->options->is_quiet, monotonic_ns());
    while (!interrupt_requested() && !pipeline_await(pipeline, SLICE_NS)) {
        progress_update(&progress, pipeline, monotonic_ns());
        watch_sink(pipeline, is_sink_told);
    }
    console_clear(pipeline->console);
}

static int write_result(const bundle_pipeline *pipeline, const char *option, const char *path,
                        output_writer write, const void *content)
{
    int os_error = path ? output_file_write(path, write, content) : 0;
    if (os_error) {
        console_say(pipeline->console, "%s %s: cannot be written: %s", option, path,
                    strerror(os_error));
    }
    return os_error;
}

static int write_table(const run_options *options, const bundle_report *report)
{
    FILE *out = run_options_use_stdout(options) ? stderr : stdout;
    if (options->is_quiet) {
        return 0;
    }
    report_write_table(report, out);
    return fflush(out);
}

/* Returns 0, or -1 after telling the console. All files are tried. */
static int write_results(const bundle_pipeline *pipeline, const bundle_report *report)
{
    const run_options *options = pipeline->options;
    int state_error = write_result(pipeline, "--state", options->state_path, report_write_state,
                                   market_state_pools(pipeline->state));
    int stats_error =
        write_result(pipeline, "--stats", options->stats_path, report_write_stats, report);
    int table_error = write_table(options, report);
    return state_error || stats_error || table_error ? -1 : 0;
}

/* Whether all that should have been read was read and passed on. */
static int check_feed(const bundle_pipeline *pipeline, const bundle_report *report)
{
    const eth_log_reader_stats *feed = &pipeline->feed_stats;
    if (feed->error[0] != '\0') {
        console_say(pipeline->console, "--feed %s", feed->error);
        return -1;
    }
    if (!report->is_interrupted && (!feed->is_complete || report->unsent > 0)) {
        console_say(pipeline->console, "the feed ended before its time; %llu events were not sent",
                    (unsigned long long)report->unsent);
        return -1;
    }
    return 0;
}

/* Returns whether no part of the run failed; each failure is told where it is found. */
static bool run_started(bundle_pipeline *pipeline, uint64_t start_ns)
{
    bool is_sink_told = false;
    wait_for_end(pipeline, &is_sink_told);
    uint64_t duration_ns = monotonic_ns() - start_ns;
    int path = pipeline_stop(pipeline);

    bundle_report report;
    report_collect(&report, pipeline);
    report.duration_ns = duration_ns;
    report.is_interrupted = interrupt_requested();
    int signals = close_sink(pipeline, is_sink_told);
    int results = write_results(pipeline, &report);
    int feed = check_feed(pipeline, &report);
    return !path && !signals && !results && !feed;
}

static int run(const run_options *options)
{
    bundle_console console = {0};
    bundle_pipeline pipeline = {0};
    int code = EXIT_TROUBLE;
    if (pipeline_open(&pipeline, options, &console) == 0) {
        interrupt_install();
        uint64_t start_ns = monotonic_ns();
        if (pipeline_start(&pipeline) == 0) {
            code = run_started(&pipeline, start_ns) ? EXIT_DONE : EXIT_TROUBLE;
        }
    }
    pipeline_close(&pipeline);
    return code;
}

int run_command(int argc, char **argv)
{
    char error[OPTION_ERROR_SIZE];
    run_options options;
    switch (run_options_parse(&options, argc, argv, error)) {
    case OPTIONS_HELP: run_options_print_help(stdout); return EXIT_DONE;
    case OPTIONS_BAD: (void)fprintf(stderr, "%s\n", error); return EXIT_USAGE;
    case OPTIONS_PARSED: break;
    }
    if (run_options_read_stdin(&options) && isatty(STDIN_FILENO)) {
        (void)fputs("market-bundle run: --feed: expected eth-logs:PATH, or logs on standard input "
                    "(it is a terminal)\n",
                    stderr);
        return EXIT_USAGE;
    }
    return run(&options);
}
