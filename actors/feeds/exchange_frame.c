/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/exchange_frame.h"

#include <stdlib.h>

void exchange_frame_begin(exchange_frame *frame, unsigned decimals)
{
    exchange_levels bids = frame->sides[BOOK_BIDS], asks = frame->sides[BOOK_ASKS];
    bids.count = asks.count = 0;
    *frame = (exchange_frame){.kind = EXCHANGE_FRAME_UNKNOWN,
                              .decimals = {(uint8_t)decimals, (uint8_t)decimals},
                              .sides = {bids, asks}};
}

void exchange_frame_fail(exchange_frame *frame, exchange_frame_kind meant, exchange_fault fault)
{
    if (frame->kind != EXCHANGE_FRAME_BAD) {
        frame->kind = EXCHANGE_FRAME_BAD;
        frame->meant = meant;
        frame->fault = fault;
    }
}

void exchange_frame_fini(exchange_frame *frame)
{
    free(frame->sides[BOOK_BIDS].levels);
    free(frame->sides[BOOK_ASKS].levels);
    *frame = (exchange_frame){0};
}
