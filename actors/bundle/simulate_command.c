/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include <mycelium/error.h>

#include "bundle/human.h"
#include "bundle/option_table.h"
#include "bundle/run.h"
#include "simulate/simulate.h"

enum { POOLS_MIN = 2, POOLS_MAX = 1000000 };

typedef struct command_options {
    simulate_options market;
    const char *path;
} command_options;

static const char *set_seed(void *self, const char *value)
{
    return option_parse_count(value, 0, UINT64_MAX, &((command_options *)self)->market.seed)
               ? "a whole number from 0 to 18446744073709551615"
               : NULL;
}

static const char *set_events(void *self, const char *value)
{
    return option_parse_count(value, 1, UINT64_MAX, &((command_options *)self)->market.event_count)
               ? "a whole number, 1 or more"
               : NULL;
}

static const char *set_pools(void *self, const char *value)
{
    uint64_t count;
    if (option_parse_count(value, POOLS_MIN, POOLS_MAX, &count)) {
        return "a whole number from 2 to 1000000";
    }
    ((command_options *)self)->market.pool_count = (uint32_t)count;
    return NULL;
}

static const char *set_out(void *self, const char *value)
{
    ((command_options *)self)->path = value;
    return value[0] ? NULL : "the path of a file";
}

static const option_row ROWS[] = {
    {"out", "PATH", "Where the logs go; needed.", NULL, set_out},
    {"seed", "S", "Equal seeds give equal bytes.", "0", set_seed},
    {"events", "N", "Logs to write.", "100000", set_events},
    {"pools", "N", "V2 pools of the market, 2 to 1000000.", "400", set_pools},
};

static const option_table TABLE = {
    .command = "market-bundle simulate",
    .summary = "Writes a made-up market as Ethereum logs to PATH, with its pools in\n"
               "PATH.pools.csv and the times of its blocks in PATH.blocks.csv.",
    .rows = ROWS,
    .count = sizeof ROWS / sizeof ROWS[0]};

static int simulate(const command_options *options)
{
    simulate_summary summary;
    char *failed_path = NULL;
    int error = simulate_market_to_path(&options->market, options->path, &summary, &failed_path);
    if (error) {
        (void)fprintf(stderr, "market-bundle simulate: %s: %s\n",
                      failed_path ? failed_path : options->path, myc_error_text(error));
        free(failed_path);
        return EXIT_TROUBLE;
    }
    (void)printf("%s: %s logs of %s blocks and %s pools\n", options->path,
                 human_count(summary.lines).text, human_count(summary.blocks).text,
                 human_count(summary.pools).text);
    return EXIT_DONE;
}

int simulate_command(int argc, char **argv)
{
    char error[OPTION_ERROR_SIZE];
    command_options options = {0};
    switch (option_table_parse(&TABLE, argc, argv, &options, error)) {
    case OPTIONS_HELP: option_table_print_help(&TABLE, stdout); return EXIT_DONE;
    case OPTIONS_BAD: (void)fprintf(stderr, "%s\n", error); return EXIT_USAGE;
    case OPTIONS_PARSED: break;
    }
    if (!options.path) {
        (void)fprintf(stderr, "%s: --out: expected the path of a file\n", TABLE.command);
        return EXIT_USAGE;
    }
    return simulate(&options);
}
