/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLE_RUN_H
#define BUNDLE_RUN_H

/** The exit codes of all commands. */
enum {
    EXIT_DONE = 0,
    EXIT_TROUBLE = 1, /* a file cannot be read or written, or the run failed */
    EXIT_USAGE = 2    /* a wrong option */
};

/** `market-bundle run`; argv[0] is "run". Returns the exit code. */
int run_command(int argc, char **argv);

/** `market-bundle simulate`; argv[0] is "simulate". Returns the exit code. */
int simulate_command(int argc, char **argv);

#endif
