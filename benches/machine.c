/* SPDX-License-Identifier: Apache-2.0 */
#include <sched.h>
#include <string.h>
#include <sys/utsname.h>

#include "bench.h"

static bool read_line(const char *path, char *line, int size)
{
    FILE *file = fopen(path, "r");
    bool got = file && fgets(line, size, file);
    if (file) {
        fclose(file);
    }
    if (got) {
        line[strcspn(line, "\n")] = '\0';
    }
    return got;
}

static void read_processor(bench_machine *machine)
{
    snprintf(machine->processor, sizeof machine->processor, "unknown");
    FILE *file = fopen("/proc/cpuinfo", "r");
    char line[256];
    while (file && fgets(line, sizeof line, file)) {
        char *value = strstr(line, ": ");
        if (strncmp(line, "model name", 10) == 0 && value) {
            value[strcspn(value, "\n")] = '\0';
            snprintf(machine->processor, sizeof machine->processor, "%.120s", value + 2);
            break;
        }
    }
    if (file) {
        fclose(file);
    }
}

bench_machine bench_machine_read(void)
{
    bench_machine machine = {.governor = "unknown"};
    struct utsname name;
    cpu_set_t set;
    read_processor(&machine);
    if (uname(&name) == 0) {
        snprintf(machine.kernel, sizeof machine.kernel, "%.20s %.100s", name.sysname, name.release);
    }
    snprintf(machine.compiler, sizeof machine.compiler, "%.60s",
#ifdef __clang__
             __VERSION__);
#else
             "gcc " __VERSION__);
#endif
    (void)read_line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", machine.governor,
                    sizeof machine.governor);
    machine.processors = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
    return machine;
}
