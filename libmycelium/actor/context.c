/* SPDX-License-Identifier: Apache-2.0 */
#include "actor/stand_in.h"
#include "actor/wait.h"

myc_address myc_self(const myc_context *ctx)
{
    return ctx->current ? ctx->current->address : (myc_address){0};
}

uint32_t myc_worker(const myc_context *ctx)
{
    return ctx->worker;
}

uint64_t myc_now_ns(const myc_context *ctx)
{
    return myc__clock_now_ns(&ctx->fabric->clock);
}

uint64_t myc_wall_ns(const myc_context *ctx)
{
    return myc__clock_wall_ns(&ctx->fabric->clock);
}

const void *myc_move(myc_context *ctx, const void *payload)
{
    if (MYC__LIKELY(ctx->handling == payload)) {
        ctx->handling = NULL;
        return payload;
    }
    return myc_retain(ctx, payload);
}

void myc_log(myc_context *ctx, myc_log_level level, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    myc__log_line_va(&ctx->fabric->log, level, format, args);
    va_end(args);
}

myc_system *myc_context_system(const myc_context *ctx)
{
    return ctx->fabric->system;
}

static uint32_t room_here(const myc_context *ctx, myc_address to)
{
    myc__actor *actor = myc__actor_find(ctx->shard, to);
    if (actor && myc__is_stand_in(actor)) {
        uint32_t room = myc__stand_in_room(ctx, actor);
        return room ? room : myc__wait_has_pass(ctx, to);
    }
    if (!actor || actor->mailbox.depth >= actor->bound) {
        return myc__wait_has_pass(ctx, to);
    }
    return actor->bound - actor->mailbox.depth;
}

static uint32_t room_there(const myc_context *ctx, myc_address to)
{
    uint32_t worker = myc__address_worker(to);
    const myc__slot *slot = myc__slot_alive(&ctx->fabric->shards[worker]->slots, to);
    if (!slot || myc__slot_is_full(slot)) {
        return slot && myc__wait_has_pass(ctx, to);
    }
    return ctx->outbox[worker] ? myc__outbox_room(ctx->outbox[worker], 1)
                               : MYC__LANE_SLOTS - MYC__LANE_CONTROL_SLOTS;
}

uint32_t myc_room(const myc_context *ctx, myc_address to)
{
    if (!myc__is_placed(ctx->fabric, to)) {
        return 0;
    }
    return myc__address_worker(to) == ctx->worker ? room_here(ctx, to) : room_there(ctx, to);
}

int myc_from_bytes(myc_context *ctx, uint32_t type_id, const uint8_t *bytes, size_t size_bytes,
                   const void **payload, myc_codec_error *error)
{
    myc_codec_error ignored;
    error = error ? error : &ignored;
    *payload = NULL;
    const myc_type *type = myc__registry_find(&ctx->fabric->registry, type_id);
    if (!type) {
        *error = (myc_codec_error){NULL, NULL, "the id of a registered type", 0};
        return MYC_ETYPE;
    }
    void *made = myc_new_uninitialized(ctx, type);
    if (!made) {
        return MYC_ENOMEM;
    }
    __builtin_memset(made, 0, type->size_bytes);
    int code = type->decode(made, bytes, size_bytes, error);
    if (code) {
        myc_release(ctx, made);
        return code;
    }
    *payload = made;
    return 0;
}
