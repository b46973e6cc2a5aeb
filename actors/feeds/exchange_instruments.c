/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/exchange_instruments.h"

#include <stdlib.h>
#include <string.h>

enum { SLOTS = 2 * EXCHANGE_INSTRUMENTS_MAX };
_Static_assert((SLOTS & (SLOTS - 1)) == 0, "a slot is found by a mask");

bool exchange_name_read(json_text text, instrument_name *name)
{
    *name = (instrument_name){{0}};
    if (text.size == 0 || text.size > sizeof name->text) {
        return false;
    }
    memcpy(name->text, text.text, text.size);
    for (size_t i = 0; i < text.size; i++) {
        if (text.text[i] < ' ' || text.text[i] > '~' || text.text[i] == '\\') {
            return false;
        }
    }
    return true;
}

static uint32_t slot_of(const instrument_name *name)
{
    uint64_t low, high;
    memcpy(&low, name->text, 8);
    memcpy(&high, name->text + 8, 8);
    return (uint32_t)(((low ^ (high * 31)) * UINT64_C(0x9E3779B97F4A7C15)) >> 40) & (SLOTS - 1);
}

static bool is_named(const exchange_entry *entry, const instrument_name *name)
{
    return memcmp(&entry->shown.name, name, sizeof *name) == 0;
}

static exchange_find add(exchange_instruments *self, uint32_t slot, const instrument_name *name,
                         book_decimals decimals, uint32_t depth_max)
{
    if (self->count == EXCHANGE_INSTRUMENTS_MAX) {
        return EXCHANGE_FIND_FULL;
    }
    exchange_entry *entry = calloc(1, sizeof *entry);
    if (!entry || order_book_init(&entry->shown.book, decimals,
                                  &(order_book_options){.depth_max = depth_max}) != 0) {
        free(entry);
        return EXCHANGE_FIND_NO_MEMORY;
    }
    entry->shown.name = *name;
    entry->depth_max = depth_max;
    book_quotes_init(&entry->quotes, NULL);
    self->entries[self->count++] = entry;
    self->slots[slot] = (uint16_t)self->count;
    return EXCHANGE_FIND_OK;
}

/* The slot of the instrument, or the free one where it belongs. */
static uint32_t seek(const exchange_instruments *self, const instrument_name *name)
{
    uint32_t slot = slot_of(name);
    while (self->slots[slot] && !is_named(self->entries[self->slots[slot] - 1], name)) {
        slot = (slot + 1) & (SLOTS - 1);
    }
    return slot;
}

bool exchange_instruments_peek(exchange_instruments *self, const instrument_name *name,
                               uint32_t *index)
{
    uint32_t slot = seek(self, name);
    if (self->slots[slot]) {
        *index = self->slots[slot] - 1u;
    }
    return self->slots[slot] != 0;
}

exchange_find exchange_instruments_find(exchange_instruments *self, const instrument_name *name,
                                        book_decimals decimals, uint32_t depth_max, uint32_t *index)
{
    if (self->count > 0 && is_named(self->entries[self->last], name)) {
        *index = self->last;
        return EXCHANGE_FIND_OK;
    }
    uint32_t slot = seek(self, name);
    if (!self->slots[slot]) {
        exchange_find result = add(self, slot, name, decimals, depth_max);
        if (result != EXCHANGE_FIND_OK) {
            return result;
        }
    }
    *index = self->last = self->slots[slot] - 1u;
    return EXCHANGE_FIND_OK;
}

void exchange_instruments_fini(exchange_instruments *self)
{
    for (uint32_t i = 0; i < self->count; i++) {
        order_book_fini(&self->entries[i]->shown.book);
        exchange_held_fini(&self->entries[i]->held);
        free(self->entries[i]);
    }
    self->count = 0;
}
