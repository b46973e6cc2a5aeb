/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An actor comes to be: a worker is chosen, the cell is built and filled, its slot publishes it, and
 * it gets its first turn.
 */
#include <string.h>

#include "actor/control.h"
#include "actor/dedicated.h"
#include "actor/policy.h"
#include "actor/restart.h"
#include "actor/spawn_options.h"
#include "actor/stash.h"

/* What is wrong with a behaviour, or NULL. */
static const char *fault_of_behaviour(const myc_behaviour *behaviour)
{
    if (behaviour->protocol->row_count > MYC__ROWS_MAX) {
        return "its protocol has more than 1000 rows";
    }
    if (behaviour->state_alignment_bytes > 16) {
        return "its state is aligned to more than 16 bytes";
    }
    return NULL;
}

MYC__COLD static int claim_dedicated(myc_context *ctx, const myc_behaviour *behaviour,
                                     uint32_t *worker)
{
    if (myc__dedicated_claim(ctx->fabric, worker)) {
        return 0;
    }
    myc__log_line(
        &ctx->fabric->log, MYC_LOG_ERROR,
        "actor %s cannot be spawned: each of the %u dedicated workers has its actor; raise "
        "`dedicated` of the system's options",
        behaviour->name, ctx->fabric->shard_count - ctx->fabric->worker_count);
    return MYC_ELIMIT;
}

/* A child of an actor with a worker of its own is not to be blocked by its parent. */
static uint32_t spread_from(myc_context *ctx)
{
    return myc__add_relaxed_u32(&ctx->fabric->next_spread, 1) % ctx->fabric->worker_count;
}

static int choose_worker(myc_context *ctx, const myc_behaviour *behaviour,
                         const myc_spawn_options *options, uint32_t *worker)
{
    if (MYC__LIKELY(options->place == MYC_PLACE_WITH_SPAWNER &&
                    ctx->worker < ctx->fabric->worker_count)) {
        *worker = ctx->worker;
        return 0;
    }
    if (options->place == MYC_PLACE_DEDICATED) {
        return claim_dedicated(ctx, behaviour, worker);
    }
    *worker = options->place == MYC_PLACE_ON_WORKER ? options->worker : spread_from(ctx);
    return 0;
}

static bool fill_annex(myc_context *ctx, myc__actor *actor, const myc_spawn_options *options)
{
    bool dedicated = options->place == MYC_PLACE_DEDICATED;
    if (!options->name && !dedicated) {
        return true;
    }
    myc__annex *annex = myc__annex_of(ctx, actor);
    if (annex) {
        annex->dedicated = dedicated;
        strncpy(annex->name, options->name ? options->name : "", MYC__NAME_BYTES - 1);
    }
    return annex != NULL;
}

static void abandon(myc_context *ctx, myc__actor *actor)
{
    if (actor->annex) {
        myc__stash_abandon(ctx, actor);
        myc__policy_end(ctx, actor);
        myc__memory_free(&ctx->memory, myc__header_of(actor->annex));
    }
    myc__memory_free(&ctx->memory, myc__header_of(actor));
}

enum { WORD_BYTES = 8, COPIED_BY_WORDS_MAX = 64 };

/* A state most often is a literal whose fields were stored just now: wider loads than those stores
 * would wait until they have left the store buffer. Returns how many bytes are left. */
static uint32_t copy_words(uint8_t *to, const uint8_t *from, uint32_t size_bytes)
{
    while (size_bytes >= WORD_BYTES) {
        uint64_t word;
        memcpy(&word, from, WORD_BYTES);
        __asm__("" : "+r"(word)); /* stays a word: else the compiler makes one memcpy of the loop */
        memcpy(to, &word, WORD_BYTES);
        to += WORD_BYTES;
        from += WORD_BYTES;
        size_bytes -= WORD_BYTES;
    }
    return size_bytes;
}

static void copy_small(uint8_t *to, const uint8_t *from, uint32_t size_bytes)
{
    uint32_t left = copy_words(to, from, size_bytes);
    if (left) {
        memcpy(to + size_bytes - left, from + size_bytes - left, left);
    }
}

static void copy_state(myc__actor *actor, const void *state)
{
    uint32_t size_bytes = actor->behaviour->state_size_bytes;
    if (state && size_bytes <= COPIED_BY_WORDS_MAX) {
        copy_small(myc__actor_state(actor), state, size_bytes);
    } else if (state) {
        memcpy(myc__actor_state(actor), state, size_bytes);
    } else {
        memset(myc__actor_state(actor), 0, size_bytes);
    }
}

/* Field by field: to zero all of it first takes longer than all else here. `held` and `why` are
 * set with their interrupts; the address when it is published. */
static void fill(myc__actor *actor, const myc_behaviour *behaviour,
                 const myc_spawn_options *options)
{
    actor->behaviour = behaviour;
    actor->run_next = NULL;
    actor->bound = options->mailbox_bound;
    actor->batch_max = options->batch_max;
    actor->interrupts = MYC__STARTING;
    actor->overflow = (uint8_t)options->overflow;
    actor->activity = MYC__IDLE;
    actor->annex = NULL;
    actor->handled = 0;
    myc__mailbox_init(&actor->mailbox);
    myc__actor_refit(actor);
}

