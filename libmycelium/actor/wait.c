/* SPDX-License-Identifier: Apache-2.0 */
#include "actor/wait.h"

#include "actor/circle.h"
#include "actor/dead_letter.h"
#include "actor/deliver.h"
#include "actor/pause.h"
#include "actor/policy.h"

static void free_wait(myc__shard *shard, myc__wait *wait)
{
    myc__memory_free(&shard->context.memory, myc__header_of(wait));
}

static myc__wait *pop(myc__wait **first, myc__wait **last)
{
    myc__wait *wait = *first;
    *first = wait->next;
    if (!*first) {
        *last = NULL;
    }
    return wait;
}

static void append(myc__wait **first, myc__wait **last, myc__wait *wait)
{
    wait->next = NULL;
    *(*last ? &(*last)->next : first) = wait;
    *last = wait;
}

/* ---- at the receiver ---- */

static void come_back(myc__shard *shard, myc__actor *actor, myc__errand *errand);

/* Its sender need wait no more. Takes `wait`. */
static void send_back(myc__shard *shard, myc__wait *wait)
{
    if (!wait->from.life) {
        free_wait(shard, wait);
    } else if (myc__address_worker(wait->from) == shard->index) {
        wait->errand.run = come_back;
        myc__errand_run(shard, myc__actor_find(shard, wait->from), &wait->errand);
    } else {
        wait->errand.run = come_back;
        myc__errand_send(&shard->context, wait->from, &wait->errand);
    }
}

/* False when there is no memory for a larger ring, or the mailbox policy has no room for this one:
 * nothing has changed then. */
static bool put_in(myc__shard *shard, myc__actor *actor, const myc__wait *wait)
{
    myc__envelope envelope = myc__envelope_opened(wait->tag, wait->payload);
    if (wait->payload && actor->overflow != MYC_OVERFLOW_REFUSE) {
        myc__deliver(shard, actor, envelope);
        return true;
    }
    if (wait->payload && myc__has_policy(actor)) {
        return myc__policy_let_in(shard, actor, envelope);
    }
    return !wait->payload || myc__enqueue(shard, actor, envelope);
}

void myc__wait_let_beyond(myc__shard *shard, myc__actor *actor, myc__wait *wait)
{
    wait->beyond = true;
    myc__count(&shard->context.counters.circled, 1);
    myc__envelope envelope = myc__envelope_opened(wait->tag, wait->payload);
    if (wait->payload && myc__has_policy(actor)) {
        myc__policy_force(shard, actor, envelope);
    } else if (wait->payload) {
        myc__deliver(shard, actor, envelope);
    }
    send_back(shard, wait);
}

static void bury(myc__shard *shard, myc__wait *wait, myc_dead_reason reason)
{
    if (wait->payload) {
        myc__dead_letter(&shard->context, wait->to, wait->tag, wait->payload, reason);
    }
    send_back(shard, wait);
}

/* A message may not overtake one that waits: they may be of one sender, which has ended. */
static bool has_room_for(const myc__actor *actor, const myc__wait *wait)
{
    if (!wait->payload) {
        return myc__has_drained(actor);
    }
    return actor->overflow != MYC_OVERFLOW_REFUSE ||
           (!myc__actor_has_waiters(actor) && actor->mailbox.depth < actor->bound);
}

static bool is_that(const myc__wait *wait, myc_address from, uint32_t number)
{
    return wait->number == number && myc_address_equal(wait->from, from);
}

/* One that was woken by something else may pause again before it was granted room: it keeps its
 * place. Returns true when it is in the list already. */
static bool renew(const myc__annex *annex, const myc__wait *wait)
{
    myc__wait *other = wait->payload ? NULL : annex->waits_first;
    while (other && (other->payload || !myc_address_equal(other->from, wait->from))) {
        other = other->next;
    }
    if (other) {
        other->number = wait->number;
    }
    return other != NULL;
}

static bool list(myc__shard *shard, myc__actor *actor, myc__wait *wait)
{
    myc__annex *annex = myc__annex_of(&shard->context, actor);
    if (!annex) {
        return false;
    }
    actor->interrupts |= MYC__CROWDED;
    myc_address from = wait->from;
    uint32_t number = wait->number;
    if (renew(annex, wait)) {
        free_wait(shard, wait);
    } else {
        append(&annex->waits_first, &annex->waits_last, wait);
    }
    myc__circle_look(shard, actor, from, number);
    return true;
}

static void arrive(myc__shard *shard, myc__actor *actor, myc__errand *errand)
{
    myc__wait *wait = (myc__wait *)(void *)errand;
    if (!actor) {
        const myc__shard *home = shard->context.fabric->shards[myc__address_worker(wait->to)];
        bury(shard, wait, myc__dead_reason_of(home, wait->to));
    } else if (has_room_for(actor, wait) && put_in(shard, actor, wait)) {
        send_back(shard, wait);
    } else if (!list(shard, actor, wait)) {
        myc__wait_let_beyond(shard, actor, wait); /* there is no memory to wait in */
    }
}

