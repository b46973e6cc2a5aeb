/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Clients of a WebSocket server that says numbers, goes away, comes back and says goodbye, while
 * other threads have the clients send. Each receiver gets rising numbers, an opened for each lost,
 * and one end; at the end nothing is left.
 */
#include "stress.h"

#include <mycelium/websocket.h>

#include "net/local_server.h"

enum { CLIENTS = 4, WORKERS = 3, SENDERS = 2 };

static const char *const subscriptions[] = {"numbers please"};

/* ---- a receiver ---- */

typedef struct heard {
    atomic_uint opened;
    atomic_uint lost;
    atomic_uint dropped;
    atomic_uint ends;
    atomic_ullong last; /* number; they begin with 1 */
    atomic_uint numbers;
} heard;

struct ear {
    heard *heard;
};

static myc_next ear_on_chunk(struct ear *self, myc_context *ctx, const myc_chunk *chunk)
{
    char text[32] = "";
    (void)ctx;
    require(chunk->flags == MYC_CHUNK_WHOLE && chunk->size_bytes < sizeof text, "a strange chunk");
    memcpy(text, chunk->bytes, chunk->size_bytes);
    unsigned long long number = strtoull(text, NULL, 10);
    unsigned long long last = atomic_exchange(&self->heard->last, number);
    require(number > last, "number %llu came after %llu", number, last);
    require(atomic_load(&self->heard->ends) == 0, "a message came after the end");
    atomic_fetch_add(&self->heard->numbers, 1);
    return MYC_CONTINUE;
}

static myc_next ear_on_event(struct ear *self, myc_context *ctx, const myc_stream_event *event)
{
    (void)ctx;
    atomic_fetch_add(&self->heard->opened, event->what == MYC_STREAM_OPENED);
    atomic_fetch_add(&self->heard->lost, event->what == MYC_STREAM_LOST);
    atomic_fetch_add(&self->heard->dropped,
                     event->what == MYC_STREAM_DROPPED ? (unsigned)event->count : 0);
    return MYC_CONTINUE;
}

static myc_next ear_on_end(struct ear *self, myc_context *ctx, const myc_stream_end *end)
{
    (void)ctx;
    require(end->error == 0, "a client ended by itself: %s", myc_error_text(end->error));
    require(end->dropped == atomic_load(&self->heard->dropped), "drops were not all told");
    atomic_fetch_add(&self->heard->ends, 1);
    return MYC_CONTINUE;
}

MYC_ACTOR(ear, myc_reader, MYC_READER_ROWS)

/* ---- a round ---- */

typedef struct town {
    myc_system *system;
    myc_context *ctx;
    struct local_server *server;
    heard heard[CLIENTS];
    myc_websocket_ref clients[CLIENTS];
    uint64_t numbers; /* said so far */
} town;

static void start_client(town *here, uint32_t index, myc_tls *tls, uint64_t *random)
{
    char url[64];
    myc_reader_ref ear;
    myc_spawn_options spawn = {.mailbox_bound = 1 + random_below(random, 20)};
    require(ear_spawn(here->ctx, &(struct ear){&here->heard[index]}, &spawn, &ear) == 0, "spawn");
    myc_websocket_options options = {.subscriptions = subscriptions,
                                     .subscription_count = 1,
                                     .tls = tls,
                                     .reconnect_first_ns = 1000000,
                                     .reconnect_max_ns = 20000000,
                                     .keepalive_ns = 500000000};
    snprintf(url, sizeof url, "%s://127.0.0.1:%u/", tls ? "wss" : "ws", here->server->port);
    require(myc_websocket_connect(here->ctx, url, &options, ear, &here->clients[index]) == 0,
            "connect");
}

typedef struct sender {
    town *here;
    uint64_t random;
    uint32_t count;
} sender;

static void *sender_main(void *argument)
{
    sender *self = argument;
    myc_context *ctx = myc_context_of(self->here->system);
    for (uint32_t order = 0; order < self->count; order++) {
        uint32_t index = random_below(&self->random, CLIENTS);
        myc_sent sent = myc_websocket_send_text(ctx, self->here->clients[index], "x");
        require(sent == MYC_SENT || sent == MYC_FULL, "a client is gone");
        nanosleep(&(struct timespec){.tv_nsec = 100000}, NULL);
    }
    return NULL;
}

