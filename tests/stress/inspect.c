/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Threads list actors, profile them, look for stuck workers and read flight recorders while the
 * actors come and go, and while the system stops. Some are too impatient to wait for an answer.
 * Nothing is lost; what is seen of an actor is true of it.
 */
#include "stress.h"

enum { LOOKERS = 3, GUESTS_MAX = 400, SEEN_MAX = 64 };

typedef struct letter {
    uint32_t hops;
} letter;
MYC_MESSAGE(letter)
MYC_MESSAGE_TYPE(letter, .destroy = NULL)

#define HOTEL_ROWS(ROW, P)                                                                         \
    ROW(P, letter, letter)                                                                         \
    ROW(P, urgent, letter)
MYC_PROTOCOL(hotel, HOTEL_ROWS)

static atomic_uint guests; /* that have started */

struct guest {
    uint64_t random;
    hotel_ref host;
};

static hotel_ref guest_self(const myc_context *ctx);
static void book(myc_context *ctx, hotel_ref host, uint64_t *random, uint32_t hops);

static void write_letter(myc_context *ctx, hotel_ref to, uint64_t *random, uint32_t hops)
{
    letter *made = letter_new(ctx);
    require(made != NULL, "out of memory");
    made->hops = hops;
    myc_ignore(one_in(random, 2) ? hotel_send_letter(ctx, to, made)
                                 : hotel_send_urgent(ctx, to, made));
}

static myc_next guest_on_letter(struct guest *self, myc_context *ctx, const letter *got)
{
    if (got->hops == 0) {
        return MYC_CONTINUE;
    }
    switch (random_below(&self->random, 6)) {
    case 0: return one_in(&self->random, 2) ? MYC_STOP : MYC_CONTINUE;
    case 1: book(ctx, guest_self(ctx), &self->random, got->hops - 1); break;
    case 2: myc_pause_until_room(ctx, self->host.address); break;
    default: write_letter(ctx, self->host, &self->random, got->hops - 1); break;
    }
    return MYC_CONTINUE;
}

static myc_next guest_on_urgent(struct guest *self, myc_context *ctx, const letter *got)
{
    return guest_on_letter(self, ctx, got);
}

static int guest_on_start(struct guest *self, myc_context *ctx)
{
    atomic_fetch_add(&guests, 1);
    write_letter(ctx, self->host, &self->random, 3);
    return 0;
}

static void guest_on_stop(struct guest *self, myc_context *ctx, myc_exit why)
{
    (void)self, (void)ctx, (void)why;
    atomic_fetch_sub(&guests, 1);
}

MYC_ACTOR_WITH_LIFECYCLE(guest, hotel, HOTEL_ROWS)

static void book(myc_context *ctx, hotel_ref host, uint64_t *random, uint32_t hops)
{
    if (atomic_load(&guests) >= GUESTS_MAX) {
        return;
    }
    hotel_ref ref;
    struct guest state = {random_next(random), host};
    myc_spawn_options options = {.name = one_in(random, 2) ? "a guest" : NULL,
                                 .place = one_in(random, 2) ? MYC_PLACE_SPREAD : 0,
                                 .overflow = (myc_overflow)random_below(random, 3),
                                 .mailbox_bound = 1 + random_below(random, 8)};
    int error = guest_spawn(ctx, &state, &options, &ref);
    require(error == 0 || error == MYC_ESTOPPING, "spawn: %s", myc_error_text(error));
    if (!error) {
        write_letter(ctx, ref, random, hops);
    }
}

typedef struct looker {
    myc_system *system;
    atomic_bool *over;
    uint64_t random;
    uint64_t seen;
    uint64_t known; /* by their workers */
    uint32_t address_count;
    myc_address addresses[SEEN_MAX];
} looker;

static void check_info(void *user, const myc_actor_info *info)
{
    looker *self = user;
    bool is_named = strcmp(info->name, "guest") == 0 || strcmp(info->name, "a guest") == 0;
    require(is_named, "an actor is called %s", info->name);
    require(info->protocol == &hotel_protocol, "of another protocol");
    require(info->worker == info->address.slot >> 24, "on worker %u", info->worker);
    require(info->state < MYC_ACTOR_STATES, "in state %d", info->state);
    require(info->mailbox_depth < 100000, "with a depth of %u", info->mailbox_depth);
    self->seen++;
    self->known += info->state != MYC_ACTOR_UNKNOWN;
    self->addresses[self->address_count++ % SEEN_MAX] = info->address;
}

static void check_answer(int error)
{
    require(error == 0 || error == MYC_ENOENT || error == MYC_ETIMEDOUT, "%s",
            myc_error_text(error));
}

