/* SPDX-License-Identifier: Apache-2.0 */
#include "bundle/run.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bundle/hot_path.h"
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

/* How long to wait at most before it is looked whether the time is up; 0 = it is. */
static uint64_t next_slice_ns(const run_options *options, uint64_t start_ns)
{
    uint64_t passed_ns = monotonic_ns() - start_ns;
    if (options->run_ns == 0) {
        return SLICE_NS;
    }
    uint64_t left_ns = passed_ns < options->run_ns ? options->run_ns - passed_ns : 0;
    return left_ns < SLICE_NS ? left_ns : SLICE_NS;
}

/* Waits for the end of the feeds, Ctrl-C or the end of the time. Returns whether it was the last. */
static bool wait_for_end(bundle_pipeline *pipeline, uint64_t start_ns, bool *is_sink_told)
{
    bool is_over = false;
    uint64_t slice_ns = next_slice_ns(pipeline->options, start_ns);
    progress_line progress;
    progress_init(&progress, pipeline->options->is_quiet, monotonic_ns());
    while (!interrupt_requested() && slice_ns > 0 && !is_over) {
        is_over = pipeline_await(pipeline, slice_ns);
        progress_update(&progress, pipeline, monotonic_ns());
        watch_sink(pipeline, is_sink_told);
        slice_ns = next_slice_ns(pipeline->options, start_ns);
    }
    console_clear(pipeline->console);
    return !is_over && slice_ns == 0;
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
    int books_error = write_result(pipeline, "--books", options->books_path, report_write_books,
                                   &pipeline->feeds);
    int table_error = write_table(options, report);
    return state_error || stats_error || books_error || table_error ? -1 : 0;
}

/* Returns whether no part of the run failed; each failure is told where it is found. */
static bool run_started(bundle_pipeline *pipeline, uint64_t start_ns)
{
    bool is_sink_told = false;
    bool is_timed_out = wait_for_end(pipeline, start_ns, &is_sink_told);
    uint64_t duration_ns = monotonic_ns() - start_ns;
    int path = pipeline_stop(pipeline);

    bundle_report report;
    report_collect(&report, pipeline);
    report.duration_ns = duration_ns;
    report.is_interrupted = interrupt_requested();
    report.is_timed_out = is_timed_out;
    int signals = close_sink(pipeline, is_sink_told);
    int results = write_results(pipeline, &report);
    bool is_read = pipeline->path->check(pipeline, &report);
    return !path && !signals && !results && is_read;
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
        (void)fputs("market-bundle run: --feed: expected FORMAT:SOURCE, or input on standard input "
                    "(it is a terminal)\n",
                    stderr);
        return EXIT_USAGE;
    }
    return run(&options);
}
