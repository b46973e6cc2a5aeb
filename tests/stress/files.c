/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Writers on two workers append what threads outside order from them, through queues that are full
 * most of the time. When the system is quiet, all that was accepted is in the files; what is
 * written as it stops is in them after the stop; and each file that was moved into a watched
 * directory was told.
 */
#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include "stress.h"

enum {
    WORKERS = 2,
    ORDERERS = 2,
    WRITERS = 6,
    PIECE_BYTES_MAX = 6000,
    QUEUE_BYTES = 8000,
    MOVED_MAX = 1000
};

typedef struct order {
    uint32_t size_bytes;
} order;
MYC_MESSAGE(order)
MYC_MESSAGE_TYPE(order)

#define SCRIBE_ROWS(ROW, P)                                                                        \
    ROW(P, order, order)                                                                           \
    ROW(P, event, myc_stream_event)                                                                \
    ROW(P, end, myc_stream_end)
MYC_PROTOCOL(scribe, SCRIBE_ROWS)

struct writer {
    uint32_t index;
    myc_stream file;
};

static char directory[] = "/tmp/mycelium-stress-XXXXXX";
static _Atomic uint64_t accepted_bytes[WRITERS];
static atomic_uint synced, seen;
static atomic_bool is_seen[MOVED_MAX];
static scribe_ref writers[WRITERS];

static void path_of(uint32_t index, char path[64])
{
    snprintf(path, 64, "%s/%u", directory, index);
}

/* Returns false when the system stops before its first order has come. */
static bool has_file(struct writer *self, myc_context *ctx)
{
    char path[64];
    path_of(self->index, path);
    const myc_stream_options options = {.mode = MYC_STREAM_APPEND, .queue_bytes = QUEUE_BYTES};
    int error = self->file.number ? 0 : myc_stream_open(ctx, path, &options, &self->file);
    require(error == 0 || error == MYC_ESTOPPING, "%s: %s", path, myc_error_text(error));
    return error == 0;
}

static myc_next writer_on_order(struct writer *self, myc_context *ctx, const order *wanted)
{
    if (!has_file(self, ctx))
        return MYC_STOP;
    myc_chunk *chunk = myc_chunk_make(ctx, wanted->size_bytes);
    require(chunk, "memory is out");
    chunk->size_bytes = wanted->size_bytes;
    memset(chunk->bytes, 'a' + (int)self->index, wanted->size_bytes);
    if (myc_stream_write(ctx, self->file, chunk) != MYC_SENT) {
        myc_stream_pause_until_writable(ctx, self->file);
        return MYC_AGAIN;
    }
    atomic_fetch_add(&accepted_bytes[self->index], wanted->size_bytes);
    if (wanted->size_bytes % 16 == 0)
        require(myc_stream_sync(ctx, self->file) == 0, "a sync was refused");
    return MYC_CONTINUE;
}

static myc_next writer_on_event(struct writer *self, myc_context *ctx,
                                const myc_stream_event *event)
{
    (void)self, (void)ctx;
    require(event->what == MYC_STREAM_SYNCED && !event->error, "a sync failed");
    atomic_fetch_add(&synced, 1);
    return MYC_CONTINUE;
}

static myc_next writer_on_end(struct writer *self, myc_context *ctx, const myc_stream_end *end)
{
    (void)self, (void)ctx;
    require(false, "a file ended: %d", end->os_error);
    return MYC_STOP;
}
MYC_ACTOR(writer, scribe, SCRIBE_ROWS)

/* ---- the watcher ---- */

struct watcher {
    myc_stream stream;
};

/* Its one order is to begin. */
static myc_next watcher_on_order(struct watcher *self, myc_context *ctx, const order *wanted)
{
    (void)wanted;
    require(myc_stream_watch_directory(ctx, directory, &self->stream) == 0, "no watch");
    return MYC_CONTINUE;
}

static myc_next watcher_on_event(struct watcher *self, myc_context *ctx,
                                 const myc_stream_event *event)
{
    (void)self, (void)ctx;
    require(event->what == MYC_STREAM_APPEARED, "another event");
    if (event->name[0] == 'm' && !atomic_exchange(&is_seen[atoi(event->name + 1)], true))
        atomic_fetch_add(&seen, 1);
    return MYC_CONTINUE;
}

static myc_next watcher_on_end(struct watcher *self, myc_context *ctx, const myc_stream_end *end)
{
    (void)self, (void)ctx, (void)end;
    return MYC_STOP;
}
MYC_ACTOR(watcher, scribe, SCRIBE_ROWS)

/* ---- threads outside ---- */

typedef struct orderer {
    pthread_t thread;
    myc_system *system;
    uint64_t random;
    uint32_t orders;
} orderer;

