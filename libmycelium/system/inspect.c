/* SPDX-License-Identifier: Apache-2.0 */
#include "actor/call.h"
#include "actor/listing.h"
#include "actor/stand_in.h"
#include "system/ask_worker.h"

enum {
    CENSUS_ACTORS = 128, /* described in one call */
    CENSUS_SLOTS = 4096, /* looked at in one call: what a worker is kept from its actors with */
};

typedef struct census {
    myc__call call;
    uint32_t from;  /* the first slot */
    uint32_t next;  /* the first that was not looked at */
    bool is_over;   /* there is none */
    uint32_t count; /* of infos */
    myc_actor_info infos[CENSUS_ACTORS];
} census;

typedef struct visiting {
    void (*visit)(void *user, const myc_actor_info *info);
    void *user;
    int64_t count;
} visiting;

static void take_census(myc__shard *shard, myc__call *call)
{
    census *taken = (census *)(void *)call;
    uint32_t used = myc__slot_table_used(&shard->slots);
    uint32_t end = used - taken->from < CENSUS_SLOTS ? used : taken->from + CENSUS_SLOTS;
    uint32_t index = taken->from;
    for (; index < end && taken->count < CENSUS_ACTORS; index++) {
        const myc__slot *slot = myc__slot_at(&shard->slots, index);
        if ((myc__load_acquire_u32(&slot->life) & 1) && !myc__is_stand_in(slot->actor)) {
            myc__describe(shard, slot->actor, &taken->infos[taken->count++]);
        }
    }
    taken->next = index;
    taken->is_over = index >= used;
}

static census *make_census(myc_context *ctx, uint32_t from)
{
    census *made = myc__memory_new_internal(&ctx->memory, sizeof *made);
    if (made) {
        made->call = (myc__call){.run = take_census};
        made->from = from;
        made->count = 0;
    }
    return made;
}

static void tell(visiting *visitor, const census *taken)
{
    for (uint32_t i = 0; i < taken->count; i++) {
        visitor->visit(visitor->user, &taken->infos[i]);
    }
    visitor->count += taken->count;
}

/* Under a lock of the library no callback runs: first a copy. */
typedef struct outside {
    const myc__shard *shard;
    myc_actor_info *infos;
    uint32_t from;
    uint32_t next;
    uint32_t count;
} outside;

static void describe_slot(void *user, uint32_t index, const myc__slot *slot)
{
    outside *seen = user;
    if (index >= seen->from && seen->count < CENSUS_ACTORS && !myc__is_stand_in(slot->actor)) {
        myc__describe_from_outside(seen->shard, slot->actor, &seen->infos[seen->count++]);
        seen->next = index + 1;
    }
}

static void list_from_outside(myc__shard *shard, uint32_t from, census *into, visiting *visitor)
{
    outside seen = {.shard = shard, .infos = into->infos, .next = from};
    do {
        seen.from = seen.next;
        seen.count = 0;
        myc__slot_each_alive(&shard->slots, describe_slot, &seen);
        into->count = seen.count;
        tell(visitor, into);
    } while (seen.count == CENSUS_ACTORS);
}

/* What is asked of a worker that is stuck is left to it: the copy goes into another one. */
static int list_stuck(myc_context *ctx, myc__shard *shard, uint32_t from, visiting *visitor)
{
    census *into = make_census(ctx, from);
    if (!into) {
        return MYC_ENOMEM;
    }
    list_from_outside(shard, from, into, visitor);
    myc__memory_free(&ctx->memory, myc__header_of(into));
    return 0;
}

static int list_worker(myc_system *system, myc__shard *shard, uint64_t deadline_ns,
                       visiting *visitor)
{
    myc_context *ctx = myc_context_of(system);
    bool is_over = false;
    for (uint32_t from = 0; !is_over;) {
        census *taken = ctx ? make_census(ctx, from) : NULL;
        if (!taken) {
            return MYC_ENOMEM;
        }
        int error = myc__ask_worker(system, shard, &taken->call, deadline_ns);
        if (error) {
            return error == MYC_ETIMEDOUT   ? list_stuck(ctx, shard, from, visitor)
                   : error == MYC_ESTOPPING ? 0
                                            : error;
        }
        tell(visitor, taken);
        from = taken->next;
        is_over = taken->is_over;
        myc__call_leave(ctx, &taken->call);
    }
    return 0;
}