static void say_numbers(town *here, uint32_t count)
{
    for (uint32_t index = 0; index < count; index++) {
        char text[32];
        int size = snprintf(text, sizeof text, "%llu", (unsigned long long)++here->numbers);
        local_server_say(here->server, WSLAY_TEXT_FRAME, text, (size_t)size);
    }
}

static void disturb(town *here, uint64_t *random)
{
    switch (random_below(random, 8)) {
    case 0:
        local_server_stop(here->server);
        local_server_start(here->server);
        break;
    case 1: local_server_goodbye(here->server, 1001, "later"); break;
    default: say_numbers(here, 1 + random_below(random, 200)); break;
    }
}

static void *server_main(void *argument)
{
    sender *self = argument;
    for (uint32_t step = 0; step < self->count; step++) {
        disturb(self->here, &self->random);
    }
    return NULL;
}

/* All are connected again: one more number reaches each. */
static void settle(town *here)
{
    for (uint32_t index = 0; index < CLIENTS; index++) {
        unsigned before = atomic_load(&here->heard[index].numbers);
        while (atomic_load(&here->heard[index].numbers) == before) {
            say_numbers(here, 1);
            nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
        }
    }
}

static void end_clients(town *here)
{
    for (uint32_t index = 0; index < CLIENTS; index++) {
        while (myc_websocket_close(here->ctx, here->clients[index]) == MYC_FULL) {
        }
    }
    require(myc_system_await_quiescence(here->system, 120 * SECOND_NS) == 0, "no rest");
    for (uint32_t index = 0; index < CLIENTS; index++) {
        heard *got = &here->heard[index];
        unsigned opened = atomic_load(&got->opened);
        require(atomic_load(&got->ends) == 1, "%u ends", atomic_load(&got->ends));
        require(opened >= 1 && opened <= atomic_load(&got->lost) + 1, "opened %u times", opened);
    }
}

static void run_all(town *here, uint64_t *random, uint32_t steps)
{
    pthread_t server;
    sender says = {here, random_next(random), steps}, sends[SENDERS];
    require(pthread_create(&server, NULL, server_main, &says) == 0, "a thread was refused");
    for (uint32_t index = 0; index < SENDERS; index++) {
        sends[index] = (sender){here, random_next(random), steps * 4};
    }
    run_threads(SENDERS, sender_main, sends, sizeof sends[0]);
    pthread_join(server, NULL);
}

static myc_tls *trust(const struct identity *identity)
{
    myc_tls *tls = NULL;
    char *path = identity_save(identity);
    require(myc_tls_create(&(myc_tls_options){.ca_file = path}, &tls, NULL) == 0, "tls");
    identity_unlink(path);
    return tls;
}

static uint64_t round_of(uint64_t *random, uint32_t steps, bool secure)
{
    static town here; /* its servers' messages are many */
    memset(&here, 0, sizeof here);
    struct identity identity =
        identity_make(&(struct identity_options){.names = "IP:127.0.0.1", .authority = true});
    myc_tls *tls = secure ? trust(&identity) : NULL;
    myc_system_options options = {.workers = WORKERS, .idle = MYC_IDLE_PARK};
    require(myc_system_create(&options, &here.system) == 0, "create");
    here.ctx = myc_context_of(here.system);
    here.server = local_server_open(secure ? &identity : NULL);
    for (uint32_t index = 0; index < CLIENTS; index++) {
        start_client(&here, index, tls, random);
    }
    run_all(&here, random, steps);
    settle(&here);
    if (one_in(random, 2)) {
        end_clients(&here);
    }
    require(myc_system_destroy(here.system) == 0, "payloads left");
    local_server_close(here.server);
    myc_tls_release(tls);
    identity_free(&identity);
    return here.numbers;
}

int main(int count, char **arguments)
{
    stress run = stress_start(count, arguments);
    uint32_t rounds = run.quick ? 4 : 30;
    uint32_t steps = run.quick ? 60 : 300;
    uint64_t numbers = 0;
    for (uint32_t index = 0; index < rounds; index++) {
        numbers += round_of(&run.seed, steps, index % 2 == 0);
    }
    printf("%llu numbers said\n", (unsigned long long)numbers);
    return 0;
}
