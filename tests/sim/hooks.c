/* SPDX-License-Identifier: Apache-2.0 */
#include "base/check.h"
#include "engine.h"

/*
 * The library's code and the scenarios are compiled with -fsanitize=thread, but linked without
 * ThreadSanitizer: the calls the compiler puts before each plain access come here. So every access
 * to the arena is checked, marked or not. Only marked ones (MYC__SHARED_READ, MYC__SHARED_WRITE)
 * are points where the schedule may change.
 */

void sim_plain_access(const void *memory, size_t size_bytes, bool writes)
{
    if (!sim.active) {
        return;
    }
    sim_step();
    if (sim.tracing) {
        char name[SIM_NAME_BYTES];
        sim_note("%-20s %s (%zu bytes)", writes ? "plain write" : "plain read",
                 sim_name_of(memory, name), size_bytes);
    }
    sim_check_access(memory, size_bytes, writes ? SIM_PLAIN_WRITE : SIM_PLAIN_READ);
}

noreturn void myc__check_failed(const char *condition, const char *file, int line)
{
    sim_fail("broken invariant at %s:%d: %s", file, line, condition);
}

void __tsan_init(void);
void __tsan_func_entry(void *caller);
void __tsan_func_exit(void);
void __tsan_read_range(void *memory, size_t size_bytes);
void __tsan_write_range(void *memory, size_t size_bytes);

void __tsan_init(void)
{
}

void __tsan_func_entry(void *caller)
{
    (void)caller;
}

void __tsan_func_exit(void)
{
}

void __tsan_read_range(void *memory, size_t size_bytes)
{
    sim_check_access(memory, size_bytes, SIM_PLAIN_READ);
}

void __tsan_write_range(void *memory, size_t size_bytes)
{
    sim_check_access(memory, size_bytes, SIM_PLAIN_WRITE);
}

#define PLAIN_ACCESS(name, size_bytes, access)                                                     \
    void name(void *memory);                                                                       \
    void name(void *memory)                                                                        \
    {                                                                                              \
        sim_check_access(memory, size_bytes, access);                                              \
    }
#define PLAIN_ACCESSES(size_bytes)                                                                 \
    PLAIN_ACCESS(__tsan_read##size_bytes, size_bytes, SIM_PLAIN_READ)                              \
    PLAIN_ACCESS(__tsan_write##size_bytes, size_bytes, SIM_PLAIN_WRITE)                            \
    PLAIN_ACCESS(__tsan_unaligned_read##size_bytes, size_bytes, SIM_PLAIN_READ)                    \
    PLAIN_ACCESS(__tsan_unaligned_write##size_bytes, size_bytes, SIM_PLAIN_WRITE)

PLAIN_ACCESSES(1)
PLAIN_ACCESSES(2)
PLAIN_ACCESSES(4)
PLAIN_ACCESSES(8)
PLAIN_ACCESSES(16)

/*
 * Whole structs are often set and copied by calls of these, which the compiler may put in itself
 * and does not watch: the linker sends them here (--wrap).
 */
void *__real_memset(void *to, int byte, size_t size_bytes);
void *__real_memcpy(void *to, const void *from, size_t size_bytes);
void *__real_memmove(void *to, const void *from, size_t size_bytes);
void *__wrap_memset(void *to, int byte, size_t size_bytes);
void *__wrap_memcpy(void *to, const void *from, size_t size_bytes);
void *__wrap_memmove(void *to, const void *from, size_t size_bytes);

static void check_copy(const void *to, const void *from, size_t size_bytes)
{
    sim_check_access(from, size_bytes, SIM_PLAIN_READ);
    sim_check_access(to, size_bytes, SIM_PLAIN_WRITE);
}

void *__wrap_memset(void *to, int byte, size_t size_bytes)
{
    sim_check_access(to, size_bytes, SIM_PLAIN_WRITE);
    return __real_memset(to, byte, size_bytes);
}

void *__wrap_memcpy(void *to, const void *from, size_t size_bytes)
{
    check_copy(to, from, size_bytes);
    return __real_memcpy(to, from, size_bytes);
}

void *__wrap_memmove(void *to, const void *from, size_t size_bytes)
{
    check_copy(to, from, size_bytes);
    return __real_memmove(to, from, size_bytes);
}

/* clang 15 and later name them so themselves. */
void *__tsan_memset(void *to, int byte, size_t size_bytes);
void *__tsan_memcpy(void *to, const void *from, size_t size_bytes);
void *__tsan_memmove(void *to, const void *from, size_t size_bytes);

void *__tsan_memset(void *to, int byte, size_t size_bytes)
{
    return __wrap_memset(to, byte, size_bytes);
}

void *__tsan_memcpy(void *to, const void *from, size_t size_bytes)
{
    return __wrap_memcpy(to, from, size_bytes);
}

void *__tsan_memmove(void *to, const void *from, size_t size_bytes)
{
    return __wrap_memmove(to, from, size_bytes);
}
