/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "bundle/run.h"

static const char USAGE[] = "Usage: market-bundle COMMAND [OPTION]...\n"
                            "\n"
                            "  run        read market events, find arbitrage, write signals\n"
                            "  simulate   write a made-up market to a file\n"
                            "\n"
                            "  --help     print this; with a command, its options\n"
                            "  --version  print the version\n";

static int dispatch(int argc, char **argv)
{
    const char *command = argv[1];
    if (strcmp(command, "run") == 0) {
        return run_command(argc - 1, argv + 1);
    }
    if (strcmp(command, "simulate") == 0) {
        return simulate_command(argc - 1, argv + 1);
    }
    if (strcmp(command, "--help") == 0 || strcmp(command, "-h") == 0) {
        (void)fputs(USAGE, stdout);
        return EXIT_DONE;
    }
    if (strcmp(command, "--version") == 0) {
        (void)puts("market-bundle " MARKET_BUNDLE_VERSION);
        return EXIT_DONE;
    }
    (void)fprintf(stderr, "market-bundle: %s: expected run, simulate, --help or --version\n",
                  command);
    return EXIT_USAGE;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        (void)fputs("market-bundle: expected a command: run, simulate, --help or --version\n",
                    stderr);
        return EXIT_USAGE;
    }
    return dispatch(argc, argv);
}
