/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BENCH_MEMORY_H
#define BENCH_MEMORY_H

/** The resident set of this process in bytes. */
double bench_resident_bytes(void);

/** Gives back to the kernel what malloc kept from the warm-up, so that it counts as growth again. */
void bench_trim_memory(void);

#endif
