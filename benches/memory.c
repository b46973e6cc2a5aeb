/* SPDX-License-Identifier: Apache-2.0 */
#include "memory.h"

#include <malloc.h>
#include <stdio.h>
#include <unistd.h>

#include "bench.h"

double bench_resident_bytes(void)
{
    long total, resident = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (!file || fscanf(file, "%ld %ld", &total, &resident) != 2) {
        bench_fail("/proc/self/statm", MYC_EIO);
    }
    fclose(file);
    return (double)resident * (double)sysconf(_SC_PAGESIZE);
}

void bench_trim_memory(void)
{
    (void)malloc_trim(0);
}
