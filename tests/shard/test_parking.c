/* SPDX-License-Identifier: Apache-2.0 */
#include <poll.h>
#include <pthread.h>

#include "shards.h"

enum { PINGS = 10000 };

static myc__parking open_parking(bool asymmetric)
{
    myc__parking parking;
    myc__parking_init(&parking, eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), asymmetric);
    cr_assert_geq(parking.wake_fd, 0);
    return parking;
}

Test(parking, does_not_signal_a_worker_that_is_awake)
{
    myc__parking parking = open_parking(false);
    for (int index = 0; index < 5; index++)
        myc__parking_notify(&parking);
    cr_expect_eq(MYC__AWAKE, parking.state);
    cr_expect_eq(0, signals_of(parking.wake_fd));
    close(parking.wake_fd);
    NO_LEAKS();
}

Test(parking, signals_a_worker_that_waits_once)
{
    myc__parking parking = open_parking(false);
    for (int round = 0; round < 3; round++) {
        myc__parking_announce(&parking);
        cr_expect_eq(MYC__PARKED, parking.state);
        cr_expect_eq(0, signals_of(parking.wake_fd));
        for (int index = 0; index < 5; index++)
            myc__parking_notify(&parking);
        cr_expect_eq(MYC__AWAKE, parking.state);
        cr_expect_eq(1, signals_of(parking.wake_fd));
        myc__parking_leave(&parking);
    }
    close(parking.wake_fd);
    NO_LEAKS();
}

Test(parking, is_awake_after_it_leaves_by_itself)
{
    myc__parking parking = open_parking(false);
    myc__parking_announce(&parking);
    myc__parking_leave(&parking);
    cr_expect_eq(MYC__AWAKE, parking.state);
    myc__parking_notify(&parking);
    cr_expect_eq(0, signals_of(parking.wake_fd));
    close(parking.wake_fd);
    NO_LEAKS();
}

Test(parking, wakes_a_worker_on_its_word_without_a_signal)
{
    myc__parking parking = open_parking(false);
    for (int round = 0; round < 3; round++) {
        myc__parking_announce_on_word(&parking);
        cr_expect_eq(MYC__PARKED_ON_WORD, parking.state);
        for (int index = 0; index < 5; index++)
            myc__parking_notify(&parking);
        cr_expect_eq(MYC__AWAKE, parking.state);
        myc__parking_wait(&parking, -1); /* returns, since the wake came before */
        myc__parking_leave(&parking);
    }
    cr_expect_eq(0, signals_of(parking.wake_fd));
    close(parking.wake_fd);
    NO_LEAKS();
}

/* A worker that parks whenever it has no work; work is a number that goes up. */
struct worker {
    myc__parking parking;
    _Alignas(MYC__CACHE_LINE) uint32_t work; /* atomic */
    uint32_t done;
    uint32_t waits; /* how often it went into the kernel */
    bool on_word;
    struct worker *other;
};

static bool has_work(struct worker *worker)
{
    return myc__load_acquire_u32(&worker->work) != worker->done;
}

static void wait_for_signal(struct worker *worker)
{
    struct pollfd poller = {.fd = worker->parking.wake_fd, .events = POLLIN};
    while (poll(&poller, 1, -1) != 1)
        continue;
    uint64_t count;
    ssize_t size = read(worker->parking.wake_fd, &count, sizeof count);
    (void)size;
    worker->waits++;
}

static void wait_on_word(struct worker *worker)
{
    myc__parking_wait(&worker->parking, -1);
    worker->waits++;
}

static void park(struct worker *worker)
{
    if (worker->on_word)
        myc__parking_announce_on_word(&worker->parking);
    else
        myc__parking_announce(&worker->parking);
    if (!has_work(worker))
        (worker->on_word ? wait_on_word : wait_for_signal)(worker);
    myc__parking_leave(&worker->parking);
}

/* As a worker that has I/O in flight at one time and none at another. */
static void park_until_work(struct worker *worker)
{
    while (!has_work(worker)) {
        worker->on_word = !worker->on_word;
        park(worker);
    }
    worker->done++;
}

static void give_work(struct worker *worker)
{
    myc__store_release_u32(&worker->work, myc__load_relaxed_u32(&worker->work) + 1);
    myc__parking_notify(&worker->parking);
}

static void *answer_pings(void *user)
{
    struct worker *worker = user;
    while (worker->done < PINGS) {
        park_until_work(worker);
        give_work(worker->other);
    }
    return NULL;
}

/* Returns how often one of them slept. */
static uint64_t play_one_game(bool asymmetric)
{
    struct worker left = {.parking = open_parking(asymmetric)};
    struct worker right = {.parking = open_parking(asymmetric), .other = &left};
    pthread_t thread;
    cr_assert_eq(0, pthread_create(&thread, NULL, answer_pings, &right));
    for (uint32_t ping = 0; ping < PINGS; ping++) {
        give_work(&right);
        park_until_work(&left);
    }
    pthread_join(thread, NULL);
    cr_expect_eq(PINGS, left.done);
    cr_expect_eq(PINGS, right.done);
    close(left.parking.wake_fd);
    close(right.parking.wake_fd);
    return left.waits + right.waits;
}

/* A lost wake-up leaves both asleep: the test times out. On a busy machine a game may pass with
 * hardly any sleep, and then shows nothing. */
static void play_ping_pong(bool asymmetric)
{
    uint64_t slept = 0;
    while (slept < PINGS / 10)
        slept += play_one_game(asymmetric);
}

Test(parking, loses_no_wake_up_of_a_ping_pong, .timeout = 120)
{
    play_ping_pong(false);
    NO_LEAKS();
}

Test(parking, loses_no_wake_up_with_the_asymmetric_fence, .timeout = 120)
{
    if (!myc__fence_asymmetric_setup())
        cr_skip_test("this kernel has no private expedited membarrier");
    play_ping_pong(true);
    NO_LEAKS();
}

/* Several senders at one worker: who finds it parked signals, the others do not. */
enum { SENDERS = 3, ORDERS = 5000 };

struct orders {
    myc__parking parking;
    _Alignas(MYC__CACHE_LINE) uint32_t given; /* atomic: by all senders */
};

static void *give_orders(void *user)
{
    struct orders *orders = user;
    for (uint32_t index = 0; index < ORDERS; index++) {
        myc__sub_acq_rel_u32(&orders->given, UINT32_MAX); /* one more */
        myc__parking_notify(&orders->parking);
    }
    return NULL;
}

Test(parking, wakes_one_worker_for_many_senders, .timeout = 120)
{
    static struct orders orders;
    orders.parking = open_parking(false);
    pthread_t threads[SENDERS];
    for (int index = 0; index < SENDERS; index++)
        cr_assert_eq(0, pthread_create(&threads[index], NULL, give_orders, &orders));
    struct worker sleeper = {.parking = {.wake_fd = orders.parking.wake_fd}};
    uint32_t seen = 0;
    while (seen < SENDERS * ORDERS) {
        myc__parking_announce(&orders.parking);
        if (myc__load_acquire_u32(&orders.given) == seen)
            wait_for_signal(&sleeper);
        myc__parking_leave(&orders.parking);
        seen = myc__load_acquire_u32(&orders.given);
    }
    for (int index = 0; index < SENDERS; index++)
        pthread_join(threads[index], NULL);
    close(orders.parking.wake_fd);
    NO_LEAKS();
}
