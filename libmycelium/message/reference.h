/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_MESSAGE_REFERENCE_H
#define MYC_MESSAGE_REFERENCE_H

/*
 * The reference count of a payload, and the stock that keeps a worker from touching it.
 *
 *   count = references held by users (handlers, envelopes on their way, whoever retained)
 *         + references in stock at workers
 *
 *   step                     change of the count       order
 *   new                      1                         plain: nobody else knows the payload
 *   send, receive            none                      the reference moves with the envelope; the
 *                                                      lane's release and acquire order its use
 *   retain                   + 1                       relaxed: the holder has a reference, so the
 *                                                      payload is published to it already
 *   retain it again          + WEIGHT, of which all    relaxed, likewise
 *                            but one go to the stock
 *   retain, it is in stock   none: stock - 1
 *   release, in stock        none: stock + 1
 *   release, count is 1      freed                     acquire load: the count shows that every other
 *                                                      holder has released; pairs with their release,
 *                                                      so their reads are over
 *   release, count is more   none: it goes to the      (a worker, which settles at the end of its
 *                            stock                     pass)
 *                            - 1, freed at 0           acquire and release (a foreign thread)
 *   settle                   - stock, freed at 0       release publishes that our reads are over,
 *                                                      acquire sees the others' when we are the last
 *
 * A worker settles at the end of each pass and when another payload takes the place in stock. A
 * relaxed settle would let the memory be reused while another worker still reads it.
 * The stock is why a fan-out of one payload to many actors on a worker costs one atomic operation,
 * not one for each.
 */
#include "message/memory.h"

void myc__retain_slow(myc__memory *memory, myc__header *header);
void myc__release_slow(myc__memory *memory, myc__header *header);

/** Gives the references in stock back. At the end of each pass, and before parking. */
void myc__settle(myc__memory *memory);

/** Adds a reference. The caller holds one. */
static inline void myc__retain_header(myc__memory *memory, myc__header *header)
{
    if (memory->stock == header && memory->stock_count > 0) {
        memory->stock_count--;
        return;
    }
    myc__retain_slow(memory, header);
}

/** Drops a reference; the last one destroys the payload and frees its block. */
static inline void myc__release_header(myc__memory *memory, myc__header *header)
{
    if (memory->stock == header) {
        memory->stock_count++;
        return;
    }
    myc__release_slow(memory, header);
}

#endif
