/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "engine.h"

typedef struct named {
    const char *start;
    size_t size_bytes; /* of one */
    uint32_t count;
    const char *whole; /* "lane A" of "lane A.tail" */
    const char *part;  /* may be NULL */
} named;

enum { NAMES_MAX = 64, VALUE_BYTES = 96 };

static named names[NAMES_MAX];
static uint32_t name_count;

void sim_names_reset(void)
{
    name_count = 0;
}

/* The entry of what has been named before, in part, or a new one. */
static named *entry_for(const void *memory, size_t size_bytes)
{
    for (uint32_t i = 0; i < name_count; i++) {
        if (names[i].start == memory && names[i].size_bytes == size_bytes) {
            return &names[i];
        }
    }
    SIM_EXPECT(name_count < NAMES_MAX, "more than %d names", NAMES_MAX);
    return &names[name_count++];
}

void sim_name(const void *memory, size_t size_bytes, const char *name)
{
    *entry_for(memory, size_bytes) = (named){memory, size_bytes, 1, name, NULL};
}

void sim_name_part(const char *whole, const void *memory, size_t size_bytes, uint32_t count,
                   const char *part)
{
    *entry_for(memory, size_bytes) = (named){memory, size_bytes, count, whole, part};
}

static void write_name(const named *found, size_t offset, char *text)
{
    int used = snprintf(text, SIM_NAME_BYTES, "%s%s%s", found->whole, found->part ? "." : "",
                        found->part ? found->part : "");
    if (found->count > 1) {
        used += snprintf(text + used, SIM_NAME_BYTES - (size_t)used, "[%zu]",
                         offset / found->size_bytes);
    }
    if (offset % found->size_bytes) {
        snprintf(text + used, SIM_NAME_BYTES - (size_t)used, "+%zu", offset % found->size_bytes);
    }
}

/* The latest name wins: a part may be named after the whole. */
const char *sim_name_of(const void *memory, char *text)
{
    for (uint32_t i = name_count; i-- > 0;) {
        uintptr_t offset = (uintptr_t)memory - (uintptr_t)names[i].start;
        if (offset < names[i].size_bytes * names[i].count) {
            write_name(&names[i], offset, text);
            return text;
        }
    }
    snprintf(text, SIM_NAME_BYTES, "arena+%td", sim_arena_offset(memory));
    return text;
}

/* Addresses by name, so that a trace reads the same in every run. */
static void write_value(uint64_t value, char *text)
{
    if (sim_arena_offset((const void *)(uintptr_t)value) >= 0) {
        *text++ = '&';
        sim_name_of((const void *)(uintptr_t)value, text);
    } else {
        snprintf(text, VALUE_BYTES, value >> 32 ? "0x%" PRIx64 : "%" PRIu64, value);
    }
}

static void print_buffer(const sim_thread *thread)
{
    char name[SIM_NAME_BYTES];
    char value[VALUE_BYTES];
    for (uint32_t i = 0; i < thread->buffered; i++) {
        const sim_pending *store = &thread->buffer[i];
        write_value(store->value, value);
        printf("%s%s = %s%s", i ? ", " : "   buffered: ", sim_name_of(store->to, name), value,
               store->release ? " (release)" : "");
    }
}

static void print_line(uint32_t thread, const char *text)
{
    printf("%6" PRIu32 "  %-10s %-52s", sim.steps, sim.scenario->threads[thread].name, text);
    print_buffer(&sim.threads[thread]);
    putchar('\n');
}

void sim_trace(uint32_t thread, const char *operation, const void *memory, uint64_t value)
{
    char name[SIM_NAME_BYTES];
    char number[VALUE_BYTES];
    char text[sizeof name + sizeof number + 64];
    write_value(value, number);
    if (memory) {
        snprintf(text, sizeof text, "%-20s %s = %s", operation, sim_name_of(memory, name), number);
    } else {
        snprintf(text, sizeof text, "%s", operation);
    }
    print_line(thread, text);
}

void sim_note(const char *format, ...)
{
    if (!sim.tracing) {
        return;
    }
    char text[256];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    print_line(sim.current, text);
}
