/* SPDX-License-Identifier: Apache-2.0 */
#include "actor/grown.h"

static myc__mailbox_links *links_of(const myc__actor *actor)
{
    return myc__mailbox_links_of(&actor->mailbox);
}

static bool is_noted(const myc__actor *actor)
{
    return myc__mailbox_has_ring(&actor->mailbox) && links_of(actor)->next;
}

void myc__grown_note(myc__shard *shard, myc__actor *actor)
{
    if (!myc__mailbox_has_ring(&actor->mailbox) || links_of(actor)->next) {
        return;
    }
    myc__actor *next = shard->grown ? shard->grown : actor;
    myc__actor *previous = shard->grown ? links_of(next)->previous : actor;
    *links_of(actor) = (myc__mailbox_links){next, previous};
    links_of(previous)->next = actor;
    links_of(next)->previous = actor;
    shard->grown = next;
    shard->grown_count++;
    actor->interrupts |= MYC__GROWN;
}

void myc__grown_forget(myc__shard *shard, myc__actor *actor)
{
    if (!is_noted(actor)) {
        return;
    }
    myc__actor *next = links_of(actor)->next;
    myc__actor *previous = links_of(actor)->previous;
    links_of(previous)->next = next;
    links_of(next)->previous = previous;
    shard->grown = next == actor ? NULL : shard->grown == actor ? next : shard->grown;
    shard->grown_count--;
    actor->interrupts &= (uint8_t)~MYC__GROWN;
    *links_of(actor) = (myc__mailbox_links){NULL, NULL};
}

static void drop_ring(myc__shard *shard, myc__actor *actor)
{
    myc__grown_forget(shard, actor);
    myc__mailbox_drop_ring(&actor->mailbox, &shard->context.memory);
    myc__actor_refit(actor);
}

void myc__grown_rest(myc__shard *shard, myc__actor *actor)
{
    if (myc__mailbox_is_quiet(&actor->mailbox)) {
        drop_ring(shard, actor);
    }
}

bool myc__grown_look(myc__shard *shard, uint32_t count)
{
    bool again = false;
    for (uint32_t i = 0; i < count && shard->grown; i++) {
        myc__actor *actor = shard->grown;
        shard->grown = links_of(actor)->next;
        if (myc__mailbox_is_unneeded(&actor->mailbox)) {
            drop_ring(shard, actor);
        } else {
            again = again || actor->mailbox.depth == 0;
        }
    }
    return again;
}
