/* SPDX-License-Identifier: Apache-2.0 */
#include "service/parcel.h"

#include "actor/restart.h"

static void parcel_destroy(myc_context *ctx, void *payload)
{
    myc__parcel *parcel = payload;
    myc_release(ctx, parcel->event);
    myc_release(ctx, parcel->topic);
}

static const myc_type parcel_type = {.name = "myc_parcel",
                                     .size_bytes = sizeof(myc__parcel),
                                     .alignment_bytes = MYC__ALIGNOF(myc__parcel),
                                     .destroy = parcel_destroy};

static void forget_event(myc_context *ctx, myc__parcel *parcel)
{
    myc_release(ctx, parcel->event);
    parcel->event = NULL;
    myc__count(&parcel->tally->waiting, (uint64_t)-1);
}

/* Returns false when there is no room. */
static bool try_to_deliver(myc_context *ctx, myc__parcel *parcel)
{
    switch (myc_send(ctx, parcel->to, parcel->tag, myc_retain(ctx, parcel->event))) {
    case MYC_SENT: myc__count(&parcel->tally->delivered, 1); break;
    case MYC_FULL: return false;
    default: myc__count(&parcel->tally->dropped, 1); parcel->ended = true;
    }
    forget_event(ctx, parcel);
    return true;
}

static myc_next courier_dispatch(void *state, myc_context *ctx, uint32_t tag, const void *payload)
{
    (void)state;
    (void)tag;
    myc__parcel *parcel = (void *)(uintptr_t)payload;
    if (parcel->closed) {
        return MYC_STOP;
    }
    if (!try_to_deliver(ctx, parcel)) {
        myc_pause_until_room(ctx, parcel->to);
        return MYC_AGAIN;
    }
    parcel->under_way = false;
    return MYC_CONTINUE;
}

static const myc_row courier_rows[] = {{.name = "parcel", .type = &parcel_type}};
static const myc_protocol courier_protocol = {"myc_courier", courier_rows, 1};
static const myc_behaviour courier_behaviour = {.name = "myc_courier",
                                                .protocol = &courier_protocol,
                                                .state_alignment_bytes = 1,
                                                .dispatch = courier_dispatch};

static int employ(myc_context *ctx, myc__parcel *parcel, uint32_t worker)
{
    myc_spawn_options options = {
        .place = MYC_PLACE_ON_WORKER, .worker = worker, .lineage = &(myc__lineage){.stays = true}};
    return myc_spawn(ctx, &courier_behaviour, NULL, &options, &parcel->courier);
}

int myc__parcel_create(myc_context *ctx, uint32_t worker, myc_address to, uint32_t tag,
                       myc__parcel **created)
{
    myc__parcel *parcel = myc_new_uninitialized(ctx, &parcel_type);
    if (!parcel) {
        return MYC_ENOMEM;
    }
    *parcel = (myc__parcel){.to = to, .tag = tag};
    int error = employ(ctx, parcel, worker);
    if (error) {
        myc_release(ctx, parcel);
        return error;
    }
    *created = parcel;
    return 0;
}

void myc__parcel_adopt(myc_context *ctx, myc__parcel *parcel, const void *topic,
                       myc__topic_tally *tally)
{
    parcel->topic = myc_retain(ctx, topic);
    parcel->tally = tally;
}

void myc__parcel_post(myc_context *ctx, myc__parcel *parcel, const void *event)
{
    parcel->event = myc_retain(ctx, event);
    myc__count(&parcel->tally->waiting, 1);
    parcel->under_way = myc_send(ctx, parcel->courier, 0, myc_retain(ctx, parcel)) == MYC_SENT;
    if (!parcel->under_way) { /* only when the system stops: couriers end before hubs then */
        forget_event(ctx, parcel);
        myc__count(&parcel->tally->dropped, 1);
    }
}

void myc__parcel_replace(myc_context *ctx, myc__parcel *parcel, const void *event)
{
    forget_event(ctx, parcel);
    myc__count(&parcel->tally->replaced, 1);
    parcel->event = myc_retain(ctx, event);
    myc__count(&parcel->tally->waiting, 1);
}

/* A courier under way hears of it when its pause ends, so no message of ours becomes a dead
 * letter. */
void myc__parcel_close(myc_context *ctx, myc__parcel *parcel)
{
    parcel->closed = true;
    if (parcel->event) {
        forget_event(ctx, parcel);
        myc__count(&parcel->tally->replaced, 1);
    }
    if (!parcel->under_way) {
        myc_stop(ctx, parcel->courier);
    }
    myc_release(ctx, parcel);
}
