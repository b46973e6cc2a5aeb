/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_SERVICE_PARCEL_H
#define MYC_SERVICE_PARCEL_H

/*
 * The one event that waits for a slow subscriber, and the courier that brings it: an actor on the
 * hub's worker that pauses until the subscriber has room. While an event waits, the hub replaces it
 * with each newer one; else the hub delivers by itself.
 *
 *   event    under_way    means                                left by
 *   NULL     no           nothing waits                        post: a send found no room
 *   set      yes          the courier waits for room           replace (hub), delivery (courier)
 *   NULL     yes          closed: the courier has to hear it   its next turn, its last
 *
 * Hub and courier are on one worker, so a parcel needs no lock. It is the payload of the message
 * that sends the courier off, and is kept by the hub beside.
 */
#include "actor/actor.h"

/** What became of events at one worker. */
typedef struct myc__topic_tally {
    uint64_t delivered;
    uint64_t dropped;
    uint64_t replaced;
    uint64_t waiting;
    uint64_t cut_off;
    uint64_t ended;
} myc__topic_tally;

typedef struct myc__parcel {
    const void *topic; /* a reference, once it is adopted: the tally is in it */
    myc__topic_tally *tally;
    const void *event;
    myc_address to;
    uint32_t tag;
    bool under_way;
    bool closed;
    bool ended; /* the courier found that the subscriber has ended */
    myc_address courier;
} myc__parcel;

/** Gives `*parcel` with a courier on `worker`. Returns 0 or why not. Any thread. */
int myc__parcel_create(myc_context *ctx, uint32_t worker, myc_address to, uint32_t tag,
                       myc__parcel **parcel);

/** Lets it count there, in `topic`, which it retains. By the hub, before its first event. */
void myc__parcel_adopt(myc_context *ctx, myc__parcel *parcel, const void *topic,
                       myc__topic_tally *tally);

/** Keeps `event`, which found no room, and sends the courier off. Borrows `event`. */
void myc__parcel_post(myc_context *ctx, myc__parcel *parcel, const void *event);

/** Puts `event` in the place of the one that waits. Borrows it. */
void myc__parcel_replace(myc_context *ctx, myc__parcel *parcel, const void *event);

/** Ends the courier. Takes the caller's reference. */
void myc__parcel_close(myc_context *ctx, myc__parcel *parcel);

#endif
