/* SPDX-License-Identifier: Apache-2.0 */
#include "shard/flight.h"

#include <stdio.h>
#include <string.h>

enum { AT, WHAT, WHO, DETAIL, READ_AT_ONCE = 64 };

static_assert((MYC_EVENTS_KEPT & (MYC_EVENTS_KEPT - 1)) == 0, "rings index by a mask");

myc__flight *myc__flight_make(myc__fabric *fabric)
{
    myc__flight *flight = myc__allocate(&fabric->allocator, sizeof *flight, MYC__CACHE_LINE);
    if (flight) {
        flight->clock = &fabric->clock;
    }
    return flight;
}

void myc__flight_free(myc__fabric *fabric, myc__flight *flight)
{
    myc__free(&fabric->allocator, flight, sizeof *flight);
}

void myc__flight_note(myc__flight *flight, const myc__flight_event *event)
{
    if (!flight) {
        return;
    }
    uint64_t *words = flight->words[flight->next & (MYC_EVENTS_KEPT - 1)];
    myc__store_release_u64(&words[AT], myc__clock_now_ns(flight->clock));
    myc__store_release_u64(&words[WHAT], (uint64_t)event->kind << 32 | event->tag);
    myc__store_release_u64(&words[WHO], (uint64_t)event->actor.life << 32 | event->actor.slot);
    myc__store_release_u64(&words[DETAIL], (uint64_t)event->detail);
    myc__store_release_u64(&flight->next, flight->next + 1);
}

static void read_one(const myc__flight *flight, uint64_t number, myc_event *event)
{
    const uint64_t *words = flight->words[number & (MYC_EVENTS_KEPT - 1)];
    event->at_ns = myc__load_acquire_u64(&words[AT]);
    uint64_t what = myc__load_acquire_u64(&words[WHAT]);
    uint64_t who = myc__load_acquire_u64(&words[WHO]);
    event->detail = (int64_t)myc__load_acquire_u64(&words[DETAIL]);
    event->kind = (myc_event_kind)(what >> 32);
    event->tag = (uint32_t)what;
    event->actor = (myc_address){(uint32_t)who, (uint32_t)(who >> 32)};
}

/* The oldest event that cannot be under the writer's hands. */
static uint64_t first_whole(const myc__flight *flight)
{
    uint64_t next = myc__load_acquire_u64(&flight->next);
    return next < MYC_EVENTS_KEPT ? 0 : next - MYC_EVENTS_KEPT + 1;
}

uint32_t myc__flight_read(const myc__flight *flight, myc_event *events, uint32_t capacity)
{
    uint64_t end = myc__load_acquire_u64(&flight->next);
    uint64_t first = first_whole(flight);
    first = end - first > capacity ? end - capacity : first;
    uint32_t count = 0;
    for (uint64_t number = first; number < end; number++) {
        read_one(flight, number, &events[count++]);
    }
    uint64_t whole = first_whole(flight);
    uint64_t torn = whole > first ? whole - first : 0;
    torn = torn < count ? torn : count;
    memmove(events, events + torn, (count - torn) * sizeof *events);
    return count - (uint32_t)torn;
}

static const char *const kind_names[MYC_EVENT_KINDS] = {"nothing",     "handled", "started",
                                                        "stopped",     "failed",  "dropped",
                                                        "dead letter", "parked",  "woken"};

int myc_event_text(const myc_event *event, char *text, size_t size_bytes)
{
    bool is_known = (unsigned)event->kind < MYC_EVENT_KINDS;
    return snprintf(text, size_bytes, "%llu.%09llu %s actor %u:%u#%u row %u detail %lld",
                    (unsigned long long)(event->at_ns / 1000000000),
                    (unsigned long long)(event->at_ns % 1000000000),
                    is_known ? kind_names[event->kind] : "?", event->actor.slot >> MYC__INDEX_BITS,
                    event->actor.slot & MYC__INDEX_MASK, event->actor.life, event->tag,
                    (long long)event->detail);
}

/* In parts that fit on the stack: no memory is asked for when an invariant is broken. */
static uint32_t dump_from(const myc__shard *shard, myc_log_level level, uint64_t *from)
{
    uint64_t end = myc__load_acquire_u64(&shard->flight->next);
    uint64_t first = first_whole(shard->flight);
    first = *from > first ? *from : first;
    uint64_t stop = end - first > READ_AT_ONCE ? first + READ_AT_ONCE : end;
    for (uint64_t number = first; number < stop; number++) {
        myc_event event;
        char text[128];
        read_one(shard->flight, number, &event);
        if (number >= first_whole(shard->flight)) {
            (void)myc_event_text(&event, text, sizeof text);
            myc__log_line(&shard->context.fabric->log, level, "worker %u: %s", shard->index, text);
        }
    }
    *from = stop;
    return (uint32_t)(stop - first);
}

uint32_t myc__flight_dump(const myc__shard *shard, myc_log_level level)
{
    if (!shard->flight) {
        return 0;
    }
    uint64_t from = 0;
    uint32_t all = 0;
    uint32_t some;
    do {
        some = dump_from(shard, level, &from);
        all += some;
    } while (some && all < MYC_EVENTS_KEPT); /* a worker that goes on makes new ones */
    return all;
}

void myc__flight_dump_last(const void *what)
{
    (void)myc__flight_dump(what, MYC_LOG_ERROR);
}