/* What few actors ask for. */
static bool give_extras(myc_context *ctx, myc__actor *actor, const myc_spawn_options *options)
{
    return fill_annex(ctx, actor, options) &&
           (!options->policy || myc__policy_make(ctx, actor, options->policy)) &&
           (!options->stash_bound || myc__stash_make(ctx, actor, options->stash_bound)) &&
           (!options->lineage || myc__lineage_attach(ctx, actor, options->lineage));
}

static myc__actor *build(myc_context *ctx, const myc_behaviour *behaviour, const void *state,
                         const myc_spawn_options *options)
{
    myc__actor *actor =
        myc__memory_new_internal(&ctx->memory, MYC__STATE_OFFSET + behaviour->state_size_bytes);
    if (!actor) {
        return NULL;
    }
    fill(actor, behaviour, options);
    copy_state(actor, state);
    if (!give_extras(ctx, actor, options)) {
        abandon(ctx, actor);
        return NULL;
    }
    return actor;
}

static void count_birth(myc_context *ctx, myc__shard *home)
{
    if (home == ctx->shard) {
        myc__count(&home->born, 1);
    } else {
        (void)myc__add_relaxed_u64(&home->born_from_elsewhere, 1);
    }
}

/* In one store: an address is passed on in one register, and a load of two stores would wait until
 * both have left the store buffer, behind all that the new actor's memory still holds up. */
static void put_address(myc_address *to, uint32_t slot, uint32_t life)
{
    static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the slot comes first");
    uint64_t both = (uint64_t)life << 32 | slot;
    memcpy(to, &both, sizeof both);
}

/* The slot publishes the actor, so everything in it must be in place before. */
static int publish(myc_context *ctx, myc__shard *home, myc__actor *actor, myc_address *address)
{
    uint32_t index;
    uint32_t generation;
    int error = home == ctx->shard ? myc__slot_take_at_home(&home->slots, &index, &generation)
                                   : myc__slot_take(&home->slots, &index, &generation);
    if (error) {
        return error;
    }
    put_address(address, home->index << MYC__INDEX_BITS | index, generation);
    put_address(&actor->address, home->index << MYC__INDEX_BITS | index, generation);
    myc__count(&ctx->counters.begun, 1);
    count_birth(ctx, home);
    myc__slot_publish(myc__slot_at(&home->slots, index), actor, generation);
    return 0;
}

/* `order` is NULL when the actor lives here. */
static void set_going(myc_context *ctx, myc__actor *actor, myc__order *order, myc_address address)
{
    if (order) {
        myc__control_put(ctx, order, address, MYC__CONTROL_START, NULL);
    } else {
        myc__schedule(ctx->shard, actor);
    }
}

/* All that can fail comes before the actor can be found. */
static int bring_up(myc_context *ctx, myc__shard *home, myc__actor *actor, myc_address *address)
{
    bool away = home != ctx->shard;
    myc__order *order = away ? myc__order_new(&ctx->memory) : NULL;
    int error = away && !order ? MYC_ENOMEM : publish(ctx, home, actor, address);
    if (error && order) {
        (void)myc__order_free(order, &ctx->memory);
    }
    if (!error) {
        set_going(ctx, actor, order, *address);
    }
    return error;
}

/* A worker that was claimed for the actor is given back when there is none in the end. */
static int spawn_on(myc_context *ctx, uint32_t worker, const myc_behaviour *behaviour,
                    const void *state, const myc_spawn_options *options, myc_address *address)
{
    myc__actor *actor = build(ctx, behaviour, state, options);
    int error = MYC__LIKELY(actor) ? bring_up(ctx, ctx->fabric->shards[worker], actor, address)
                                   : MYC_ENOMEM;
    if (MYC__UNLIKELY(error)) {
        if (actor) {
            abandon(ctx, actor);
        }
        myc__dedicated_leave(ctx->fabric, worker);
    }
    return error;
}

static int spawn(myc_context *ctx, const myc_behaviour *behaviour, const void *state,
                 const myc_spawn_options *options, myc_address *address)
{
    const char *fault = fault_of_behaviour(behaviour);
    if (MYC__UNLIKELY(fault != NULL)) {
        return myc__spawn_refuse(ctx, behaviour, fault);
    }
    if (MYC__UNLIKELY(myc__load_acquire_u32(&ctx->fabric->stopping))) {
        return MYC_ESTOPPING;
    }
    uint32_t worker;
    int error = choose_worker(ctx, behaviour, options, &worker);
    return error ? error : spawn_on(ctx, worker, behaviour, state, options, address);
}

int myc_spawn(myc_context *ctx, const myc_behaviour *behaviour, const void *state,
              const myc_spawn_options *given, myc_address *address)
{
    if (!given) {
        return spawn(ctx, behaviour, state, &myc__spawn_defaults, address);
    }
    myc_spawn_options options;
    int error = myc__spawn_options_complete(ctx, behaviour, given, &options);
    return error ? error : spawn(ctx, behaviour, state, &options, address);
}
