/* SPDX-License-Identifier: Apache-2.0 */
#include <mycelium/transport.h>

#include "actor/listing.h"
#include "system/system.h"

/* False when the node has one already. The lock is for two threads that attach at once. */
static bool put_transport(myc_system *system, uint32_t node, myc_transport *transport)
{
    void **place = (void **)&system->fabric.transports[node];
    pthread_mutex_lock(&system->foreign_lock);
    bool is_free = myc__load_relaxed_ptr(place) == NULL;
    if (is_free) {
        myc__store_release_ptr(place, transport);
    }
    pthread_mutex_unlock(&system->foreign_lock);
    return is_free;
}

int myc_system_attach(myc_system *system, uint32_t node, const myc_transport *transport)
{
    myc__fabric *fabric = &system->fabric;
    if (node == 0 || node > MYC_NODE_MAX || !transport || !transport->post) {
        return MYC_EINVAL;
    }
    myc_transport *copy = myc__allocate(&fabric->allocator, sizeof *copy, sizeof(void *));
    if (!copy) {
        return MYC_ENOMEM;
    }
    *copy = *transport;
    if (!put_transport(system, node, copy)) {
        myc__free(&fabric->allocator, copy, sizeof *copy);
        return MYC_EBUSY;
    }
    return 0;
}

/* What row `tag` of the actor carries, or NULL. The table's lock keeps the actor from being
 * freed. */
static const myc_type *row_type(myc__fabric *fabric, myc_address to, uint32_t tag)
{
    if (!myc__is_placed(fabric, to)) {
        return NULL;
    }
    myc__slot_table *table = &fabric->shards[myc__address_worker(to)]->slots;
    const myc_type *type = NULL;
    pthread_mutex_lock(&table->lock);
    const myc__slot *slot = myc__slot_alive(table, to);
    if (slot) {
        const myc_protocol *protocol = myc__protocol_from_outside(slot->actor);
        type = tag < protocol->row_count ? protocol->rows[tag].type : &myc__internal_type;
    }
    pthread_mutex_unlock(&table->lock);
    return type;
}

/* Bytes from outside are believed nothing: a handler must never see a payload of another type. */
static int check_row(myc_context *ctx, const myc_frame *frame, myc_codec_error *error)
{
    const myc_type *type = row_type(ctx->fabric, frame->to, frame->tag);
    if (!type) {
        return MYC_ENOENT;
    }
    if (myc__registry_find(&ctx->fabric->registry, frame->type_id) != type) {
        *error = (myc_codec_error){type->name, NULL, "the type that this row carries", 0};
        return MYC_ETYPE;
    }
    return 0;
}

int myc_transport_deliver(myc_context *ctx, const myc_frame *frame, myc_codec_error *error)
{
    const void *payload;
    myc_codec_error ignored;
    error = error ? error : &ignored;
    int code = check_row(ctx, frame, error);
    code = code ? code
                : myc_from_bytes(ctx, frame->type_id, frame->bytes, frame->size_bytes, &payload,
                                 error);
    if (code) {
        return code;
    }
    switch (myc_send(ctx, frame->to, frame->tag, payload)) {
    case MYC_SENT: return 0;
    case MYC_FULL: return MYC_EBUSY;
    default: return MYC_ENOENT;
    }
}
