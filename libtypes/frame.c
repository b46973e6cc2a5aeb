/* SPDX-License-Identifier: Apache-2.0 */
#include <libtypes/market.h>
#include <libtypes/sbe.h>
#include <libtypes/signal.h>

#include "sbe_cursor.h"

_Static_assert(LIBTYPES_MESSAGE_BYTES_MAX ==
                   8 + 42 + 2 * (4 + ORDER_BOOK_LEVELS_MAX * PRICE_LEVEL_BYTES),
               "the largest message is a full book");

const myc_type *const *libtypes_types(void)
{
    static const myc_type *const types[LIBTYPES_TYPE_COUNT] = {
        &pool_swap_event_type, &pool_sync_event_type,     &pool_liquidity_event_type,
        &quote_update_type,    &order_book_snapshot_type, &arbitrage_signal_type,
        &momentum_signal_type, &cross_venue_signal_type,
    };
    return types;
}

static const myc_type *find_type(const libtypes_frame *frame)
{
    if (frame->schema_id != LIBTYPES_SCHEMA_ID)
        return NULL;
    for (size_t i = 0; i < LIBTYPES_TYPE_COUNT; i++)
        if (libtypes_types()[i]->id == frame->template_id)
            return libtypes_types()[i];
    return NULL;
}

static unsigned group_count(uint16_t template_id)
{
    return template_id == ORDER_BOOK_SNAPSHOT_ID ? 2 : 0;
}

/* Adds the groups behind the block up. Their headers say how long they are. */
static int measure(const uint8_t *bytes, size_t size_bytes, libtypes_frame *frame)
{
    uint64_t end = LIBTYPES_HEADER_BYTES + (uint64_t)frame->block_length;
    for (unsigned left = group_count(frame->template_id); left > 0; left--) {
        uint64_t header = end;
        end += GROUP_HEADER_BYTES;
        if (end > LIBTYPES_MESSAGE_BYTES_MAX)
            return MYC_EFIELD;
        frame->size_bytes = end;
        if (end > size_bytes)
            return MYC_ESHORT;
        end += (uint64_t)load_u16(bytes + header) * load_u16(bytes + header + 2);
    }
    frame->size_bytes = end;
    return end > LIBTYPES_MESSAGE_BYTES_MAX ? MYC_EFIELD : 0;
}

int libtypes_frame_peek(const uint8_t *bytes, size_t size_bytes, libtypes_frame *frame)
{
    *frame = (libtypes_frame){.size_bytes = LIBTYPES_HEADER_BYTES};
    if (size_bytes < LIBTYPES_HEADER_BYTES)
        return MYC_ESHORT;
    frame->block_length = load_u16(bytes);
    frame->template_id = load_u16(bytes + 2);
    frame->schema_id = load_u16(bytes + 4);
    frame->version = load_u16(bytes + 6);
    frame->type = find_type(frame);
    int code = MYC_ETYPE;
    if (frame->type)
        code = frame->version > LIBTYPES_SCHEMA_VERSION ? MYC_ENOTSUP
                                                        : measure(bytes, size_bytes, frame);
    if (code && code != MYC_ESHORT)
        frame->size_bytes = 0;
    return code;
}

int libtypes_frame_measure(void *user, const uint8_t *bytes, size_t size_bytes,
                           uint64_t *frame_bytes)
{
    (void)user;
    libtypes_frame frame;
    int code = libtypes_frame_peek(bytes, size_bytes, &frame);
    *frame_bytes = frame.size_bytes;
    return code;
}
