/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Systems come and go: plain cycles of create and destroy, then systems with actors that spawn,
 * send and stop each other while foreign threads send and the system is stopped in any way. No
 * memory, file descriptor, thread or payload is left.
 */
#include <dirent.h>

#include "stress.h"

enum { FOREIGNERS_MAX = 3 };

typedef struct order {
    uint32_t hops;
} order;

static atomic_llong orders_alive, bytes_held;

static void order_destroy(myc_context *ctx, void *payload)
{
    (void)ctx;
    (void)ctx;
    (void)payload;
    atomic_fetch_sub(&orders_alive, 1);
}

MYC_MESSAGE(order)
MYC_MESSAGE_TYPE(order, .destroy = order_destroy)

#define CREW_ROWS(ROW, P) ROW(P, order, order)
MYC_PROTOCOL(crew, CREW_ROWS)

struct sailor {
    uint64_t random;
    crew_ref parent;
};

static void send_order(myc_context *ctx, crew_ref to, uint32_t hops)
{
    order *made = order_new(ctx);
    require(made != NULL, "out of memory");
    atomic_fetch_add(&orders_alive, 1);
    made->hops = hops;
    myc_ignore(crew_send_order(ctx, to, made));
}

static void hire(myc_context *ctx, crew_ref parent, uint64_t *random, uint32_t hops);
static crew_ref sailor_self(const myc_context *ctx);

static myc_next sailor_on_order(struct sailor *self, myc_context *ctx, const order *got)
{
    if (got->hops == 0) {
        return MYC_CONTINUE;
    }
    switch (random_below(&self->random, 8)) {
    case 0: return MYC_STOP;
    case 1: myc_stop(ctx, self->parent.address); break;
    case 2: myc_pause_until_room(ctx, self->parent.address); break;
    case 3: hire(ctx, sailor_self(ctx), &self->random, got->hops - 1); break;
    default: send_order(ctx, self->parent, got->hops - 1); break;
    }
    return MYC_CONTINUE;
}

static int sailor_on_start(struct sailor *self, myc_context *ctx)
{
    send_order(ctx, self->parent, 2);
    return one_in(&self->random, 50) ? MYC_ENOTSUP : 0;
}

static void sailor_on_stop(struct sailor *self, myc_context *ctx, myc_exit why)
{
    (void)why;
    send_order(ctx, self->parent, 3);
    hire(ctx, self->parent, &self->random, 0); /* refused when the system stops */
}

MYC_ACTOR_WITH_LIFECYCLE(sailor, crew, CREW_ROWS)

static void hire(myc_context *ctx, crew_ref parent, uint64_t *random, uint32_t hops)
{
    struct sailor state = {random_next(random), parent};
    myc_spawn_options options = {.name = one_in(random, 2) ? "a sailor" : NULL,
                                 .place = one_in(random, 2) ? MYC_PLACE_SPREAD : 0,
                                 .overflow = random_below(random, 3),
                                 .mailbox_bound = 1 + random_below(random, 20)};
    crew_ref ref;
    int error = sailor_spawn(ctx, &state, &options, &ref);
    require(error == 0 || error == MYC_ESTOPPING, "spawn: %s", myc_error_text(error));
    if (error == 0) {
        send_order(ctx, ref, hops);
    }
}

typedef struct visitor {
    myc_system *system;
    uint64_t random;
    crew_ref captain;
} visitor;

static void *visitor_main(void *argument)
{
    visitor *self = argument;
    myc_context *ctx = myc_context_of(self->system);
    require(ctx != NULL, "no context");
    for (uint32_t i = random_below(&self->random, 200); i > 0; i--) {
        if (one_in(&self->random, 20)) {
            hire(ctx, self->captain, &self->random, 3);
        } else {
            send_order(ctx, self->captain, 3);
        }
    }
    return NULL;
}

static uint32_t entries(const char *path)
{
    uint32_t count = 0;
    DIR *directory = opendir(path);
    require(directory != NULL, "%s cannot be read", path);
    while (readdir(directory)) {
        count++;
    }
    closedir(directory);
    return count;
}

static myc_system *create(uint64_t *random, bool caller_driven)
{
    myc_system *system;
    myc_system_options options = {.workers = 1 + random_below(random, 4),
                                  .idle = random_below(random, 2) * MYC_IDLE_PARK,
                                  .spin_ns = 1000,
                                  .caller_driven = caller_driven,
                                  .allocator = counted_allocator(&bytes_held)};
    int error = myc_system_create(&options, &system);
    require(error == 0, "create: %s", myc_error_text(error));
    return system;
}

static void stop_somehow(myc_system *system, uint64_t *random)
{
    static const uint64_t timeouts_ns[] = {1, 100000, 60 * SECOND_NS};
    for (uint32_t i = random_below(random, 3); i > 0; i--) {
        uint64_t timeout_ns = timeouts_ns[random_below(random, 3)];
        myc_stop_options options = {one_in(random, 2), timeout_ns};
        int error = myc_system_stop(system, &options, NULL);
        require(error == 0 || (error == MYC_ETIMEDOUT && timeout_ns < SECOND_NS), "stop: %s",
                myc_error_text(error));
    }
}

/* Visitors come while it runs, and while it stops. */
static void voyage(uint64_t *random)
{
    bool caller_driven = one_in(random, 5);
    myc_system *system = create(random, caller_driven);
    visitor visitors[FOREIGNERS_MAX];
    pthread_t threads[FOREIGNERS_MAX];
    uint32_t count = random_below(random, FOREIGNERS_MAX + 1);
    crew_ref captain = {{0, 0}};
    struct sailor state = {random_next(random), captain};
    require(sailor_spawn(myc_context_of(system), &state, NULL, &captain) == 0, "spawn");
    for (uint32_t i = 0; i < count; i++) {
        visitors[i] = (visitor){system, random_next(random), captain};
        require(pthread_create(&threads[i], NULL, visitor_main, &visitors[i]) == 0, "a thread");
    }
    for (uint32_t i = 0; caller_driven && i < 20; i++) {
        (void)myc_system_run_once(system);
    }
    stop_somehow(system, random);
    for (uint32_t i = 0; i < count; i++) {
        pthread_join(threads[i], NULL);
    }
    require(myc_system_destroy(system) == 0, "payloads left");
    require(atomic_load(&orders_alive) == 0, "orders left");
    require(atomic_load(&bytes_held) == 0, "memory left");
}

int main(int count, char **arguments)
{
    stress run = stress_start(count, arguments);
    uint32_t fds = entries("/proc/self/fd");
    uint32_t cycles = run.quick ? 500 : 10000;
    for (uint32_t i = 0; i < cycles; i++) {
        require(myc_system_destroy(create(&run.seed, false)) == 0, "payloads left");
        require(atomic_load(&bytes_held) == 0, "memory left after cycle %u", i);
    }
    uint32_t voyages = run.quick ? 300 : 20000;
    for (uint32_t i = 0; i < voyages; i++) {
        voyage(&run.seed);
    }
    require(entries("/proc/self/fd") == fds, "file descriptors left");
    require(entries("/proc/self/task") <= 3 + 1, "threads left"); /* ., .., this one; TSan's own */
    printf("%u cycles and %u voyages\n", cycles, voyages);
    return 0;
}
