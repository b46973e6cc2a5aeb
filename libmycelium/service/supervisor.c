/* SPDX-License-Identifier: Apache-2.0 */
#include <mycelium/supervisor.h>

#include <string.h>

#include "service/crew.h"

/*
 * Children are spawned dormant, in their order; then the supervisor, which has the roster of all
 * and starts them. So nothing runs before all is there, and until then each step can be undone.
 */
struct supervisor {
    uint64_t unused;
};

static int on_start(void *self, myc_context *ctx)
{
    (void)self;
    myc__roster_start(ctx->shard, ctx->current);
    return 0;
}

static myc_next dispatch(void *self, myc_context *ctx, uint32_t tag, const void *payload)
{
    (void)self;
    (void)ctx;
    (void)tag;
    (void)payload;
    return MYC_CONTINUE; /* its protocol has no rows */
}

static const myc_protocol protocol = {.name = "supervisor"};

static const myc_behaviour behaviour = {
    .name = "supervisor",
    .protocol = &protocol,
    .state_size_bytes = sizeof(struct supervisor),
    .state_alignment_bytes = _Alignof(struct supervisor),
    .dispatch = dispatch,
    .on_start = on_start,
};

/* ---- options ---- */

static myc_supervisor_options complete(const myc_supervisor_options *given)
{
    myc_supervisor_options options = given ? *given : (myc_supervisor_options){0};
    if (options.restarts_max == 0) {
        options.restarts_max = MYC__RESTARTS_DEFAULT;
    }
    if (options.within_ns == 0) {
        options.within_ns = MYC__RESTARTS_WITHIN_NS_DEFAULT;
    }
    if (options.backoff_max_ns == 0) {
        options.backoff_max_ns = MYC__BACKOFF_MAX_NS_DEFAULT;
    }
    if (options.backoff_factor == 0) {
        options.backoff_factor = 2;
    }
    return options;
}

/* What is wrong, or NULL. */
static const char *fault_of_options(const myc_supervisor_options *options)
{
    if ((unsigned)options->strategy > MYC_REST_FOR_ONE) {
        return "strategy is no myc_strategy";
    }
    if (options->restarts_max > MYC__RESTARTS_MAX && options->restarts_max != UINT32_MAX) {
        return "restarts_max is over 1000, and not UINT32_MAX, which means any number";
    }
    if (options->backoff_min_ns > options->backoff_max_ns) {
        return "backoff_min_ns is over backoff_max_ns (default 60 s)";
    }
    return options->backoff_factor >= 1 && options->backoff_factor <= 1000
               ? NULL
               : "backoff_factor is not between 1 and 1000";
}

static const char *fault_of_child(const myc_child *child)
{
    if ((unsigned)child->restart > MYC_RESTART_TEMPORARY) {
        return "restart is no myc_restart";
    }
    if (child->behaviour && child->children) {
        return "it has both a behaviour and children";
    }
    return !child->behaviour && !child->children ? "it has neither a behaviour nor children" : NULL;
}

static const char *name_of(const myc_spawn_options *spawn, const myc_behaviour *kind)
{
    return spawn->name ? spawn->name : kind ? kind->name : "supervisor";
}

static int refuse(const myc_context *ctx, const char *name, const char *fault)
{
    myc__log_line(&ctx->fabric->log, MYC_LOG_ERROR, "supervisor %s cannot be spawned: %s", name,
                  fault);
    return MYC_EINVAL;
}

static int refuse_child(const myc_context *ctx, const char *name, uint32_t index, const char *fault)
{
    myc__log_line(&ctx->fabric->log, MYC_LOG_ERROR, "supervisor %s cannot be spawned: child %u: %s",
                  name, index, fault);
    return MYC_EINVAL;
}

static int check(const myc_context *ctx, const myc_supervisor_options *options,
                 const myc_child *children, uint32_t count)
{
    const char *name = name_of(&options->spawn, NULL);
    const char *fault = fault_of_options(options);
    if (!fault && (count == 0 || !children)) {
        fault = "it has no children";
    } else if (!fault && count > MYC__CHILDREN_MAX) {
        fault = "it has over 10000 children";
    }
    if (fault) {
        return refuse(ctx, name, fault);
    }
    for (uint32_t i = 0; i < count; i++) {
        fault = fault_of_child(&children[i]);
        if (fault) {
            return refuse_child(ctx, name, i, fault);
        }
    }
    return 0;
}

/* ---- spawning ---- */

/* The supervisor's worker is chosen before its children are spawned: they are to be with it. */
static void settle_place(myc_context *ctx, myc_spawn_options *spawn)
{
    if (spawn->place != MYC_PLACE_WITH_SPAWNER && spawn->place != MYC_PLACE_SPREAD) {
        return;
    }
    bool here = spawn->place == MYC_PLACE_WITH_SPAWNER && ctx->shard;
    uint32_t spread = myc__add_relaxed_u32(&ctx->fabric->next_spread, !here);
    spawn->worker = here ? ctx->worker : spread % ctx->fabric->worker_count;
    spawn->place = MYC_PLACE_ON_WORKER;
}

