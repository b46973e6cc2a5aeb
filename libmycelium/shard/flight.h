/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_SHARD_FLIGHT_H
#define MYC_SHARD_FLIGHT_H

/*
 * The flight recorder of a worker: a ring of its last events. One writer; readers on any thread, at
 * any time, who never hold it up.
 *
 *   word     := event n's     release, by the writer: who sees it sees `next` at n or beyond
 *   next     := n + 1         release: who sees it sees event n whole
 *
 * A reader reads `next`, copies events, and reads `next` again: event n's place belongs to event
 * n + KEPT from the moment `next` is that, so what it copied of n is whole if `next` still is below.
 */
#include <mycelium/inspect.h>

#include "shard/fabric.h"

enum { MYC__FLIGHT_WORDS = 4 };

typedef struct myc__flight_event {
    myc_event_kind kind;
    myc_address actor;
    uint32_t tag;
    int64_t detail;
} myc__flight_event;

typedef struct myc__flight {
    const myc__clock *clock;
    alignas(MYC__CACHE_LINE) uint64_t next;             /* atomic */
    uint64_t words[MYC_EVENTS_KEPT][MYC__FLIGHT_WORDS]; /* atomic */
} myc__flight;

/** Gives an empty recorder, or NULL. */
myc__flight *myc__flight_make(myc__fabric *fabric);

/** Takes it; NULL is ignored. */
void myc__flight_free(myc__fabric *fabric, myc__flight *flight);

/** Records an event, as of now. `flight` may be NULL. The worker. */
void myc__flight_note(myc__flight *flight, const myc__flight_event *event);

/** Copies the newest events, the oldest of them first. Returns how many. Any thread. */
uint32_t myc__flight_read(const myc__flight *flight, myc_event *events, uint32_t capacity);

/** Writes the events of the shard `what` to the log: a check has failed. */
void myc__flight_dump_last(const void *what);

/** The same for any shard and cause. Returns how many it were. */
uint32_t myc__flight_dump(const myc__shard *shard, myc_log_level level);

#endif
