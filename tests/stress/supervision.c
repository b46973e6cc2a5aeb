/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Watches, links and restarts on real threads. Scouts on all workers watch, unwatch, link, kill and
 * stop each other at random while children of a tree of supervisors fail under load. What must
 * hold: nobody is told of a watch it has ended, nobody twice; what one sender sends to a child
 * arrives in order however often the child starts anew; each poison is one dead letter; each start
 * has its stop; the account is exact and no memory is left.
 */
#include "stress.h"

enum { WORKERS = 4, SCOUTS = 48, HANDS = 12, SENDERS = 2, KNOWN = 8 };

/* ---- watch ---- */

typedef struct nudge {
    uint32_t hops;
    myc_address from; /* a scout to know */
} nudge;
MYC_MESSAGE(nudge)
MYC_MESSAGE_TYPE(nudge, .id = 0)

#define SCOUT_ROWS(ROW, P)                                                                         \
    ROW(P, nudge, nudge)                                                                           \
    ROW(P, down, myc_down)
MYC_PROTOCOL(scout, SCOUT_ROWS)

struct scout {
    uint64_t random;
    scout_ref known[KNOWN]; /* whom it may watch; [k] is replaced now and then */
    bool watched[KNOWN];
};

static atomic_ullong notices, scouts_born;

static scout_ref scout_self(const myc_context *ctx);
static void breed(myc_context *ctx, struct scout *parent, uint32_t which);

static void pass_on(myc_context *ctx, struct scout *self, uint32_t hops)
{
    nudge *made = nudge_new(ctx);
    require(made != NULL, "out of memory");
    *made = (nudge){hops, myc_self(ctx)};
    myc_ignore(scout_send_nudge(ctx, self->known[random_below(&self->random, KNOWN)], made));
}

static void watch_or_not(struct scout *self, myc_context *ctx, uint32_t which)
{
    if (myc_address_equal(self->known[which].address, myc_self(ctx))) {
        return;
    }
    if (self->watched[which]) {
        myc_unwatch(ctx, self->known[which].address);
    } else {
        require(MYC_WATCH(scout, down, ctx, self->known[which]) == 0, "a watch failed");
    }
    bool now = !self->watched[which];
    for (uint32_t i = 0; i < KNOWN; i++) { /* the same one may be known twice */
        if (myc_address_equal(self->known[i].address, self->known[which].address)) {
            self->watched[i] = now;
        }
    }
}

/* In place of one whose watch is ended first. */
static void get_to_know(struct scout *self, myc_context *ctx, uint32_t which, scout_ref other)
{
    if (self->watched[which]) {
        watch_or_not(self, ctx, which);
    }
    self->known[which] = other;
    for (uint32_t i = 0; i < KNOWN; i++) { /* it may be known and watched already */
        if (i != which && myc_address_equal(self->known[i].address, other.address)) {
            self->watched[which] = self->watched[i];
        }
    }
}

static void link_or_not(struct scout *self, myc_context *ctx, uint32_t which)
{
    myc_address other = self->known[which].address;
    if (!myc_address_equal(other, myc_self(ctx)) && one_in(&self->random, 2)) {
        require(myc_link(ctx, other) == 0, "a link failed");
    } else {
        myc_unlink(ctx, other);
    }
}

static myc_next scout_on_nudge(struct scout *self, myc_context *ctx, const nudge *got)
{
    uint32_t which = random_below(&self->random, KNOWN);
    if (got->from.life && one_in(&self->random, 4)) {
        get_to_know(self, ctx, which, (scout_ref){got->from});
    }
    switch (random_below(&self->random, 1024)) {
    case 0: myc_stop(ctx, self->known[which].address); break;
    case 1: myc_kill(ctx, self->known[which].address, -5); break;
    case 2: link_or_not(self, ctx, which); break;
    case 3:
    case 4:
    case 5:
    case 6: breed(ctx, self, which); break;
    default: watch_or_not(self, ctx, which); break;
    }
    if (got->hops) {
        pass_on(ctx, self, got->hops - 1);
    }
    uint32_t dice = random_below(&self->random, 8192);
    return dice == 0 ? MYC_FAIL(-6) : dice == 1 ? MYC_STOP : MYC_CONTINUE;
}

static myc_next scout_on_down(struct scout *self, myc_context *ctx, const myc_down *down)
{
    bool wanted = false;
    (void)ctx;
    for (uint32_t i = 0; i < KNOWN; i++) {
        if (myc_address_equal(self->known[i].address, down->actor)) {
            wanted = wanted || self->watched[i];
            self->watched[i] = false;
        }
    }
    require(wanted, "told of an actor that is not watched");
    atomic_fetch_add(&notices, 1);
    return MYC_CONTINUE;
}

MYC_ACTOR(scout, scout, SCOUT_ROWS)