static void place_child(myc_spawn_options *child, const myc_spawn_options *supervisor)
{
    if (child->place == MYC_PLACE_WITH_SPAWNER && supervisor->place == MYC_PLACE_ON_WORKER) {
        child->place = MYC_PLACE_ON_WORKER;
        child->worker = supervisor->worker;
    }
}

static int spawn_tree(myc_context *ctx, const myc_supervisor_options *given,
                      const myc_child *children, uint32_t count, myc__bond *bond,
                      myc_address *address);

/* Takes `bond`. */
static int spawn_bound(myc_context *ctx, const myc_child *child, const myc_spawn_options *spawn,
                       myc__bond *bond, myc_address *address)
{
    if (child->behaviour) {
        myc_spawn_options options = *spawn;
        options.lineage = &(myc__lineage){.bond = bond};
        int error = myc_spawn(ctx, child->behaviour, child->state, &options, address);
        if (error) {
            myc__bond_free(ctx, bond);
        }
        return error;
    }
    myc_supervisor_options options = child->options ? *child->options : (myc_supervisor_options){0};
    place_child(&options.spawn, spawn);
    return spawn_tree(ctx, &options, child->children, child->count, bond, address);
}

static int spawn_child(myc_context *ctx, const myc_child *child, uint32_t index,
                       const myc_spawn_options *supervisor, myc_address *address)
{
    const myc_behaviour *kind = child->behaviour ? child->behaviour : &behaviour;
    myc__bond *bond = myc__bond_make(ctx, kind, child->behaviour ? child->state : NULL);
    if (!bond) {
        return MYC_ENOMEM;
    }
    bond->restart = child->restart;
    bond->index = index;
    bond->report.kind = &myc__report_kind;
    bond->farewell.kind = &myc__farewell_kind;
    myc_spawn_options spawn = child->behaviour ? child->spawn : *supervisor;
    place_child(&spawn, supervisor);
    return spawn_bound(ctx, child, &spawn, bond, address);
}

static void enter(myc__member *member, const myc_child *child, myc_address address)
{
    const myc_spawn_options *spawn =
        !child->behaviour && child->options ? &child->options->spawn : &child->spawn;
    member->address = address;
    member->restart = child->restart;
    strncpy(member->name, name_of(spawn, child->behaviour), MYC__NAME_BYTES - 1);
    if (child->address) {
        *child->address = address;
    }
}

/* Those that are there already never ran. */
static void undo(myc_context *ctx, myc__roster *roster, uint32_t count)
{
    while (count-- > 0) {
        myc_stop(ctx, roster->members[count].address);
    }
    myc__roster_free(ctx, roster);
}

/* Takes `roster` and `bond`. */
static int spawn_supervisor(myc_context *ctx, const myc_spawn_options *given, myc__roster *roster,
                            myc__bond *bond, myc_address *address)
{
    myc_spawn_options options = *given;
    uint32_t count = roster->count;
    options.lineage = &(myc__lineage){.bond = bond, .crew = &roster->crew};
    int error = myc_spawn(ctx, &behaviour, NULL, &options, address);
    if (error) {
        undo(ctx, roster, count);
    }
    return error;
}

static int spawn_children(myc_context *ctx, const myc_spawn_options *spawn,
                          const myc_child *children, myc__roster *roster)
{
    for (uint32_t i = 0; i < roster->count; i++) {
        myc_address address;
        int error = spawn_child(ctx, &children[i], i, spawn, &address);
        if (error) {
            undo(ctx, roster, i);
            return error;
        }
        enter(&roster->members[i], &children[i], address);
    }
    return 0;
}

static int spawn_checked(myc_context *ctx, myc_supervisor_options *options,
                         const myc_child *children, uint32_t count, myc__bond *bond,
                         myc_address *address)
{
    int error = check(ctx, options, children, count);
    if (error) {
        return error;
    }
    myc__roster *roster = myc__roster_make(ctx, options, count);
    if (!roster) {
        return MYC_ENOMEM;
    }
    settle_place(ctx, &options->spawn);
    error = spawn_children(ctx, &options->spawn, children, roster);
    return error ? error : spawn_supervisor(ctx, &options->spawn, roster, bond, address);
}

/* Takes `bond`, which may be NULL. */
static int spawn_tree(myc_context *ctx, const myc_supervisor_options *given,
                      const myc_child *children, uint32_t count, myc__bond *bond,
                      myc_address *address)
{
    myc_supervisor_options options = complete(given);
    int error = spawn_checked(ctx, &options, children, count, bond, address);
    if (error && bond) {
        myc__bond_free(ctx, bond);
    }
    return error;
}

int myc_supervisor_spawn(myc_context *ctx, const myc_supervisor_options *options,
                         const myc_child *children, uint32_t count, myc_supervisor_ref *ref)
{
    myc_address address = {0};
    int error = spawn_tree(ctx, options, children, count, NULL, &address);
    if (ref) {
        ref->address = address;
    }
    return error;
}
