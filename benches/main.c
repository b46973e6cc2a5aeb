/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "bench.h"

static const bench_workload *const workloads[] = {
    &bench_send_local,       &bench_ping_pong_one_worker, &bench_ping_pong_two_workers,
    &bench_stream_cross,     &bench_spawn_time,           &bench_spawn_bytes,
    &bench_limit_cache_line, &bench_limit_refcount,
};
enum { WORKLOADS = sizeof workloads / sizeof workloads[0] };

static void note_command(bench_options *options, int argc, char **argv)
{
    static char command[512];
    size_t used = (size_t)snprintf(command, sizeof command, "tools/bench");
    for (int i = 1; i < argc && used < sizeof command; i++) {
        used += (size_t)snprintf(command + used, sizeof command - used, " %s", argv[i]);
    }
    options->command = command;
}

static uint32_t measure_all(const bench_options *options, bench_row *rows)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < WORKLOADS; i++) {
        if (!bench_options_want(options, workloads[i]->name)) {
            continue;
        }
        fprintf(stderr, "%s ...\n", workloads[i]->name);
        if (bench_measure(workloads[i], options, &rows[count])) {
            count++;
        } else {
            fprintf(stderr, "bench: %s could not run\n", workloads[i]->name);
        }
    }
    return count;
}

int main(int argc, char **argv)
{
    bench_options options = bench_options_parse(argc, argv);
    note_command(&options, argc, argv);
    bench_machine machine = bench_machine_read();
    bench_row rows[WORKLOADS];
    uint32_t count = measure_all(&options, rows);
    if (count == 0) {
        fprintf(stderr, "bench: no row is named '%s'\n", options.only ? options.only : "");
        return 2;
    }
    bench_table_print(&machine, rows, count);
    if (options.json_path && !bench_json_write(&options, &machine, rows, count)) {
        fprintf(stderr, "bench: %s: %s\n", options.json_path, strerror(errno));
        return 1;
    }
    return 0;
}
