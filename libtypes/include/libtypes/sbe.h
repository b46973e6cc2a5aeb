/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LIBTYPES_SBE_H
#define LIBTYPES_SBE_H

/*
 * The serialized form of the market messages: FIX Simple Binary Encoding 1.0, as
 * libtypes/schema/market.xml and libtypes/README.md describe it.
 *
 * A message carries its own header, so a stream of messages needs no further framing:
 *
 *     libtypes_frame frame;
 *     int code = libtypes_frame_peek(bytes, size_bytes, &frame);
 *     if (code == 0 && frame.size_bytes <= size_bytes)
 *         code = myc_from_bytes(ctx, frame.template_id, bytes, frame.size_bytes, &payload, &error);
 *
 * A stream in pieces is cut into messages by a framer (<mycelium/framing.h>):
 *
 *     const myc_framer_options options = {.framing = MYC_FRAMING_PEEK,
 *                                         .peek = libtypes_frame_measure,
 *                                         .frame_bytes_max = LIBTYPES_MESSAGE_BYTES_MAX};
 *
 * Threads: any; nothing here has state.
 */
#include <stddef.h>
#include <stdint.h>

#include <mycelium/message.h>

MYC_EXTERN_C_BEGIN

enum {
    LIBTYPES_SCHEMA_ID = 0x594d, /* on the wire: "MY" */
    LIBTYPES_SCHEMA_VERSION = 0
};

/** The templateId of each message, which is also the id of its myc_type. Never reused. */
enum libtypes_template_id {
    POOL_SWAP_EVENT_ID = 1,
    POOL_SYNC_EVENT_ID = 2,
    POOL_LIQUIDITY_EVENT_ID = 3,
    QUOTE_UPDATE_ID = 4,
    ORDER_BOOK_SNAPSHOT_ID = 5,
    ARBITRAGE_SIGNAL_ID = 6,
    MOMENTUM_SIGNAL_ID = 7,
    CROSS_VENUE_SIGNAL_ID = 8
};

enum {
    LIBTYPES_TYPE_COUNT = 8,
    LIBTYPES_HEADER_BYTES = 8,
    /* The largest message of this version: a full order_book_snapshot,
       header + block + two sides of a group header and 20 levels. */
    LIBTYPES_MESSAGE_BYTES_MAX = 8 + 42 + 2 * (4 + 20 * 16)
};

/** The eight message types: LIBTYPES_TYPE_COUNT pointers, in order of id. Static storage. */
MYC_API const myc_type *const *libtypes_types(void);

/** What the header at the front of a message says. */
typedef struct libtypes_frame {
    const myc_type *type; /* NULL when schema or template are not known here */
    uint64_t size_bytes;  /* of the whole message with its header; see libtypes_frame_peek() */
    uint16_t block_length;
    uint16_t template_id;
    uint16_t schema_id;
    uint16_t version;
} libtypes_frame;

/**
 * Looks at the message at the front of `bytes` without decoding it.
 *
 * Borrows `bytes`, of which it reads nothing past `size_bytes`; fills in `frame` as far as it gets.
 * `size_bytes` may be less or more than one message. Returns
 *  0            the message takes `frame->size_bytes`, which may be more than there are;
 *  MYC_ESHORT   its size cannot be told before there are `frame->size_bytes` bytes;
 *  MYC_ETYPE    another schema, or a template this version does not know;
 *  MYC_EFIELD   longer than LIBTYPES_MESSAGE_BYTES_MAX: not a message of this version;
 *  MYC_ENOTSUP  a known template of a newer version, which may end in parts unknown here: it can
 *               be decoded when its size is known otherwise (a datagram, an outer frame).
 * With the last three `frame->size_bytes` is 0.
 */
MYC_API MYC_MUST_CHECK int libtypes_frame_peek(const uint8_t *bytes, size_t size_bytes,
                                               libtypes_frame *frame);

/**
 * The same as the `peek` of a myc_framer, which cuts a stream into messages: `*frame_bytes` is
 * frame.size_bytes. `user` is not used.
 */
MYC_API MYC_MUST_CHECK int libtypes_frame_measure(void *user, const uint8_t *bytes,
                                                  size_t size_bytes, uint64_t *frame_bytes);

MYC_EXTERN_C_END

#endif
