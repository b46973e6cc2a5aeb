/* SPDX-License-Identifier: Apache-2.0 */
#include "base/limits.h"
#include "system/frame.h"

enum { SENDERS = 4, EACH = 2000 };

/* ---- whose context it is ---- */

typedef struct asked {
    myc_system *system;
    myc_context *first, *second;
    sem_t *ready, *leave; /* both NULL: the thread ends at once */
} asked;

static void *ask_twice(void *argument)
{
    asked *answer = argument;
    answer->first = myc_context_of(answer->system);
    answer->second = myc_context_of(answer->system);
    if (answer->ready) {
        sem_post(answer->ready);
        wait_semaphore(answer->leave);
    }
    return NULL;
}

static asked ask_in_a_thread(myc_system *system)
{
    asked answer = {.system = system};
    pthread_t thread;
    cr_assert_eq(0, pthread_create(&thread, NULL, ask_twice, &answer));
    pthread_join(thread, NULL);
    return answer;
}

Test(context_of, is_the_same_in_a_thread_and_another_in_others)
{
    office at;
    office_open(&at, (myc_system_options){.workers = 1});
    asked other = ask_in_a_thread(at.system);
    cr_expect_eq(at.ctx, myc_context_of(at.system));
    cr_expect_not_null(other.first);
    cr_expect_eq(other.first, other.second);
    cr_expect_neq(at.ctx, other.first);
    cr_expect_eq(UINT32_MAX, myc_worker(other.first));
    office_close(&at);
    NO_LEAKS();
}

static void keep_context(myc_context *ctx, const note *got, void *user)
{
    (void)got;
    *(bool *)user = myc_context_of(myc_context_system(ctx)) == ctx;
}

Test(context_of, is_the_handlers_own_on_a_worker)
{
    office at;
    office_open(&at, (myc_system_options){.workers = 1});
    bool same = false;
    journal kept = {.on_note = keep_context, .user = &same};
    cr_expect_eq(MYC_SENT, send_note(at.ctx, hire(&at, &kept, 0), 1));
    expect_quiet(&at);
    cr_expect(same);
    office_close(&at);
    NO_LEAKS();
}

Test(context_of, is_taken_over_from_a_thread_that_has_ended)
{
    office at;
    office_open(&at, (myc_system_options){.workers = 1});
    myc_context *first = ask_in_a_thread(at.system).first;
    uint64_t bytes = myc_system_memory_bytes(at.system);
    for (uint32_t i = 0; i < 300; i++) {
        cr_assert_eq(first, ask_in_a_thread(at.system).first, "thread %u", i);
    }
    cr_expect_eq(bytes, myc_system_memory_bytes(at.system));
    office_close(&at);
    NO_LEAKS();
}

Test(context_of, is_null_for_the_257th_thread_at_one_time)
{
    office at;
    sem_t ready, leave;
    sem_init(&ready, 0, 0);
    sem_init(&leave, 0, 0);
    office_open(&at, (myc_system_options){.workers = 1}); /* this thread is the first */
    static asked answers[MYC__FOREIGN_MAX];
    static pthread_t threads[MYC__FOREIGN_MAX];
    for (uint32_t i = 1; i < MYC__FOREIGN_MAX; i++) {
        answers[i] = (asked){.system = at.system, .ready = &ready, .leave = &leave};
        cr_assert_eq(0, pthread_create(&threads[i], NULL, ask_twice, &answers[i]));
        wait_semaphore(&ready);
        cr_assert_not_null(answers[i].first, "thread %u", i);
    }
    cr_expect_null(ask_in_a_thread(at.system).first);
    sem_post(&leave);
    for (uint32_t i = 2; i < MYC__FOREIGN_MAX; i++) {
        sem_post(&leave);
    }
    for (uint32_t i = 1; i < MYC__FOREIGN_MAX; i++) {
        pthread_join(threads[i], NULL);
    }
    cr_expect_not_null(ask_in_a_thread(at.system).first);
    office_close(&at);
    NO_LEAKS();
}

/* ---- sending ---- */

typedef struct sending {
    myc_system *system;
    desk_ref to;
    uint32_t refused;
} sending;

static void *send_many(void *argument)
{
    sending *job = argument;
    myc_context *ctx = myc_context_of(job->system);
    for (uint64_t i = 1; i <= EACH; i++) {
        note *made = note_new(ctx);
        made->value = i;
        job->refused += desk_send_wait_note(ctx, job->to, made, LONG_NS) != MYC_SENT;
    }
    return NULL;
}

Test(foreign, threads_send_at_once_each_in_order)
{
    office at;
    office_open(&at, (myc_system_options){.workers = 2});
    journal journals[SENDERS] = {{0}};
    sending jobs[SENDERS];
    pthread_t threads[SENDERS];
    for (uint32_t i = 0; i < SENDERS; i++) {
        jobs[i] = (sending){at.system, hire(&at, &journals[i], i % 2), 0};
        cr_assert_eq(0, pthread_create(&threads[i], NULL, send_many, &jobs[i]));
    }
    for (uint32_t i = 0; i < SENDERS; i++) {
        pthread_join(threads[i], NULL);
    }
    expect_quiet(&at);
    for (uint32_t i = 0; i < SENDERS; i++) {
        cr_expect_eq(0, jobs[i].refused);
        cr_expect_eq(EACH, atomic_load(&journals[i].notes));
        cr_expect_eq(0, atomic_load(&journals[i].out_of_order));
    }
    office_close(&at);
    NO_LEAKS();
}

