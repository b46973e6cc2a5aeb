/* SPDX-License-Identifier: Apache-2.0 */
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

__attribute__((format(printf, 1, 2))) _Noreturn static void fail_usage(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("myc-bench: ", stderr);
    vfprintf(stderr, format, arguments);
    fputs(" (see myc-bench --help)\n", stderr);
    va_end(arguments);
    exit(2);
}

static double parse_scale(const char *text)
{
    char *end;
    double scale = strtod(text, &end);
    if (*end || end == text || !(scale > 0 && scale <= 10)) {
        fail_usage("--scale '%s': expected a number above 0, at most 10", text);
    }
    return scale;
}

static uint32_t parse_count(const char *option, const char *text, uint32_t most)
{
    char *end;
    unsigned long count = strtoul(text, &end, 10);
    if (*end || text[0] < '0' || text[0] > '9' || count < 1 || count > most) {
        fail_usage("%s '%s': expected a whole number from 1 to %u", option, text, most);
    }
    return (uint32_t)count;
}

static const bench_workload *find_workload(const char *name)
{
    for (const bench_workload *const *entry = bench_workloads; *entry; entry++) {
        if (strcmp((*entry)->name, name) == 0) {
            return *entry;
        }
    }
    fail_usage("no workload is named '%s'; --list prints the names", name);
}

typedef struct arguments {
    const char *scale, *parameter, *workers; /* NULL = not given */
    const char *workload;
    bool pin;
} arguments;

static void take_option(arguments *given, int option, char **argv)
{
    switch (option) {
    case 's': given->scale = optarg; break;
    case 'n': given->parameter = optarg; break;
    case 'w': given->workers = optarg; break;
    case 'p': given->pin = true; break;
    case ':': fail_usage("%s needs a value", argv[optind - 1]);
    default: fail_usage("unknown option '%s'", argv[optind - 1]);
    }
}

static arguments take_arguments(int argc, char **argv)
{
    static const struct option names[] = {{"scale", required_argument, NULL, 's'},
                                          {"parameter", required_argument, NULL, 'n'},
                                          {"workers", required_argument, NULL, 'w'},
                                          {"pin", no_argument, NULL, 'p'},
                                          {0}};
    arguments given = {0};
    int option;
    while ((option = getopt_long(argc, argv, ":", names, NULL)) != -1) {
        take_option(&given, option, argv);
    }
    if (optind == argc) {
        fail_usage("which workload?");
    }
    if (optind + 1 < argc) {
        fail_usage("unexpected argument '%s' behind the workload '%s'", argv[optind + 1],
                   argv[optind]);
    }
    given.workload = argv[optind];
    return given;
}

static uint32_t parameter_of(const bench_workload *workload, const char *text)
{
    if (!workload->parameter_most) {
        if (text) {
            fail_usage("%s takes no --parameter", workload->name);
        }
        return 0;
    }
    if (!text) {
        fail_usage("%s needs --parameter N, from 1 to %u", workload->name,
                   workload->parameter_most);
    }
    return parse_count("--parameter", text, workload->parameter_most);
}

static uint32_t workers_of(const bench_workload *workload, const char *text)
{
    if (text && !workload->workers) {
        fail_usage("%s has no --workers to choose", workload->name);
    }
    return text ? parse_count("--workers", text, 64) : workload->workers;
}

static void check_processors(const bench_workload *workload, uint32_t needed)
{
    if (bench_processors_allowed()->count < needed) {
        char reason[128];
        snprintf(reason, sizeof reason, "%s needs %u processors, this process may run on %u",
                 workload->name, needed, bench_processors_allowed()->count);
        bench_cannot_run(reason);
    }
}

const bench_workload *bench_options_parse(int argc, char **argv, bench_options *options)
{
    arguments given = take_arguments(argc, argv);
    const bench_workload *workload = find_workload(given.workload);
    *options = (bench_options){.scale = given.scale ? parse_scale(given.scale) : 1,
                               .pin = given.pin,
                               .parameter = parameter_of(workload, given.parameter),
                               .workers = workers_of(workload, given.workers),
                               .idle = workload->idle};
    options->processors = workload->processors ? workload->processors : options->workers;
    check_processors(workload, options->processors);
    return workload;
}
