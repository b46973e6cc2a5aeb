/* SPDX-License-Identifier: Apache-2.0 */
#include "reader.h"

#define SHORT_NS INT64_C(10000000)

static myc__shard *shard_of(struct frame *frame, uint32_t worker)
{
    return frame->system->fabric.shards[worker];
}

/* As system/worker.c parks; nobody has work for it. */
static void park(myc__shard *shard, int64_t timeout_ns)
{
    myc__io_announce_wait(shard->io);
    myc__io_wait(shard->io, timeout_ns);
    myc__parking_leave(&shard->parking);
}

/* A wait may end early, but not time after time. No timer ends one too soon. */
static bool can_sleep(myc__shard *shard)
{
    for (int round = 0; round < 10; round++) {
        (void)myc__io_poll(shard->io);
        uint64_t start_ns = myc__kernel_now_ns();
        park(shard, SHORT_NS);
        if (myc__kernel_now_ns() - start_ns >= (uint64_t)SHORT_NS)
            return true;
    }
    return false;
}

/* A sender that comes between announcement and wait: the worker would sleep for ever without. */
static void expect_wakes(myc__shard *shard)
{
    myc__io_announce_wait(shard->io);
    myc__parking_notify(&shard->parking);
    myc__io_wait(shard->io, -1);
    cr_expect_eq(MYC__AWAKE, shard->parking.state);
    cr_expect(can_sleep(shard), "it is woken for ever");
}

DRIVEN_TEST(io, sleeps_and_wakes_before_there_is_a_source)
{
    for (uint32_t worker = 0; worker < 2; worker++) {
        cr_expect(can_sleep(shard_of(frame, worker)));
        for (int round = 0; round < 3; round++)
            expect_wakes(shard_of(frame, worker));
    }
}

static uint32_t worker_of(reading_ref ref)
{
    return myc__address_worker(ref.address);
}

DRIVEN_TEST(io, sleeps_and_wakes_while_a_source_waits)
{
    int fds[2];
    cr_assert_eq(0, pipe2(fds, O_CLOEXEC));
    char path[32];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fds[0]);
    struct script script = {.path = path};
    myc__shard *shard = shard_of(frame, worker_of(spawn_reader(frame, &script)));
    AWAIT(frame, myc__io_poll(shard->io) == 0);
    for (int round = 0; round < 3; round++)
        expect_wakes(shard);
    cr_expect_eq(1, shard->open_sources);
    myc__io_announce_wait(shard->io);
    cr_expect_eq(MYC__PARKED, shard->parking.state, "the pipe must be able to end the wait");
    myc__parking_leave(&shard->parking);
    close(fds[0]);
    close(fds[1]);
    await_quiescence(frame);
    cr_expect_eq(0, shard->open_sources);
}

DRIVEN_TEST(io, sleeps_and_wakes_after_its_last_source)
{
    struct script script = {.path = file_of(frame, 10)};
    myc__shard *shard = shard_of(frame, worker_of(spawn_reader(frame, &script)));
    await_quiescence(frame);
    expect_read_to_end(&script, 10);
    myc__io_announce_wait(shard->io);
    cr_expect_eq(MYC__PARKED_ON_WORD, shard->parking.state);
    myc__parking_leave(&shard->parking);
    for (int round = 0; round < 3; round++)
        expect_wakes(shard);
}

/* A worker that finds nothing to do goes to sleep, and a chunk must wake it. */
DRIVEN_TEST(io, does_nothing_while_the_owner_has_no_room)
{
    struct script script = {.path = file_of(frame, 100 * MYC_CHUNK_BYTES), .wait_after = 1};
    reading_ref ref = spawn_reader(frame, &script);
    AWAIT(frame, received(&script) == MYC_CHUNK_BYTES);
    for (int round = 0; round < 50; round++)
        step(frame);
    for (int round = 0; round < 10; round++)
        cr_expect_eq(0, myc__io_poll(shard_of(frame, worker_of(ref))->io));
    cr_expect_eq(0, myc_system_stop(frame->system, NULL, NULL)); /* lets the reader go on */
    expect_read(&script, script.chunks * (uint64_t)MYC_CHUNK_BYTES);
}
