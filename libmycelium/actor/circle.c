/* SPDX-License-Identifier: Apache-2.0 */
#include "actor/circle.h"

#include "actor/stand_in.h"
#include "actor/wait.h"

typedef struct edge {
    myc_address from;
    uint32_t number; /* of the wait */
    myc_address to;
} edge;

typedef struct chase {
    myc__errand errand;
    edge first;     /* the one it began with */
    edge next;      /* the one it goes along now */
    bool turns;     /* it has found a circle, and turns it */
    uint32_t steps; /* until it had found it; those it has left to turn it */
} chase;

static edge edge_of(const myc__actor *actor)
{
    return (edge){actor->address, actor->annex->wait_number, actor->annex->waits_for};
}

static bool is_first(const myc__actor *actor, const chase *probe)
{
    return myc_address_equal(actor->address, probe->first.from);
}

/* Returns true when it has been round, or when somebody has run since the circle was found: the first
 * ones it came to do. */
static bool turn_at(myc__shard *shard, myc__actor *actor, chase *probe)
{
    myc__wait *wait = myc__wait_take(actor, probe->next.from, probe->next.number);
    if (wait) {
        myc__wait_let_beyond(shard, actor, wait);
    }
    probe->steps--;
    return !wait || probe->steps == 0 || !myc__actor_is_waiting(actor) ||
           actor->annex->wait_probed != actor->annex->wait_number;
}

/* Returns true when it has come to its end. */
static bool look_at(myc__actor *actor, chase *probe)
{
    if (!myc__actor_is_waiting(actor) ||
        !myc__wait_is_listed(actor, probe->next.from, probe->next.number)) {
        return true;
    }
    probe->steps++;
    actor->annex->wait_probed = actor->annex->wait_number;
    if (is_first(actor, probe)) {
        probe->turns = actor->annex->wait_number == probe->first.number;
        return !probe->turns;
    }
    return false;
}

/* One step at the actor the probe has come to. Sets the next one; returns true at the end. */
static bool step_at(myc__shard *shard, myc__actor *actor, chase *probe)
{
    if (probe->turns ? turn_at(shard, actor, probe) : look_at(actor, probe)) {
        return true;
    }
    probe->next = edge_of(actor);
    return false;
}

/* Goes on while the way is on this worker. Returns true at the end. */
static bool walk(myc__shard *shard, myc__actor *actor, chase *probe)
{
    while (actor) {
        if (step_at(shard, actor, probe)) {
            return true;
        }
        if (myc__address_worker(probe->next.to) != shard->index) {
            return false;
        }
        actor = myc__actor_find(shard, probe->next.to);
        if (actor && myc__is_stand_in(actor)) {
            return false;
        }
    }
    return true;
}

static void arrive(myc__shard *shard, myc__actor *actor, myc__errand *errand)
{
    chase *self = (chase *)(void *)errand;
    if (walk(shard, actor, self)) {
        myc__memory_free(&shard->context.memory, myc__header_of(self));
    } else {
        myc__errand_send(&shard->context, self->next.to, &self->errand);
    }
}

/* Without memory to look for a circle it is taken for granted, so that nobody waits for ever. */
static void send_on(myc__shard *shard, myc__actor *actor, const chase *made)
{
    chase *sent = myc__memory_new_internal(&shard->context.memory, sizeof *sent);
    if (sent) {
        *sent = *made;
        myc__errand_init(&sent->errand, arrive);
        myc__errand_send(&shard->context, sent->next.to, &sent->errand);
        return;
    }
    myc__wait *wait = myc__wait_take(actor, made->first.from, made->first.number);
    if (wait) {
        myc__wait_let_beyond(shard, actor, wait);
    }
}

void myc__circle_look(myc__shard *shard, myc__actor *actor, myc_address from, uint32_t number)
{
    edge first = {from, number, actor->address};
    chase begun = {.first = first, .next = first};
    if (from.life && myc__actor_is_waiting(actor) && !walk(shard, actor, &begun)) {
        send_on(shard, actor, &begun);
    }
}
