/* SPDX-License-Identifier: Apache-2.0 */
/*
 * limits.c_loop: paced_latency without a runtime. The same source puts each message into a ring of
 * many producers (ck_ring) to one thread, which passes it through a second ring, as A does to B,
 * and records. No mailboxes, no references, no types, nothing but this one job: what a runtime adds
 * is the difference.
 *
 * busy: the thread looks at its ring all the time. park: it sleeps in a futex as soon as the ring
 * is empty, and the source wakes it. Messages are 48 bytes from malloc(), freed behind the second
 * ring.
 *
 * The sum of the times is checked at the end, so nothing can be left out.
 */
#include <linux/futex.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <ck_pr.h>
#include <ck_ring.h>

#include "latency.h"
#include "paced.h"

enum { INTERVAL_NS = 10000, RING_SIZE = 1024 };

typedef struct loop_message {
    uint64_t due_ns;
    uint64_t rest[5];
} loop_message;

typedef struct c_loop {
    _Alignas(128) ck_ring_t inbox;
    _Alignas(128) ck_ring_t hop;
    _Alignas(128) atomic_uint is_parked; /* the futex */
    ck_ring_buffer_t inbox_slots[RING_SIZE];
    ck_ring_buffer_t hop_slots[RING_SIZE];
    const bench_options *options;
    myc_histogram *latency;
    uint64_t count;
    uint64_t sent_sum;
    uint64_t received_sum;
} c_loop;

static void send_message(void *user, uint64_t due_ns)
{
    c_loop *self = user;
    loop_message *message = malloc(sizeof *message);
    if (!message) {
        bench_fail("a message", MYC_ENOMEM);
    }
    message->due_ns = due_ns;
    while (!ck_ring_enqueue_mpsc(&self->inbox, self->inbox_slots, message)) {
        ck_pr_stall();
    }
    self->sent_sum += due_ns;
    atomic_thread_fence(memory_order_seq_cst); /* the message, then the look at the sleeper */
    if (atomic_load_explicit(&self->is_parked, memory_order_relaxed) &&
        atomic_exchange(&self->is_parked, 0)) {
        syscall(SYS_futex, &self->is_parked, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
    }
}

static void receive(c_loop *self, loop_message *message)
{
    bench_latency_record(self->latency, message->due_ns, bench_now_ns());
    self->received_sum += message->due_ns;
    free(message);
}

/* Returns how many messages there were. */
static uint64_t take_all(c_loop *self)
{
    void *message;
    uint64_t taken = 0;
    while (ck_ring_dequeue_mpsc(&self->inbox, self->inbox_slots, &message)) {
        if (!ck_ring_enqueue_spsc(&self->hop, self->hop_slots, message) ||
            !ck_ring_dequeue_spsc(&self->hop, self->hop_slots, &message)) {
            bench_fail("the hop", MYC_EINVAL);
        }
        receive(self, message);
        taken++;
    }
    return taken;
}

static void park(c_loop *self)
{
    atomic_store(&self->is_parked, 1);
    atomic_thread_fence(memory_order_seq_cst);
    if (ck_ring_size(&self->inbox) == 0) {
        syscall(SYS_futex, &self->is_parked, FUTEX_WAIT_PRIVATE, 1, NULL, NULL, 0);
    }
    atomic_store(&self->is_parked, 0);
}

static void *run_loop(void *user)
{
    c_loop *self = user;
    bench_pin(self->options, 0);
    for (uint64_t left = self->count; left > 0;) {
        uint64_t taken = take_all(self);
        left -= taken;
        if (taken == 0 && self->options->idle == MYC_IDLE_PARK) {
            park(self);
        } else if (taken == 0) {
            ck_pr_stall();
        }
    }
    return NULL;
}

static void run(const bench_options *options, bench_output *output)
{
    static c_loop loop;
    loop = (c_loop){.options = options,
                    .latency = bench_latency_create(),
                    .count = bench_count(options, 50000)};
    ck_ring_init(&loop.inbox, RING_SIZE);
    ck_ring_init(&loop.hop, RING_SIZE);
    bench_paced paced = {.options = options,
                         .count = loop.count,
                         .interval_ns = INTERVAL_NS,
                         .processor = 1,
                         .send = send_message,
                         .user = &loop};
    pthread_t thread;
    if (pthread_create(&thread, NULL, run_loop, &loop)) {
        bench_fail("a thread", MYC_ELIMIT);
    }
    bench_paced_begin(&paced);
    bench_paced_join(&paced);
    (void)pthread_join(thread, NULL);
    double cpu_ns = bench_paced_cpu(&paced);
    if (loop.sent_sum != loop.received_sum) {
        bench_fail("the times that arrived", MYC_EINVAL);
    }
    bench_print_quantile(output, NULL, "p50", loop.latency, 0.5);
    bench_print_quantile(output, NULL, "p99", loop.latency, 0.99);
    bench_print_latency_curve(output, NULL, loop.latency);
    bench_print_part(output, "cpu", cpu_ns);
    myc_histogram_destroy(loop.latency);
}

const bench_workload bench_limits_c_loop_busy = {
    .name = "limits.c_loop.busy",
    .what = "the machine: paced_latency by two threads and two rings, busy",
    .processors = 2,
    .idle = MYC_IDLE_SPIN,
    .run = run,
};

const bench_workload bench_limits_c_loop_park = {
    .name = "limits.c_loop.park",
    .what = "the same, sleeping in a futex when there is nothing to do",
    .processors = 2,
    .idle = MYC_IDLE_PARK,
    .run = run,
};
