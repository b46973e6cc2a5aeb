/* SPDX-License-Identifier: Apache-2.0 */
#include "actor/timer_table.h"

enum {
    FIRST_PLACES = 4, /* of the first chunk, with its block's header */
    FIRST_ROOM = 6,   /* chunks: what a block of 64 bytes holds */
    SERIAL_BITS = 64 - MYC__TIMER_INDEX_BITS,
};

static_assert((FIRST_PLACES & (FIRST_PLACES - 1)) == 0, "chunks double");
static_assert(MYC__TIMER_CHUNK_PLACES * sizeof(myc__timer) <= MYC__BLOCK_MAX,
              "a chunk is a block of a pool");

/* With its block's header in front, which takes a place's room, a chunk fills a block. */
static uint32_t places_of(uint32_t chunk)
{
    uint32_t doublings = __builtin_ctz(MYC__TIMER_CHUNK_PLACES / FIRST_PLACES);
    return (FIRST_PLACES << (chunk < doublings ? chunk : doublings)) - 1;
}

/* Two actors' ids differ, most likely: if one asks about the other's timer, it has none. */
static uint64_t first_serial(myc_address address)
{
    uint64_t key = (uint64_t)address.slot << 32 | address.life;
    return key * UINT64_C(0x9E3779B97F4A7C15) >> MYC__TIMER_INDEX_BITS;
}

myc__timers *myc__timers_new(myc__memory *memory, myc__actor *actor)
{
    myc__timers *timers = myc__memory_new_internal(memory, sizeof *timers);
    if (timers) {
        *timers = (myc__timers){.actor = actor, .last_serial = first_serial(actor->address)};
    }
    return timers;
}

static void free_chunks(myc__timers *timers, myc__memory *memory, uint32_t but)
{
    while (timers->chunk_count > but) {
        myc__memory_free(memory, myc__header_of(timers->chunks[--timers->chunk_count]));
    }
}

void myc__timers_free(myc__timers *timers, myc__memory *memory)
{
    free_chunks(timers, memory, 0);
    if (timers->chunks) {
        myc__memory_free(memory, myc__header_of(timers->chunks));
    }
    myc__memory_free(memory, myc__header_of(timers));
}

static bool make_room(myc__timers *timers, myc__memory *memory)
{
    if (timers->chunk_count < timers->chunk_room) {
        return true;
    }
    uint32_t room = timers->chunk_room ? 2 * timers->chunk_room + 2 : FIRST_ROOM;
    myc__timer **chunks = myc__memory_new_internal(memory, room * (uint32_t)sizeof *chunks);
    if (!chunks) {
        return false;
    }
    for (uint32_t i = 0; i < timers->chunk_count; i++) {
        chunks[i] = timers->chunks[i];
    }
    if (timers->chunks) {
        myc__memory_free(memory, myc__header_of(timers->chunks));
    }
    timers->chunks = chunks;
    timers->chunk_room = room;
    return true;
}

static int add_chunk(myc__timers *timers, myc__memory *memory)
{
    if (timers->chunk_count == MYC__TIMER_CHUNKS_MAX) {
        return MYC_ELIMIT;
    }
    uint32_t size_bytes = places_of(timers->chunk_count) * (uint32_t)sizeof(myc__timer);
    myc__timer *chunk = make_room(timers, memory) ? myc__memory_new(memory, &myc__internal_type,
                                                                    size_bytes, sizeof(myc__timer))
                                                  : NULL;
    if (!chunk) {
        return MYC_ENOMEM;
    }
    timers->chunks[timers->chunk_count++] = chunk;
    return 0;
}

static int take_fresh(myc__timers *timers, myc__memory *memory, myc__timer **timer)
{
    uint32_t chunk = timers->fresh / MYC__TIMER_CHUNK_PLACES;
    uint32_t place = timers->fresh % MYC__TIMER_CHUNK_PLACES;
    if (place == places_of(chunk)) {
        chunk++;
        place = 0;
    }
    int error = chunk < timers->chunk_count ? 0 : add_chunk(timers, memory);
    if (!error) {
        uint32_t index = chunk * MYC__TIMER_CHUNK_PLACES + place;
        *timer = &timers->chunks[chunk][place];
        (*timer)->id = index;
        (*timer)->timers = timers;
        timers->fresh = index + 1;
    }
    return error;
}

static uint64_t next_serial(myc__timers *timers)
{
    uint64_t serial = (timers->last_serial + 1) & ((UINT64_C(1) << SERIAL_BITS) - 1);
    timers->last_serial = serial ? serial : 1;
    return timers->last_serial;
}

int myc__timer_take(myc__timers *timers, myc__memory *memory, myc__timer **timer)
{
    *timer = timers->free;
    if (*timer) {
        timers->free = (*timer)->next_free;
    } else {
        int error = take_fresh(timers, memory, timer);
        if (error) {
            return error;
        }
    }
    timers->live++;
    (*timer)->id |= next_serial(timers) << MYC__TIMER_INDEX_BITS;
    return 0;
}

static void begin_anew(myc__timers *timers, myc__memory *memory)
{
    timers->free = NULL;
    timers->fresh = 0;
    free_chunks(timers, memory, 1);
}

void myc__timer_free(myc__timer *timer, myc__memory *memory)
{
    myc__timers *timers = timer->timers;
    MYC__CHECK(timers->live > 0);
    myc__timer_outdate(timer);
    timer->next_free = timers->free;
    timers->free = timer;
    if (--timers->live == 0) {
        begin_anew(timers, memory);
    }
}

/* The timer of an index, or NULL when none was ever there. */
static myc__timer *timer_at(const myc__timers *timers, uint32_t index)
{
    uint32_t chunk = index / MYC__TIMER_CHUNK_PLACES;
    uint32_t place = index % MYC__TIMER_CHUNK_PLACES;
    bool was_used = index < timers->fresh && place < places_of(chunk);
    return was_used ? &timers->chunks[chunk][place] : NULL;
}

static bool is_live(const myc__timer *timer)
{
    return timer->id >> MYC__TIMER_INDEX_BITS != 0;
}

myc__timer *myc__timer_find(const myc__timers *timers, uint64_t id)
{
    myc__timer *timer = timer_at(timers, myc__timer_index(id));
    return timer && timer->id == id && is_live(timer) ? timer : NULL;
}

void myc__timers_each(const myc__timers *timers, void (*visit)(void *user, myc__timer *timer),
                      void *user)
{
    for (uint32_t index = 0; index < timers->fresh; index++) {
        myc__timer *timer = timer_at(timers, index);
        if (timer && is_live(timer)) {
            visit(user, timer);
        }
    }
}
