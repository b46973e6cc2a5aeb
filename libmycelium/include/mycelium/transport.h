/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYCELIUM_TRANSPORT_H
#define MYCELIUM_TRANSPORT_H

/*
 * The seam for actors on other nodes: a ref carries a node number (0 = this process); a send to
 * another node is handed to the transport attached for it, in serialized form. The local transport
 * (payloads by pointer over lanes) stands behind the same interface for node 0.
 */
#include <mycelium/system.h>

MYC_EXTERN_C_BEGIN

#define MYC_NODE_MAX 1023u

/** A message in serialized form. `bytes` is borrowed. */
typedef struct myc_frame {
    myc_address to; /* its node as the receiver sees it: 0 in myc_transport_deliver() */
    uint32_t tag;
    uint32_t type_id;
    const uint8_t *bytes;
    size_t size_bytes;
} myc_frame;

/** A way to another node. */
typedef struct myc_transport {
    const char *name;
    /**
     * Sends `payload` as row `tag` to `to`. Takes `payload`, whatever the answer.
     * MYC_SENT counts as handled here (the message has left this process), MYC_FULL as refused;
     * every other answer makes a dead letter, which the caller accounts for.
     * Threads: any thread that sends; several at a time.
     */
    myc_sent (*post)(void *self, myc_context *ctx, myc_address to, uint32_t tag,
                     const void *payload);
    void *self;
} myc_transport;

/**
 * Routes sends for `node` (1 to MYC_NODE_MAX) through `transport`, copied. Before the first send.
 * Returns 0, MYC_EINVAL or MYC_EBUSY (the node has one already).
 */
MYC_API MYC_MUST_CHECK int myc_system_attach(myc_system *system, uint32_t node,
                                             const myc_transport *transport);

/**
 * Hands a frame that came in from outside to its local actor. Borrows `frame`.
 * Returns 0 when it was accepted; MYC_EBUSY when the mailbox is full; MYC_ENOENT when the actor is
 * dead; MYC_ETYPE, MYC_ESHORT, MYC_EFIELD when the bytes are not the type (`error` names the field;
 * may be NULL); MYC_ENOMEM.
 */
MYC_API MYC_MUST_CHECK int myc_transport_deliver(myc_context *ctx, const myc_frame *frame,
                                                 myc_codec_error *error);

/** The same actor, seen through `node`. */
static inline myc_address myc_address_on_node(myc_address address, uint32_t node)
{
    address.life = (address.life & 0x3FFFFFu) | (node << 22);
    return address;
}

MYC_EXTERN_C_END

#endif
