/* SPDX-License-Identifier: Apache-2.0 */
#include "actor/stand_in.h"

#include "actor/dead_letter.h"
#include "actor/deliver.h"
#include "actor/interpose.h"
#include "actor/pause.h"

myc__actor *myc__stand_in_new(myc_context *ctx, const myc__actor *actor, myc__stand_in_state state)
{
    myc__actor *cell =
        myc__memory_new_internal(&ctx->memory, MYC__STATE_OFFSET + (uint32_t)sizeof(myc__stand_in));
    if (!cell) {
        return NULL;
    }
    *cell = (myc__actor){
        .behaviour = myc__behaviour_plain(actor),
        .address = actor->address,
        .bound = UINT32_MAX,
        .activity = MYC__AWAY,
        .overflow = MYC_OVERFLOW_REFUSE,
    };
    myc__mailbox_init(&cell->mailbox);
    *myc__stand_in_of(cell) = (myc__stand_in){.state = state, .wanted = MYC__NO_WORKER};
    return cell;
}

void myc__stand_in_free(myc_context *ctx, myc__actor *cell)
{
    myc__mailbox_fini(&cell->mailbox, &ctx->memory);
    myc__memory_free(&ctx->memory, myc__header_of(cell));
}

static myc__slot *slot_of(const myc__shard *shard, const myc__actor *cell)
{
    return myc__slot_at(&shard->slots, myc__address_index(cell->address));
}

static void press(myc__shard *shard, myc__actor *cell)
{
    myc__stand_in *self = myc__stand_in_of(cell);
    if (!self->presses) {
        self->presses = true;
        (void)myc__add_relaxed_u32(&slot_of(shard, cell)->pressure, MYC__PRESSURE_WAY);
    }
}

void myc__stand_in_ease(myc__shard *shard, myc__actor *cell)
{
    myc__stand_in *self = myc__stand_in_of(cell);
    if (self->presses) {
        self->presses = false;
        (void)myc__add_relaxed_u32(&slot_of(shard, cell)->pressure, -MYC__PRESSURE_WAY);
    }
}

static bool is_way_full(const myc__shard *shard, const myc__stand_in *self)
{
    const myc__outbox *outbox = shard->context.outbox[myc__address_worker(self->there)];
    return outbox && outbox->waiting.depth;
}

/* What has found the way full waits there. Senders are refused until half of the lane is free. */
static void mind_way(myc__shard *shard, myc__actor *cell)
{
    myc__stand_in *self = myc__stand_in_of(cell);
    if (!self->presses && is_way_full(shard, self) &&
        myc__await_lane(shard, myc__address_worker(self->there), cell->address)) {
        press(shard, cell);
    }
}

static void lose(myc__shard *shard, const myc__actor *cell, const myc__envelope *opened)
{
    if (myc__envelope_opened_tag(opened) >= MYC__CONTROL_TAG) {
        myc__log_line(&shard->context.fabric->log, MYC_LOG_ERROR,
                      "out of memory: an order to actor %s, which has moved, is lost",
                      myc__actor_name(cell));
        myc__count_end(&shard->context.counters.done, 1);
    } else {
        myc_release(&shard->context, opened->payload);
        myc__count_end(&shard->context.counters.dropped_by[MYC_DROP_NEWEST], 1);
    }
}

static void forward(myc__shard *shard, myc__actor *cell, const myc__envelope *opened)
{
    const myc__stand_in *self = myc__stand_in_of(cell);
    myc__envelope envelope =
        myc__envelope_make(self->there, myc__envelope_opened_tag(opened), opened->payload);
    if (myc__context_post_control(&shard->context, myc__address_worker(self->there), envelope)) {
        mind_way(shard, cell);
    } else {
        lose(shard, cell, opened);
    }
}

static void bury(myc__shard *shard, const myc__actor *cell, const myc__envelope *opened)
{
    uint32_t tag = myc__envelope_opened_tag(opened);
    if (tag >= MYC__CONTROL_TAG) {
        myc__obey_for_dead(shard, cell->address, tag, opened->payload);
    } else {
        myc__dead_letter(&shard->context, cell->address, tag, opened->payload, MYC_DEAD_STOPPED);
    }
}

void myc__stand_in_take(myc__shard *shard, myc__actor *cell, myc__envelope opened)
{
    switch (myc__stand_in_of(cell)->state) {
    case MYC__FORWARDS: forward(shard, cell, &opened); break;
    case MYC__HOLDS:
        if (!myc__mailbox_push(&cell->mailbox, &shard->context.memory, opened)) {
            lose(shard, cell, &opened);
        }
        break;
    case MYC__BURIES: bury(shard, cell, &opened); break;
    }
}

void myc__stand_in_order(myc__shard *shard, myc__actor *cell, myc__control what,
                         const void *argument)
{
    myc__count(&shard->context.counters.begun, 1);
    myc__stand_in_take(shard, cell, myc__envelope_opened(what, argument));
}

uint32_t myc__stand_in_room(const myc_context *ctx, myc__actor *cell)
{
    const myc__stand_in *self = myc__stand_in_of(cell);
    uint32_t worker = myc__address_worker(self->there);
    if (self->state != MYC__FORWARDS || myc__slot_is_full(slot_of(ctx->shard, cell))) {
        return 0;
    }
    return ctx->outbox[worker] ? myc__outbox_room(ctx->outbox[worker], 1)
                               : MYC__LANE_SLOTS - MYC__LANE_CONTROL_SLOTS;
}

bool myc__stand_in_give(myc__actor *cell, myc__envelope *opened)
{
    if (cell->mailbox.depth == 0) {
        return false;
    }
    *opened = *myc__mailbox_front(&cell->mailbox);
    myc__mailbox_pop(&cell->mailbox);
    return true;
}

void myc__stand_in_open(myc__shard *shard, myc__actor *cell, myc_address there)
{
    myc__stand_in *self = myc__stand_in_of(cell);
    self->state = MYC__FORWARDS;
    self->there = there;
    myc__stand_in_ease(shard, cell);
    myc__envelope opened;
    while (myc__stand_in_give(cell, &opened)) {
        forward(shard, cell, &opened);
    }
}

void myc__stand_in_close(myc__shard *shard, myc__actor *cell, myc_address next)
{
    myc__stand_in *self = myc__stand_in_of(cell);
    self->state = MYC__HOLDS;
    self->next = next;
    self->wanted = MYC__NO_WORKER;
    press(shard, cell);
}

void myc__stand_in_resume(myc__shard *shard, myc__actor *cell)
{
    myc__stand_in *self = myc__stand_in_of(cell);
    if (self->state == MYC__FORWARDS) {
        myc__stand_in_ease(shard, cell);
        mind_way(shard, cell);
    }
    if (self->state != MYC__BURIES) {
        myc__stand_in_order(shard, cell, MYC__CONTROL_ROOM, NULL);
    }
}
