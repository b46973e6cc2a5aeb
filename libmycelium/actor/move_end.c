/* SPDX-License-Identifier: Apache-2.0 */
#include "actor/journey.h"
#include "actor/stand_in.h"

/* The end of an actor away from its first home: BURIES and what follows, in the table of move.c. */

static void bury_held(myc__shard *shard, myc__actor *cell)
{
    myc__envelope opened;
    myc__stand_in_of(cell)->state = MYC__BURIES;
    while (myc__stand_in_give(cell, &opened)) {
        myc__stand_in_take(shard, cell, opened);
    }
}

/* At A: all that was forwarded has been buried, so what came since is not ahead of it. */
static void bury_at_home(myc__shard *shard, myc__actor *cell, myc__errand *errand)
{
    myc__stand_in_ease(shard, cell);
    myc__slot_free(&shard->slots, myc__address_index(cell->address));
    bury_held(shard, cell);
    myc__stand_in_free(&shard->context, cell);
    myc__trip_end(shard, (myc__trip *)(void *)errand);
}

/* At B: nothing more comes to the slot it lived in. */
static void close_slot(myc__shard *shard, myc__actor *grave, myc__errand *errand)
{
    myc__trip *trip = (myc__trip *)(void *)errand;
    MYC__CHECK(grave == trip->grave);
    myc__slot_free(&shard->slots, myc__address_index(trip->here));
    errand->run = bury_at_home;
    myc__errand_send(&shard->context, grave->address, errand);
}

/* At A. */
static void end_at_home(myc__shard *shard, myc__actor *cell, myc__errand *errand)
{
    const myc__stand_in *self = myc__stand_in_of(cell);
    if (self->state == MYC__HOLDS && !myc_address_equal(self->next, cell->address)) {
        myc__move_give_slot_back(shard, self->next);
    }
    myc__stand_in_close(shard, cell, cell->address);
    errand->run = close_slot;
    myc__errand_send(&shard->context, ((myc__trip *)(void *)errand)->here, errand);
}

myc__trip *myc__move_leave_slot(myc__shard *shard, myc__actor *actor)
{
    myc__trip *trip = actor->annex ? actor->annex->trip : NULL;
    if (!trip) {
        myc__slot_free(&shard->slots, myc__address_index(actor->address));
        return NULL;
    }
    myc__slot_replace(&shard->slots, myc__address_index(trip->here), trip->grave);
    return trip;
}

void myc__move_ended(myc__shard *shard, myc__trip *trip)
{
    if (trip) {
        trip->errand.run = end_at_home;
        myc__errand_send(&shard->context, trip->grave->address, &trip->errand);
    }
}