static void look_at_one(looker *self, uint64_t timeout_ns)
{
    myc_address actor = self->addresses[random_below(&self->random, SEEN_MAX)];
    myc_actor_info info;
    switch (random_below(&self->random, 4)) {
    case 0:
        check_answer(myc_system_profile(self->system, actor, one_in(&self->random, 2), timeout_ns));
        break;
    case 1:
        check_answer(
            myc_system_profile_read(self->system, actor, MYC_ALL_ROWS, NULL, NULL, timeout_ns));
        break;
    default: check_answer(myc_system_actor(self->system, actor, timeout_ns, &info)); break;
    }
}

static void read_events(looker *self, uint32_t worker)
{
    static _Thread_local myc_event events[MYC_EVENTS_KEPT];
    uint32_t count = myc_system_events(self->system, worker, events, MYC_EVENTS_KEPT);
    for (uint32_t i = 0; i < count; i++) {
        require(events[i].kind > MYC_EVENT_NONE && events[i].kind < MYC_EVENT_KINDS,
                "an event of kind %d", events[i].kind);
        require(i == 0 || events[i].at_ns >= events[i - 1].at_ns, "events out of order");
    }
}

static void look(looker *self)
{
    uint64_t timeout_ns = one_in(&self->random, 4) ? 1 : 10 * SECOND_NS;
    myc_stuck stuck[4];
    switch (random_below(&self->random, 16)) {
    case 0:
        check_answer(myc_system_profile_all(self->system, one_in(&self->random, 2), timeout_ns));
        break;
    case 1:
        require(myc_system_each_actor(self->system, timeout_ns, check_info, self) >= 0, "list");
        break;
    case 2: read_events(self, random_below(&self->random, 4)); break;
    case 3: (void)myc_system_stuck(self->system, 1, stuck, 4); break;
    default: look_at_one(self, timeout_ns); break;
    }
}

static void *looker_main(void *argument)
{
    looker *self = argument;
    while (!atomic_load(self->over)) {
        look(self);
    }
    return NULL;
}

static void write_letters(myc_system *system, hotel_ref host, uint64_t *random, uint32_t count)
{
    myc_context *ctx = myc_context_of(system);
    for (uint32_t i = 0; i < count; i++) {
        if (one_in(random, 8)) {
            book(ctx, host, random, 4);
        } else {
            write_letter(ctx, host, random, 4);
        }
    }
}

static myc_system *open_hotel(uint64_t *random, atomic_llong *bytes)
{
    myc_system *system;
    myc_system_options options = {.workers = 1 + random_below(random, 3),
                                  .idle = one_in(random, 2) ? MYC_IDLE_PARK : 0,
                                  .profile = one_in(random, 3),
                                  .flight_recorder = one_in(random, 2),
                                  .watchdog_ns = one_in(random, 2) ? 200000 : 0,
                                  .allocator = counted_allocator(bytes)};
    require(myc_system_create(&options, &system) == 0, "create");
    return system;
}

static uint64_t season(uint64_t *random, uint32_t letters)
{
    atomic_llong bytes = 0;
    atomic_bool over = false;
    myc_system *system = open_hotel(random, &bytes);
    hotel_ref host = {{0, 0}};
    struct guest state = {random_next(random), host};
    require(guest_spawn(myc_context_of(system), &state, NULL, &host) == 0, "spawn");
    looker lookers[LOOKERS];
    pthread_t threads[LOOKERS];
    for (uint32_t i = 0; i < LOOKERS; i++) {
        lookers[i] = (looker){.system = system, .over = &over, .random = random_next(random)};
        require(pthread_create(&threads[i], NULL, looker_main, &lookers[i]) == 0, "a thread");
    }
    write_letters(system, host, random, letters);
    (void)myc_system_stop(system, &(myc_stop_options){.discard = one_in(random, 2)}, NULL);
    atomic_store(&over, true);
    uint64_t known = 0;
    for (uint32_t i = 0; i < LOOKERS; i++) {
        pthread_join(threads[i], NULL);
        known += lookers[i].known;
    }
    require(myc_system_destroy(system) == 0, "payloads left");
    require(atomic_load(&bytes) == 0, "memory left");
    require(atomic_load(&guests) == 0, "guests left");
    return known;
}

int main(int count, char **arguments)
{
    stress run = stress_start(count, arguments);
    uint64_t known = 0;
    uint32_t seasons = run.quick ? 20 : 400;
    for (uint32_t i = 0; i < seasons; i++) {
        known += season(&run.seed, run.quick ? 3000 : 20000);
    }
    require(known > 0, "no worker ever answered");
    printf("%u seasons, %llu actors seen\n", seasons, (unsigned long long)known);
    return 0;
}