bool myc__wait_is_listed(const myc__actor *actor, myc_address from, uint32_t number)
{
    const myc__wait *wait = actor->annex ? actor->annex->waits_first : NULL;
    while (wait && !is_that(wait, from, number)) {
        wait = wait->next;
    }
    return wait != NULL;
}

myc__wait *myc__wait_take(myc__actor *actor, myc_address from, uint32_t number)
{
    myc__wait *before = NULL;
    myc__wait *wait = actor->annex ? actor->annex->waits_first : NULL;
    while (wait && !is_that(wait, from, number)) {
        before = wait;
        wait = wait->next;
    }
    if (wait) {
        *(before ? &before->next : &actor->annex->waits_first) = wait->next;
        if (actor->annex->waits_last == wait) {
            actor->annex->waits_last = before;
        }
    }
    return wait;
}

/* The room goes to those who have waited longest, some at a time: whom a turn leaves over the next
 * one lets in. One that is paused itself may have no next turn, so it gives all the room it has. */
void myc__waits_grant(myc__shard *shard, myc__actor *actor)
{
    myc__annex *annex = actor->annex;
    bool all = actor->interrupts & MYC__PAUSED;
    for (uint32_t i = 0; annex->waits_first && (all || i < MYC__GRANTED_PER_TURN) &&
                         actor->mailbox.depth < actor->bound;
         i++) {
        if (!put_in(shard, actor, annex->waits_first)) {
            return;
        }
        send_back(shard, pop(&annex->waits_first, &annex->waits_last));
    }
}

/* ---- at the sender ---- */

static void note_out(myc__annex *annex, myc__wait *wait)
{
    wait->number = ++annex->wait_number;
    annex->waits_for = wait->to;
    annex->is_waiting = true;
}

/* By errand also to this worker: a call would be deep inside that of the wait before. */
static void send_next(myc__shard *shard, myc__annex *annex)
{
    myc__wait *wait = pop(&annex->sends_first, &annex->sends_last);
    note_out(annex, wait);
    myc__errand_send(&shard->context, wait->to, &wait->errand);
}

static void go_on(myc__shard *shard, myc__actor *actor, const myc__wait *wait)
{
    myc__annex *annex = actor->annex;
    annex->is_waiting = false;
    annex->pass = wait->beyond && !wait->payload ? wait->to : (myc_address){0};
    if (annex->sends_first) {
        send_next(shard, annex);
    } else {
        annex->is_sending = false;
        myc__resume(shard, actor);
    }
}

static void come_back(myc__shard *shard, myc__actor *actor, myc__errand *errand)
{
    myc__wait *wait = (myc__wait *)(void *)errand;
    if (actor && myc__actor_is_waiting(actor) && actor->annex->wait_number == wait->number) {
        go_on(shard, actor, wait);
    } else if (actor) {
        myc__resume(shard, actor); /* it paused on several, and goes on with the first of them */
    }
    free_wait(shard, wait);
}

bool myc__wait_use_pass(myc_context *ctx, myc_address to)
{
    if (!myc__wait_has_pass(ctx, to)) {
        return false;
    }
    ctx->current->annex->pass = (myc_address){0};
    return true;
}

static myc__wait *make(myc_context *ctx, myc_address to, uint32_t tag, const void *payload)
{
    myc__wait *wait = myc__memory_new_internal(&ctx->memory, sizeof *wait);
    if (wait) {
        *wait =
            (myc__wait){.payload = payload, .tag = tag, .from = ctx->current->address, .to = to};
        myc__errand_init(&wait->errand, arrive);
    }
    return wait;
}

static void send_first(myc__shard *shard, myc__wait *wait)
{
    myc_address to = wait->to;
    if (myc__address_worker(to) == shard->index) {
        myc__errand_run(shard, myc__actor_find(shard, to), &wait->errand);
    } else {
        myc__errand_send(&shard->context, to, &wait->errand);
    }
}

bool myc__wait_begin(myc_context *ctx, myc_address to, uint32_t tag, const void *payload)
{
    myc__annex *annex = myc__annex_of(ctx, ctx->current);
    myc__wait *wait = annex ? make(ctx, to, tag, payload) : NULL;
    if (!wait) {
        return false;
    }
    ctx->current->interrupts |= MYC__PAUSED;
    if (annex->is_sending) {
        append(&annex->sends_first, &annex->sends_last, wait);
    } else {
        annex->is_sending = payload != NULL;
        note_out(annex, wait);
        send_first(ctx->shard, wait);
    }
    return true;
}

/* ---- at the end of either ---- */

void myc__waits_end(myc__shard *shard, myc__actor *actor)
{
    myc__annex *annex = actor->annex;
    myc_dead_reason reason =
        actor->why.reason == MYC_EXIT_SYSTEM ? MYC_DEAD_DISCARDED : MYC_DEAD_LEFT;
    while (annex->waits_first) {
        bury(shard, pop(&annex->waits_first, &annex->waits_last), reason);
    }
    while (annex->sends_first) {
        myc__wait *wait = pop(&annex->sends_first, &annex->sends_last);
        wait->from = (myc_address){0};
        myc__errand_send(&shard->context, wait->to, &wait->errand);
    }
}
