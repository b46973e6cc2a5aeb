/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "engine.h"

static const char usage[] =
    "explorer [--schedules N] [--scenario NAME] [--seed N] [--trace] [--expect TEXT] [--list]\n"
    "  --schedules N     in all, shared by the scenarios; seeds 1 to N/scenarios (1000000)\n"
    "  --scenario NAME   only this one\n"
    "  --seed N          only this schedule; with --trace each of its steps is printed\n"
    "  --expect TEXT     for mutants: succeeds when a schedule fails with TEXT in its reason\n"
    "  --list            the scenarios\n";

typedef struct options {
    uint64_t schedules;
    const char *scenario; /* NULL = all */
    const char *expected; /* in the reason of a failure; NULL = none may fail */
    uint64_t seed;
    bool one_seed;
    bool trace;
    bool list;
} options;

static noreturn void refuse(const char *reason, const char *argument)
{
    fprintf(stderr, "explorer: %s: %s\n%s", reason, argument, usage);
    exit(2);
}

static uint64_t parse_number(const char *text)
{
    char *end;
    uint64_t number = strtoull(text, &end, 10);
    if (*text == '\0' || *end != '\0') {
        refuse("a number is expected", text);
    }
    return number;
}

static const char *value_of(char ***argument)
{
    if (!(*argument)[1]) {
        refuse("a value is missing", **argument);
    }
    return *++*argument;
}

static options parse(char **argument)
{
    options chosen = {.schedules = 1000000};
    for (argument++; *argument; argument++) {
        if (strcmp(*argument, "--schedules") == 0) {
            chosen.schedules = parse_number(value_of(&argument));
        } else if (strcmp(*argument, "--scenario") == 0) {
            chosen.scenario = value_of(&argument);
        } else if (strcmp(*argument, "--seed") == 0) {
            chosen.seed = parse_number(value_of(&argument));
            chosen.one_seed = true;
        } else if (strcmp(*argument, "--trace") == 0) {
            chosen.trace = true;
        } else if (strcmp(*argument, "--expect") == 0) {
            chosen.expected = value_of(&argument);
        } else if (strcmp(*argument, "--list") == 0) {
            chosen.list = true;
        } else {
            refuse("unknown option", *argument);
        }
    }
    return chosen;
}

static bool is_chosen(const options *chosen, const sim_scenario *scenario)
{
    return !chosen->scenario || strcmp(chosen->scenario, scenario->name) == 0;
}

static uint32_t count_chosen(const options *chosen)
{
    uint32_t count = 0;
    for (uint32_t i = 0; sim_scenarios[i]; i++) {
        count += is_chosen(chosen, sim_scenarios[i]);
    }
    if (count == 0) {
        refuse("no such scenario", chosen->scenario);
    }
    return count;
}

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void report_failure(const char *program, const sim_scenario *scenario, uint64_t seed,
                           const options *chosen)
{
    printf("%-20s FAILED with seed %" PRIu64 " after %" PRIu32 " steps: %s\n", scenario->name, seed,
           sim.steps, sim.failure);
    printf("  replay: %s --scenario %s --seed %" PRIu64 " --trace\n", program, scenario->name,
           seed);
    if (!chosen->expected && !sim.tracing) {
        sim.tracing = true;
        sim_run(scenario, seed);
        sim.tracing = false;
    }
}

/* Returns whether all schedules passed; stops at the first that fails. */
static bool explore(const char *program, const sim_scenario *scenario, uint64_t first,
                    uint64_t last, const options *chosen)
{
    double start = seconds_now();
    uint64_t steps = 0;
    for (uint64_t seed = first; seed <= last; seed++) {
        sim_run(scenario, seed);
        steps += sim.steps;
        if (sim.failed && (!chosen->expected || strstr(sim.failure, chosen->expected))) {
            report_failure(program, scenario, seed, chosen);
            return false;
        }
    }
    uint64_t schedules = last - first + 1;
    printf("%-20s %8" PRIu64 " schedules %11" PRIu64 " steps (%3" PRIu64 " each) %7.2f s\n",
           scenario->name, schedules, steps, steps / schedules, seconds_now() - start);
    fflush(stdout);
    return true;
}

static void list(void)
{
    for (uint32_t i = 0; sim_scenarios[i]; i++) {
        printf("%-20s %s\n", sim_scenarios[i]->name, sim_scenarios[i]->about);
    }
}

int main(int count, char **arguments)
{
    (void)count;
    options chosen = parse(arguments);
    if (chosen.list) {
        list();
        return 0;
    }
    uint64_t each = chosen.schedules / count_chosen(&chosen);
    uint64_t first = chosen.one_seed ? chosen.seed : 1;
    uint64_t last = chosen.one_seed ? chosen.seed : each ? each : 1;
    sim.tracing = chosen.trace;
    bool failed = false;
    for (uint32_t i = 0; sim_scenarios[i]; i++) {
        if (is_chosen(&chosen, sim_scenarios[i])) {
            failed |= !explore(arguments[0], sim_scenarios[i], first, last, &chosen);
        }
    }
    return failed != (chosen.expected != NULL);
}
