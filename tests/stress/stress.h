/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_STRESS_STRESS_H
#define TESTS_STRESS_STRESS_H

/*
 * The frame of the stress programs: PROGRAM [--quick] [--seed N]. Each prints its seed first and
 * ends with 1 and a message when a promise is broken.
 */
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <mycelium/mycelium.h>

#define SECOND_NS UINT64_C(1000000000)

typedef struct stress {
    const char *program;
    uint64_t seed;
    bool quick;
} stress;

/** Ends the program with a message unless `kept`. Any thread. */
MYC_PRINTF(2, 3) MYC_UNUSED static void require(bool kept, const char *format, ...)
{
    if (kept) {
        return;
    }
    va_list args;
    va_start(args, format);
    fputs("broken: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    _Exit(1);
}

static void stress_usage(const char *program)
{
    fprintf(stderr, "usage: %s [--quick] [--seed N]\n", program);
    exit(2);
}

MYC_UNUSED static stress stress_start(int count, char **arguments)
{
    stress run = {.program = arguments[0], .seed = (uint64_t)time(NULL)};
    for (int i = 1; i < count; i++) {
        if (strcmp(arguments[i], "--quick") == 0) {
            run.quick = true;
        } else if (strcmp(arguments[i], "--seed") == 0 && i + 1 < count) {
            run.seed = strtoull(arguments[++i], NULL, 0);
        } else {
            stress_usage(arguments[0]);
        }
    }
    printf("seed %llu\n", (unsigned long long)run.seed);
    fflush(stdout);
    return run;
}

/* splitmix64 */
MYC_UNUSED static uint64_t random_next(uint64_t *state)
{
    uint64_t mixed = *state += UINT64_C(0x9e3779b97f4a7c15);
    mixed = (mixed ^ (mixed >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    mixed = (mixed ^ (mixed >> 27)) * UINT64_C(0x94d049bb133111eb);
    return mixed ^ (mixed >> 31);
}

MYC_UNUSED static uint32_t random_below(uint64_t *state, uint32_t bound)
{
    return (uint32_t)(random_next(state) % bound);
}

MYC_UNUSED static bool one_in(uint64_t *state, uint32_t chances)
{
    return random_below(state, chances) == 0;
}

/** An allocator that knows how much it has given out. `user` is an atomic counter of bytes. */
MYC_UNUSED static void *counted_allocate(void *user, size_t size_bytes, size_t alignment_bytes)
{
    void *memory = NULL;
    if (posix_memalign(&memory, alignment_bytes < 8 ? 8 : alignment_bytes, size_bytes) != 0) {
        return NULL;
    }
    atomic_fetch_add((atomic_llong *)user, (long long)size_bytes);
    return memory;
}

MYC_UNUSED static void counted_free(void *user, void *memory, size_t size_bytes)
{
    atomic_fetch_sub((atomic_llong *)user, (long long)size_bytes);
    free(memory);
}

MYC_UNUSED static myc_allocator counted_allocator(atomic_llong *bytes)
{
    return (myc_allocator){counted_allocate, counted_free, bytes};
}

/** Says on stderr what a system has to say; an error ends the program. */
MYC_UNUSED static void stress_log(void *user, myc_log_level level, const char *text)
{
    (void)user;
    require(level != MYC_LOG_ERROR, "the system logged an error: %s", text);
    fprintf(stderr, "%s\n", text);
}

/** Starts `count` threads of `body`, thread i with `arguments` + i * `argument_bytes`; joins all.
 */
MYC_UNUSED static void run_threads(uint32_t count, void *(*body)(void *), void *arguments,
                                   size_t argument_bytes)
{
    pthread_t threads[64];
    for (uint32_t i = 0; i < count; i++) {
        require(
            pthread_create(&threads[i], NULL, body, (uint8_t *)arguments + i * argument_bytes) == 0,
            "a thread was refused");
    }
    for (uint32_t i = 0; i < count; i++) {
        pthread_join(threads[i], NULL);
    }
}

#endif
