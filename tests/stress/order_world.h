/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_STRESS_ORDER_WORLD_H
#define TESTS_STRESS_ORDER_WORLD_H

/*
 * The world of order.c: a fixed number of cells. In each lives one actor at a time; its address
 * stands in the cell. Each sender numbers what it sends to each cell; the receiver checks that it
 * was meant and that the numbers ascend.
 */
#include "stress.h"

enum { CELLS = 48, FOREIGNERS = 4, SENDERS = CELLS + FOREIGNERS, WORKERS = 4, HOPS_MAX = 6 };

typedef struct parcel {
    myc_address to;
    uint32_t sender; /* a cell, or CELLS + a foreign thread */
    uint32_t life;   /* of the sender, in its cell */
    uint64_t sequence;
    uint32_t hops; /* how many more parcels may follow from it */
    bool fatal;    /* the receiver stops */
} parcel;

typedef struct shared {
    uint64_t magic;
} shared;

static atomic_llong parcels_alive, shared_alive;
static const uint64_t MAGIC = UINT64_C(0x6d7963656c69756d);

static void parcel_destroy(myc_context *ctx, void *payload)
{
    (void)ctx;
    (void)ctx;
    (void)payload;
    atomic_fetch_sub(&parcels_alive, 1);
}

static void shared_destroy(myc_context *ctx, void *payload)
{
    (void)ctx;
    (void)ctx;
    require(((shared *)payload)->magic == MAGIC, "a shared payload was overwritten");
    ((shared *)payload)->magic = 0;
    atomic_fetch_sub(&shared_alive, 1);
}

MYC_MESSAGE(parcel)
MYC_MESSAGE(shared)
MYC_MESSAGE_TYPE(parcel, .destroy = parcel_destroy)
MYC_MESSAGE_TYPE(shared, .destroy = shared_destroy)

#define POST_ROWS(ROW, P) ROW(P, parcel, parcel) ROW(P, shared, shared)
MYC_PROTOCOL(post, POST_ROWS)

typedef struct sender {
    uint64_t random;
    uint32_t index;
    uint32_t life;
    uint64_t sent[CELLS]; /* to each cell, over all its lives */
} sender;

struct citizen {
    sender as_sender;
    struct {
        uint32_t life;
        uint64_t sequence;
    } seen[SENDERS]; /* the last of each sender */
    const shared *kept;
    atomic_bool busy;
};

static atomic_ullong cells[CELLS]; /* a packed address; 0 = nobody lives there */
static atomic_uint lives[CELLS];
static atomic_ullong accepted, refused, handled, dead;

static myc_address cell_address(uint32_t cell)
{
    uint64_t packed = atomic_load(&cells[cell]);
    return (myc_address){(uint32_t)packed, (uint32_t)(packed >> 32)};
}

static void note(myc_sent sent)
{
    atomic_fetch_add(sent == MYC_FULL ? &refused : &accepted, 1);
}

static myc_sent send_parcel(sender *from, myc_context *ctx, uint32_t cell, uint32_t hops)
{
    post_ref to = {cell_address(cell)};
    parcel *made = parcel_new(ctx);
    require(made != NULL, "out of memory");
    atomic_fetch_add(&parcels_alive, 1);
    *made = (parcel){to.address,         from->index, from->life,
                     ++from->sent[cell], hops,        one_in(&from->random, 2048)};
    bool waits = myc_worker(ctx) == UINT32_MAX && one_in(&from->random, 4);
    myc_sent sent = waits ? post_send_wait_parcel(ctx, to, made, SECOND_NS / 1000)
                          : post_send_parcel(ctx, to, made);
    note(sent);
    return sent;
}

/* One payload to several cells at once. */
static void send_shared(sender *from, myc_context *ctx)
{
    shared *made = shared_new(ctx);
    require(made != NULL, "out of memory");
    atomic_fetch_add(&shared_alive, 1);
    made->magic = MAGIC;
    uint32_t copies = random_below(&from->random, 12);
    for (uint32_t i = 0; i < copies; i++) {
        post_ref to = {cell_address(random_below(&from->random, CELLS))};
        note(post_send_shared(ctx, to, shared_retain(ctx, made)));
    }
    shared_release(ctx, made);
}