/* An actor stuck in its handler: what is sent to it stays in the lane. */
typedef struct stuck {
    sem_t entered, leave;
    journal log;
    desk_ref ref;
} stuck;

static void stick(office *at, stuck *in)
{
    *in = (stuck){0};
    sem_init(&in->entered, 0, 0);
    sem_init(&in->leave, 0, 0);
    in->ref = hire(at, &in->log, 0);
    send_gate(at->ctx, in->ref, &in->entered, &in->leave);
    wait_semaphore(&in->entered);
}

/** Sends notes until one is refused; returns how many were not. */
static uint64_t fill_up(office *at, desk_ref ref)
{
    uint64_t sent = 0;
    while (send_note(at->ctx, ref, sent + 1) == MYC_SENT) {
        sent++;
    }
    return sent;
}

Test(foreign, send_wait_gives_up_when_its_time_is_over)
{
    office at;
    stuck in;
    office_open(&at, (myc_system_options){.workers = 1});
    stick(&at, &in);
    fill_up(&at, in.ref);
    myc_counts before, after;
    myc_system_counts(at.system, &before);
    note *made = note_new(at.ctx);
    uint64_t start_ns = myc_now_ns(at.ctx);
    cr_expect_eq(MYC_FULL, desk_send_wait_note(at.ctx, in.ref, made, SECOND_NS / 50));
    cr_expect_geq(myc_now_ns(at.ctx) - start_ns, SECOND_NS / 50);
    myc_system_counts(at.system, &after);
    cr_expect_eq(before.refused + 1, after.refused, "its tries are one refusal");
    cr_expect_eq(before.accepted, after.accepted);
    sem_post(&in.leave);
    office_close(&at);
    NO_LEAKS();
}

static void *wait_for_room(void *argument)
{
    sending *job = argument;
    myc_context *ctx = myc_context_of(job->system);
    job->refused = desk_send_wait_note(ctx, job->to, note_new(ctx), LONG_NS) != MYC_SENT;
    return NULL;
}

Test(foreign, send_wait_goes_on_when_there_is_room)
{
    office at;
    stuck in;
    office_open(&at, (myc_system_options){.workers = 1});
    stick(&at, &in);
    uint64_t sent = fill_up(&at, in.ref);
    sending job = {at.system, in.ref, 0};
    pthread_t thread;
    cr_assert_eq(0, pthread_create(&thread, NULL, wait_for_room, &job));
    sem_post(&in.leave);
    pthread_join(thread, NULL);
    expect_quiet(&at);
    cr_expect_eq(0, job.refused);
    cr_expect_eq(sent + 1, atomic_load(&in.log.notes));
    office_close(&at);
    NO_LEAKS();
}

/* ---- orders that find the lane full ---- */

Test(foreign, stop_reaches_an_actor_behind_a_full_lane, .timeout = 90)
{
    office at;
    stuck in;
    office_open(&at, (myc_system_options){.workers = 1});
    stick(&at, &in);
    fill_up(&at, in.ref);
    myc_stop(at.ctx, in.ref.address); /* and this thread never sends again */
    sem_post(&in.leave);
    cr_expect(await_count(&in.log.stopped, 1), "the order to stop is lost");
    office_close(&at);
    NO_LEAKS();
}

Test(foreign, spawn_reaches_a_worker_behind_a_full_lane, .timeout = 90)
{
    office at;
    stuck in;
    office_open(&at, (myc_system_options){.workers = 1});
    stick(&at, &in);
    fill_up(&at, in.ref);
    journal late = {0};
    hire(&at, &late, 0);
    sem_post(&in.leave);
    cr_expect(await_count(&late.started, 1), "the actor was never started");
    myc_stop_options drain = {.timeout_ns = 5 * SECOND_NS};
    cr_expect_eq(0, myc_system_stop(at.system, &drain, NULL));
    office_close(&at);
    NO_LEAKS();
}

static void *stop_and_end(void *argument)
{
    sending *job = argument;
    myc_context *ctx = myc_context_of(job->system);
    while (send_note(ctx, job->to, 0) == MYC_SENT) {
    }
    myc_stop(ctx, job->to.address);
    return NULL;
}

Test(foreign, stop_reaches_an_actor_though_its_sender_has_ended, .timeout = 90)
{
    office at;
    stuck in;
    office_open(&at, (myc_system_options){.workers = 1});
    stick(&at, &in);
    sending job = {at.system, in.ref, 0};
    pthread_t thread;
    cr_assert_eq(0, pthread_create(&thread, NULL, stop_and_end, &job));
    pthread_join(thread, NULL);
    sem_post(&in.leave);
    cr_expect(await_count(&in.log.stopped, 1), "the order to stop is lost");
    office_close(&at);
    NO_LEAKS();
}