/* A new scout in place of a known one. */
static void breed(myc_context *ctx, struct scout *parent, uint32_t which)
{
    struct scout child = *parent;
    child.random = random_next(&parent->random);
    memset(child.watched, 0, sizeof child.watched);
    child.known[random_below(&child.random, KNOWN)] = scout_self(ctx);
    scout_ref born;
    myc_spawn_options options = {.place = MYC_PLACE_SPREAD};
    if (scout_spawn(ctx, &child, &options, &born) == 0) {
        get_to_know(parent, ctx, which, born);
        atomic_fetch_add(&scouts_born, 1);
    }
}

static void first_scouts(myc_context *ctx, uint64_t *random, scout_ref *refs)
{
    for (uint32_t i = 0; i < SCOUTS; i++) {
        struct scout scout = {.random = random_next(random)};
        for (uint32_t k = 0; k < KNOWN; k++) {
            scout.known[k] = i ? refs[random_below(random, i)] : (scout_ref){{0}};
        }
        myc_spawn_options options = {.place = MYC_PLACE_SPREAD};
        require(scout_spawn(ctx, &scout, &options, &refs[i]) == 0, "cannot spawn");
    }
}

static void watch_each_other(const stress *run, uint64_t *random)
{
    myc_system *system;
    myc_system_options options = {.workers = WORKERS};
    require(myc_system_create(&options, &system) == 0, "cannot create");
    myc_context *ctx = myc_context_of(system);
    scout_ref refs[SCOUTS];
    first_scouts(ctx, random, refs);
    uint32_t rounds = run->quick ? 10000 : 50000;
    for (uint32_t round = 0; round < rounds; round++) {
        nudge *made = nudge_new(ctx);
        made->hops = 40;
        uint32_t at = random_below(random, SCOUTS);
        if (scout_send_wait_nudge(ctx, refs[at], made, 60 * SECOND_NS) == MYC_DEAD) {
            struct scout scout = {.random = random_next(random)};
            for (uint32_t k = 0; k < KNOWN; k++) {
                scout.known[k] = refs[random_below(random, SCOUTS)];
            }
            myc_spawn_options spread = {.place = MYC_PLACE_SPREAD};
            require(scout_spawn(ctx, &scout, &spread, &refs[at]) == 0, "cannot spawn");
        }
    }
    bool drain = one_in(random, 2);
    if (drain) {
        require(myc_system_await_quiescence(system, 60 * SECOND_NS) == 0, "does not come to rest");
    }
    require(myc_system_stop(system, &(myc_stop_options){.discard = !drain}, NULL) == 0,
            "does not stop");
    require(myc_system_destroy(system) == 0, "payloads are left");
}

/* ---- supervision ---- */

typedef struct parcel {
    uint32_t sender;
    uint32_t number;
    bool poison;
} parcel;
MYC_MESSAGE(parcel)
MYC_MESSAGE_TYPE(parcel, .id = 0)

#define HAND_ROWS(ROW, P) ROW(P, parcel, parcel)
MYC_PROTOCOL(hand, HAND_ROWS)

/* Outlives the lives of its hand: only one of them at a time runs. */
struct ledger {
    uint32_t next[SENDERS];
    uint64_t handled;
    uint64_t poisons;
    uint64_t starts;
    uint64_t stops;
    bool alive;
};

struct hand {
    struct ledger *ledger;
    uint64_t in_this_life;
};

static myc_next hand_on_parcel(struct hand *self, myc_context *ctx, const parcel *got)
{
    struct ledger *ledger = self->ledger;
    (void)ctx;
    require(ledger->alive, "a message comes to one that is not started");
    require(got->number >= ledger->next[got->sender], "order: %u after %u", got->number,
            ledger->next[got->sender]);
    ledger->next[got->sender] = got->number + 1;
    self->in_this_life++;
    ledger->handled += !got->poison;
    ledger->poisons += got->poison;
    return got->poison ? MYC_FAIL(-9) : MYC_CONTINUE;
}

static int hand_on_start(struct hand *self, myc_context *ctx)
{
    (void)ctx;
    require(self->in_this_life == 0, "a life begins with an old state");
    require(!self->ledger->alive, "two lives at a time");
    self->ledger->alive = true;
    self->ledger->starts++;
    return 0;
}

static void hand_on_stop(struct hand *self, myc_context *ctx, myc_exit why)
{
    (void)ctx;
    (void)why;
    require(self->ledger->alive, "a stop without a start");
    self->ledger->alive = false;
    self->ledger->stops++;
}

MYC_ACTOR_WITH_LIFECYCLE(hand, hand, HAND_ROWS)

struct load {
    myc_system *system;
    hand_ref hands[HANDS];
    struct ledger ledgers[HANDS];
    uint32_t parcels; /* of each sender */
    uint32_t sender;
    uint64_t seed;
    uint64_t accepted;
    uint64_t poisons;
};

static void send_parcel(struct load *load, myc_context *ctx, uint64_t *random, uint32_t number)
{
    uint32_t to = random_below(random, HANDS);
    parcel *made = parcel_new(ctx);
    require(made != NULL, "out of memory");
    *made = (parcel){load->sender, number, one_in(random, 64)};
    bool poison = made->poison;
    myc_sent sent = hand_send_wait_parcel(ctx, load->hands[to], made, 60 * SECOND_NS);
    require(sent == MYC_SENT, "a send to a child answers %d", (int)sent);
    load->accepted++;
    load->poisons += poison;
}