int64_t myc_system_each_actor(myc_system *system, uint64_t timeout_ns,
                              void (*visit)(void *user, const myc_actor_info *info), void *user)
{
    visiting visitor = {visit, user, 0};
    if (myc__in_a_handler(system)) {
        return MYC_ETHREAD;
    }
    int error = 0;
    for (uint32_t i = 0; i < system->fabric.shard_count && !error; i++) {
        error = list_worker(system, system->fabric.shards[i], myc__ask_worker_deadline(timeout_ns),
                            &visitor);
    }
    return error ? error : visitor.count;
}

typedef struct question {
    myc__call call;
    const myc__shard *shard;
    myc_address actor;
    myc_address moved_to; /* the slot it lives in now; life 0: it has not moved */
    bool is_found;
    myc_actor_info info;
} question;

static void describe_one(myc__shard *shard, myc__call *call)
{
    question *asked = (question *)(void *)call;
    myc__actor *actor = myc__actor_find(shard, asked->actor);
    asked->is_found = actor != NULL;
    if (actor) {
        asked->moved_to = myc__moved_to(actor);
        myc__describe(shard, actor, &asked->info);
    }
}

static void describe_if_it_is(void *user, uint32_t index, const myc__slot *slot)
{
    question *asked = user;
    bool is_it = index == myc__address_index(asked->actor) &&
                 myc__load_relaxed_u32(&slot->life) == asked->actor.life;
    if (is_it) {
        asked->is_found = true;
        myc__describe_from_outside(asked->shard, slot->actor, &asked->info);
    }
}

static int describe_stuck(myc__shard *shard, myc_address actor, myc_actor_info *info)
{
    question asked = {.shard = shard, .actor = actor};
    myc__slot_each_alive(&shard->slots, describe_if_it_is, &asked);
    *info = asked.info;
    return asked.is_found ? MYC_ETIMEDOUT : MYC_ENOENT;
}

/* Sets `*moved_to` when it is to be asked there. */
static int ask_about(myc_system *system, myc_address actor, uint64_t deadline_ns,
                     myc_actor_info *info, myc_address *moved_to)
{
    myc__shard *shard = system->fabric.shards[myc__address_worker(actor)];
    myc_context *ctx = myc_context_of(system);
    question *asked = ctx ? myc__memory_new_internal(&ctx->memory, sizeof *asked) : NULL;
    if (!asked) {
        return MYC_ENOMEM;
    }
    *asked = (question){.call.run = describe_one, .actor = actor};
    int error = myc__ask_worker(system, shard, &asked->call, deadline_ns);
    if (error) {
        return error == MYC_ETIMEDOUT   ? describe_stuck(shard, actor, info)
               : error == MYC_ESTOPPING ? MYC_ENOENT
                                        : error;
    }
    error = asked->is_found ? 0 : MYC_ENOENT;
    *info = asked->info;
    *moved_to = asked->moved_to;
    myc__call_leave(ctx, &asked->call);
    return error;
}

int myc_system_actor(myc_system *system, myc_address actor, uint64_t timeout_ns,
                     myc_actor_info *info)
{
    if (myc__in_a_handler(system)) {
        return MYC_ETHREAD;
    }
    if (!myc__is_placed(&system->fabric, actor)) {
        return MYC_ENOENT;
    }
    uint64_t deadline_ns = myc__ask_worker_deadline(timeout_ns);
    myc_address moved_to = {0};
    int error = ask_about(system, actor, deadline_ns, info, &moved_to);
    return !error && moved_to.life ? ask_about(system, moved_to, deadline_ns, info, &moved_to)
                                   : error;
}