static void *give_orders(void *user)
{
    orderer *self = user;
    myc_context *ctx = myc_context_of(self->system);
    require(ctx, "no context");
    for (uint32_t left = self->orders; left > 0; left--) {
        order *made = order_new(ctx);
        made->size_bytes = 1 + random_below(&self->random, PIECE_BYTES_MAX);
        scribe_ref to = writers[random_below(&self->random, WRITERS)];
        require(scribe_send_wait_order(ctx, to, made, 60 * SECOND_NS) == MYC_SENT,
                "an order was refused");
    }
    return NULL;
}

static void *move_files(void *user)
{
    orderer *self = user;
    for (uint32_t index = 0; index < self->orders; index++) {
        char from[64], to[64];
        snprintf(from, sizeof from, "%s.part", directory);
        snprintf(to, sizeof to, "%s/m%u", directory, index);
        close(open(from, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
        require(rename(from, to) == 0, "%s", to);
    }
    return NULL;
}

static void expect_files(const char *when)
{
    for (uint32_t index = 0; index < WRITERS; index++) {
        char path[64];
        struct stat status;
        path_of(index, path);
        uint64_t size_bytes = stat(path, &status) == 0 ? (uint64_t)status.st_size : 0;
        uint64_t expected = atomic_load(&accepted_bytes[index]);
        require(size_bytes == expected, "%s: %llu bytes of %llu in %s", when,
                (unsigned long long)size_bytes, (unsigned long long)expected, path);
    }
}

static void give_and_move(myc_system *system, uint64_t *random, uint32_t orders)
{
    orderer threads[ORDERERS + 1];
    for (uint32_t i = 0; i <= ORDERERS; i++) {
        threads[i] = (orderer){
            .system = system, .random = random_next(random), .orders = i ? orders : orders / 4};
        require(pthread_create(&threads[i].thread, NULL, i ? give_orders : move_files,
                               &threads[i]) == 0,
                "no thread");
    }
    for (uint32_t i = 0; i <= ORDERERS; i++) {
        pthread_join(threads[i].thread, NULL);
    }
}

static void clear_directory(void)
{
    DIR *opened = opendir(directory);
    for (struct dirent *entry; (entry = readdir(opened));) {
        (void)unlinkat(dirfd(opened), entry->d_name, 0);
    }
    closedir(opened);
    for (uint32_t index = 0; index < WRITERS; index++) {
        atomic_store(&accepted_bytes[index], 0);
    }
    for (uint32_t index = 0; index < MOVED_MAX; index++) {
        atomic_store(&is_seen[index], false);
    }
    atomic_store(&seen, 0);
}

static void spawn_all(myc_context *ctx, bool with_watcher)
{
    for (uint32_t index = 0; index < WRITERS; index++) {
        require(writer_spawn(ctx, &(struct writer){.index = index},
                             &(myc_spawn_options){.mailbox_bound = 16}, &writers[index]) == 0,
                "no writer");
    }
    scribe_ref watcher;
    if (with_watcher) {
        require(watcher_spawn(ctx, &(struct watcher){{0}}, NULL, &watcher) == 0, "no watcher");
        require(scribe_send_order(ctx, watcher, order_new(ctx)) == MYC_SENT, "no watch");
    }
}

static void run_round(uint64_t *random, uint32_t orders, bool with_watcher)
{
    myc_system *system;
    const myc_system_options options = {.workers = WORKERS,
                                        .io = one_in(random, 2) ? MYC_IO_AUTO : MYC_IO_EPOLL};
    require(myc_system_create(&options, &system) == 0, "no system");
    spawn_all(myc_context_of(system), with_watcher);
    give_and_move(system, random, orders);
    while (with_watcher && atomic_load(&seen) < orders / 4) {
        sched_yield();
    }
    if (!with_watcher) { /* which may be told of more at any time */
        require(myc_system_await_quiescence(system, 60 * SECOND_NS) == 0, "never quiet");
        expect_files("quiet");
    }
    require(myc_system_stop(system, NULL, NULL) == 0, "no stop");
    expect_files("stopped");
    require(myc_system_destroy(system) == 0, "payloads are lost");
    clear_directory();
}

int main(int count, char **arguments)
{
    stress run = stress_start(count, arguments);
    require(mkdtemp(directory), "no directory");
    for (uint32_t round = 0; round < (run.quick ? 6 : 60); round++) {
        run_round(&run.seed, run.quick ? 400 : 4000, round % 2);
    }
    require(atomic_load(&synced) > 0, "nothing was synced");
    require(rmdir(directory) == 0, "the directory is not empty");
    return 0;
}
