/* SPDX-License-Identifier: Apache-2.0 */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

static void print_help(void)
{
    puts("Usage: tools/bench [--quick] [--only NAME,...] [--runs N] [--json PATH]\n"
         "Measures the runtime and prints one table.\n"
         "  --quick          the same rows with less of everything (default: off)\n"
         "  --only NAME,...  only these rows; a name without its part behind the dot takes all of "
         "it\n"
         "  --runs N         measured runs of each row, 1 to 100 (default: 5, with --quick 3)\n"
         "  --json PATH      write the rows to PATH too (default: none)");
}

static uint32_t parse_runs(const char *text)
{
    char *end;
    unsigned long runs = strtoul(text, &end, 10);
    if (*end || end == text || runs < 1 || runs > 100) {
        fprintf(stderr, "bench: --runs %s: expected a number from 1 to 100\n", text);
        exit(2);
    }
    return (uint32_t)runs;
}

static bool take_option(bench_options *options, int option)
{
    switch (option) {
    case 'q': options->quick = true; return true;
    case 'o': options->only = optarg; return true;
    case 'r': options->runs = parse_runs(optarg); return true;
    case 'j': options->json_path = optarg; return true;
    case 'h': options->help = true; return true;
    default: return false; /* getopt has said why */
    }
}

bench_options bench_options_parse(int argc, char **argv)
{
    static const struct option names[] = {
        {"quick", no_argument, NULL, 'q'},      {"only", required_argument, NULL, 'o'},
        {"runs", required_argument, NULL, 'r'}, {"json", required_argument, NULL, 'j'},
        {"help", no_argument, NULL, 'h'},       {0}};
    bench_options options = {0};
    int option;
    while ((option = getopt_long(argc, argv, "", names, NULL)) != -1) {
        if (!take_option(&options, option)) {
            exit(2);
        }
    }
    if (optind < argc) {
        fprintf(stderr, "bench: unexpected argument '%s'; --help lists the options\n",
                argv[optind]);
        exit(2);
    }
    if (options.help) {
        print_help();
        exit(0);
    }
    options.runs = options.runs ? options.runs : options.quick ? 3 : 5;
    return options;
}

/* True when `name` begins with the `length` bytes at `wanted` and ends there or at a dot. */
static bool is_wanted(const char *name, const char *wanted, size_t length)
{
    return length && strncmp(name, wanted, length) == 0 &&
           (name[length] == '\0' || name[length] == '.');
}

bool bench_options_want(const bench_options *options, const char *name)
{
    const char *wanted = options->only;
    if (!wanted) {
        return true;
    }
    for (;;) {
        size_t length = strcspn(wanted, ",");
        if (is_wanted(name, wanted, length)) {
            return true;
        }
        if (wanted[length] == '\0') {
            return false;
        }
        wanted += length + 1;
    }
}
