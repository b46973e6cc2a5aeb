/* SPDX-License-Identifier: Apache-2.0 */
#include "actor/waiters.h"

#include <string.h>

enum { WAITERS_FIRST = 5 }; /* with its header and the block's, one cache line */

void myc__waiters_free(myc__waiters *waiters, myc__memory *memory)
{
    if (waiters) {
        myc__memory_free(memory, myc__header_of(waiters));
    }
}

static bool make_place(myc__waiters **waiters, myc__memory *memory)
{
    myc__waiters *old = *waiters;
    uint32_t count = old ? old->count : 0;
    if (old && count < old->capacity) {
        return true;
    }
    uint32_t capacity = old ? 2 * old->capacity : WAITERS_FIRST;
    myc__waiters *grown = myc__memory_new_internal(
        memory, (uint32_t)(sizeof *grown + capacity * sizeof grown->addresses[0]));
    if (!grown) {
        return false;
    }
    *grown = (myc__waiters){count, capacity};
    for (uint32_t i = 0; i < count; i++) {
        grown->addresses[i] = old->addresses[i];
    }
    myc__waiters_free(old, memory);
    *waiters = grown;
    return true;
}

/* One that was woken by something else may pause again before it was granted room. */
static bool is_waiting(const myc__waiters *waiters, myc_address address)
{
    for (uint32_t i = 0; waiters && i < waiters->count; i++) {
        if (myc_address_equal(waiters->addresses[i], address)) {
            return true;
        }
    }
    return false;
}

bool myc__waiters_add(myc__waiters **waiters, myc__memory *memory, myc_address address)
{
    if (is_waiting(*waiters, address)) {
        return true;
    }
    if (!make_place(waiters, memory)) {
        return false;
    }
    (*waiters)->addresses[(*waiters)->count++] = address;
    return true;
}

uint32_t myc__waiters_take(myc__waiters **waiters, myc__memory *memory, myc_address *taken)
{
    myc__waiters *list = *waiters;
    if (!list) {
        return 0;
    }
    uint32_t count = list->count < MYC__GRANTED_PER_TURN ? list->count : MYC__GRANTED_PER_TURN;
    memcpy(taken, list->addresses, count * sizeof taken[0]);
    list->count -= count;
    memmove(list->addresses, list->addresses + count, list->count * sizeof taken[0]);
    if (list->count == 0) {
        *waiters = NULL;
        myc__waiters_free(list, memory);
    }
    return count;
}