static void *send_parcels(void *argument)
{
    struct load *load = argument;
    myc_context *ctx = myc_context_of(load->system);
    uint64_t random = load->seed;
    for (uint32_t number = 0; number < load->parcels; number++) {
        send_parcel(load, ctx, &random, number);
    }
    return NULL;
}

/* Four supervisors of three hands each below one, so that giving up is tried too. */
static void spawn_tree(struct load *load, myc_context *ctx, uint64_t *random)
{
    static const myc_strategy strategies[] = {MYC_ONE_FOR_ONE, MYC_ONE_FOR_ALL, MYC_REST_FOR_ONE};
    struct hand states[HANDS];
    myc_child hands[HANDS];
    myc_supervisor_options options[4];
    myc_child below[4];
    for (uint32_t i = 0; i < HANDS; i++) {
        states[i] = (struct hand){.ledger = &load->ledgers[i]};
        hands[i] = MYC_CHILD(hand, &states[i], &load->hands[i],
                             .restart = (myc_restart)random_below(random, 2),
                             .spawn = {.place = MYC_PLACE_SPREAD, .mailbox_bound = 64});
    }
    for (uint32_t i = 0; i < 4; i++) {
        options[i] = (myc_supervisor_options){.strategy = strategies[random_below(random, 3)],
                                              .restarts_max = 1 + random_below(random, 5),
                                              .backoff_min_ns = one_in(random, 2) ? 20000 : 0,
                                              .backoff_max_ns = 100000,
                                              .spawn = {.place = MYC_PLACE_SPREAD}};
        below[i] = MYC_CHILD_SUPERVISOR(&options[i], &hands[3 * i], 3);
    }
    myc_supervisor_options top = {.strategy = strategies[random_below(random, 3)],
                                  .restarts_max = UINT32_MAX};
    require(myc_supervisor_spawn(ctx, &top, below, 4, NULL) == 0, "cannot spawn a tree");
}

static void check_account(struct load *loads, const myc_counts *counts)
{
    uint64_t accepted = 0, poisons = 0, handled = 0, poisoned = 0;
    for (uint32_t i = 0; i < SENDERS; i++) {
        accepted += loads[i].accepted;
        poisons += loads[i].poisons;
    }
    for (uint32_t i = 0; i < HANDS; i++) {
        const struct ledger *ledger = &loads[0].ledgers[i];
        handled += ledger->handled;
        poisoned += ledger->poisons;
        require(ledger->starts == ledger->stops, "a start without a stop");
    }
    require(counts->accepted == accepted, "accepted");
    require(counts->handled == handled, "handled");
    require(poisons == poisoned && counts->dead_by[MYC_DEAD_FAILED] == poisons, "poison");
    require(counts->handled + counts->dead == counts->accepted && counts->queued == 0, "account");
    require(counts->dead == poisons, "a message to a child was lost");
}

static void supervise(const stress *run, uint64_t *random)
{
    static struct load loads[SENDERS];
    memset(loads, 0, sizeof loads);
    myc_system *system;
    myc_system_options options = {.workers = WORKERS};
    require(myc_system_create(&options, &system) == 0, "cannot create");
    myc_context *ctx = myc_context_of(system);
    spawn_tree(&loads[0], ctx, random);
    pthread_t threads[SENDERS];
    for (uint32_t i = 0; i < SENDERS; i++) {
        memcpy(loads[i].hands, loads[0].hands, sizeof loads[i].hands);
        loads[i].system = system;
        loads[i].sender = i;
        loads[i].seed = random_next(random);
        loads[i].parcels = run->quick ? 10000 : 30000;
        require(pthread_create(&threads[i], NULL, send_parcels, &loads[i]) == 0, "no thread");
    }
    for (uint32_t i = 0; i < SENDERS; i++) {
        pthread_join(threads[i], NULL);
    }
    require(myc_system_stop(system, &(myc_stop_options){.timeout_ns = 60 * SECOND_NS}, NULL) == 0,
            "does not stop");
    myc_counts counts;
    myc_system_counts(system, &counts);
    check_account(loads, &counts);
    require(myc_system_destroy(system) == 0, "payloads are left");
}

int main(int count, char **arguments)
{
    stress run = stress_start(count, arguments);
    uint64_t random = run.seed;
    uint32_t rounds = run.quick ? 4 : 40;
    for (uint32_t round = 0; round < rounds; round++) {
        watch_each_other(&run, &random);
        supervise(&run, &random);
    }
    require(atomic_load(&notices) > 0, "nobody was told of anything");
    printf("%llu notices, %llu scouts\n", (unsigned long long)atomic_load(&notices),
           (unsigned long long)atomic_load(&scouts_born));
    return 0;
}