static void inhabit(myc_context *ctx, uint32_t cell, uint64_t random);

static void check_order(struct citizen *self, const parcel *got)
{
    if (got->life > self->seen[got->sender].life) {
        self->seen[got->sender].life = got->life;
        self->seen[got->sender].sequence = 0;
    }
    if (got->life == self->seen[got->sender].life) { /* across lives there is no order */
        uint64_t last = self->seen[got->sender].sequence;
        require(got->sequence > last, "cell %u got %llu after %llu from sender %u life %u",
                self->as_sender.index, (unsigned long long)got->sequence, (unsigned long long)last,
                got->sender, got->life);
        self->seen[got->sender].sequence = got->sequence;
    }
}

/* A receiver that is full: wait for it, but only downstream, or all could wait in a circle. */
static void pass_on(struct citizen *self, myc_context *ctx, uint32_t hops)
{
    sender *me = &self->as_sender;
    uint32_t cell = random_below(&me->random, CELLS);
    if (send_parcel(me, ctx, cell, hops) == MYC_FULL && cell > me->index) {
        myc_pause_until_room(ctx, cell_address(cell));
    }
}

static myc_next citizen_on_parcel(struct citizen *self, myc_context *ctx, const parcel *got)
{
    sender *me = &self->as_sender;
    require(!atomic_exchange(&self->busy, true), "two handlers of cell %u at once", me->index);
    myc_next next = got->fatal ? MYC_STOP : MYC_CONTINUE;
    if (one_in(&me->random, 16)) {
        next = MYC_AGAIN;
    } else {
        require(myc_address_equal(got->to, myc_self(ctx)), "a parcel for another actor");
        check_order(self, got);
        for (uint32_t i = random_below(&me->random, 3); got->hops && i; i--) {
            pass_on(self, ctx, got->hops - 1);
        }
        atomic_fetch_add(&handled, 1);
    }
    atomic_store(&self->busy, false);
    return next;
}

static myc_next citizen_on_shared(struct citizen *self, myc_context *ctx, const shared *got)
{
    require(got->magic == MAGIC, "a shared payload is gone while it is read");
    atomic_fetch_add(&handled, 1);
    shared_release(ctx, self->kept);
    self->kept = one_in(&self->as_sender.random, 2) ? shared_retain(ctx, got) : NULL;
    return MYC_CONTINUE;
}

static int citizen_on_start(struct citizen *self, myc_context *ctx)
{
    send_parcel(&self->as_sender, ctx, random_below(&self->as_sender.random, CELLS), 1);
    return 0;
}

/* Odd cells are inhabited again by the worker that the last one lived on, even ones from outside.
 */
static void citizen_on_stop(struct citizen *self, myc_context *ctx, myc_exit why)
{
    uint32_t cell = self->as_sender.index;
    shared_release(ctx, self->kept);
    atomic_store(&cells[cell], 0);
    if (cell % 2 && why.reason != MYC_EXIT_SYSTEM) {
        inhabit(ctx, cell, self->as_sender.random);
    }
}

MYC_ACTOR_WITH_LIFECYCLE(citizen, post, POST_ROWS)

static void inhabit(myc_context *ctx, uint32_t cell, uint64_t random)
{
    uint32_t life = atomic_fetch_add(&lives[cell], 1) + 1;
    struct citizen state = {.as_sender = {.random = random + life, .index = cell, .life = life}};
    uint64_t *dice = &state.as_sender.random;
    myc_spawn_options options = {.mailbox_bound =
                                     1 + random_below(dice, 1 << random_below(dice, 9)),
                                 .batch_max = 1 + random_below(dice, 16),
                                 .overflow = random_below(dice, 3),
                                 .place = MYC_PLACE_ON_WORKER,
                                 .worker = random_below(dice, WORKERS)};
    post_ref ref;
    int error = citizen_spawn(ctx, &state, &options, &ref);
    require(error == 0 || error == MYC_ESTOPPING, "spawn: %s", myc_error_text(error));
    if (error == 0) {
        unsigned long long none = 0;
        uint64_t packed = (uint64_t)ref.address.life << 32 | ref.address.slot;
        require(atomic_compare_exchange_strong(&cells[cell], &none, packed),
                "two actors in cell %u", cell);
    }
}

#endif
