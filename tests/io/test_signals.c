/* SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>

#include "watcher.h"

/* Each test blocks what it watches before its threads are made, so none of them gets it. */
static void block(int number)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, number);
    cr_assert_eq(0, pthread_sigmask(SIG_BLOCK, &set, NULL));
}

static void block_all_of_ours(void)
{
    block(SIGUSR1);
    block(SIGUSR2);
    block(SIGHUP);
    block(SIGRTMIN + 1);
}

/* As SOURCE_TEST, with the signals blocked in all threads. */
#define SIGNAL_TEST(name)                                                                          \
    static void signals_##name(struct frame *frame);                                               \
    ParameterizedTestParameters(signals, name)                                                     \
    {                                                                                              \
        static enum kind kinds[KIND_COUNT];                                                        \
        for (int kind = 0; kind < KIND_COUNT; kind++)                                              \
            kinds[kind] = (enum kind)kind;                                                         \
        return cr_make_param_array(enum kind, kinds, KIND_COUNT);                                  \
    }                                                                                              \
    ParameterizedTest(enum kind *kind, signals, name, .timeout = TOO_LONG_S)                       \
    {                                                                                              \
        struct frame frame;                                                                        \
        block_all_of_ours();                                                                       \
        frame_open(&frame, *kind);                                                                 \
        signals_##name(&frame);                                                                    \
        frame_close(&frame);                                                                       \
        NO_LEAKS();                                                                                \
    }                                                                                              \
    static void signals_##name(struct frame *frame)

static void send_self(int number)
{
    cr_assert_eq(0, kill(getpid(), number));
}

SIGNAL_TEST(tells_each_signal_with_who_sent_it)
{
    static const int watched[] = {SIGUSR1, SIGUSR2, 0};
    struct watch watch = {.signals = watched};
    watching_ref ref = spawn_watcher(frame, &watch, NULL);
    send_self(SIGUSR1);
    await_told(frame, &watch, 1);
    send_self(SIGUSR2);
    await_told(frame, &watch, 2);
    send_self(SIGHUP); /* not watched: it stays blocked */
    send_self(SIGUSR1);
    await_told(frame, &watch, 3);
    cr_expect_eq(2, watch.counts[SIGUSR1]);
    cr_expect_eq(1, watch.counts[SIGUSR2]);
    cr_expect_eq((uint32_t)getpid(), watch.last_process);
    myc_stop(frame->ctx, ref.address);
    await_quiescence(frame);
}

SIGNAL_TEST(tells_what_was_pending_before)
{
    static const int watched[] = {SIGUSR1, 0};
    send_self(SIGUSR1);
    struct watch watch = {.signals = watched};
    watching_ref ref = spawn_watcher(frame, &watch, NULL);
    await_told(frame, &watch, 1);
    myc_stop(frame->ctx, ref.address);
    await_quiescence(frame);
}

/* Those that the kernel queues come one by one, also to an owner with little room. */
SIGNAL_TEST(loses_none_that_are_queued)
{
    const int numbers[] = {SIGRTMIN + 1, 0};
    struct watch watch = {.signals = numbers};
    watching_ref ref = spawn_watcher(frame, &watch, &(myc_spawn_options){.mailbox_bound = 2});
    for (int value = 0; value < 200; value++)
        cr_assert_eq(0, sigqueue(getpid(), numbers[0], (union sigval){.sival_int = value}));
    await_told(frame, &watch, 200);
    myc_stop(frame->ctx, ref.address);
    await_quiescence(frame);
}

SIGNAL_TEST(refuses_a_signal_that_is_not_blocked)
{
    static const int watched[] = {SIGUSR1, SIGCHLD, 0};
    struct watch watch = {.signals = watched};
    spawn_watcher(frame, &watch, NULL);
    cr_expect_eq(MYC_EINVAL, watch.error);
    cr_expect(lines_have(&frame->lines, "SIGCHLD"), "%s", frame->lines.text[0]);
    cr_expect(lines_have(&frame->lines, "expected it to be blocked in all threads"));
    static const int none[] = {0}, strange[] = {12345, 0}, never[] = {SIGKILL, 0};
    struct watch nothing = {.signals = none}, unknown = {.signals = strange},
                 killing = {.signals = never};
    spawn_watcher(frame, &nothing, NULL);
    spawn_watcher(frame, &unknown, NULL);
    spawn_watcher(frame, &killing, NULL);
    cr_expect_eq(MYC_EINVAL, nothing.error);
    cr_expect_eq(MYC_EINVAL, unknown.error);
    cr_expect_eq(MYC_EINVAL, killing.error);
    await_quiescence(frame);
}

/* Two systems of one process: each is told of its own signal; of one that both watch, one is told. */
SIGNAL_TEST(several_systems_watch_beside_each_other)
{
    static const int mine[] = {SIGUSR1, SIGHUP, 0}, theirs[] = {SIGUSR2, SIGHUP, 0};
    struct frame other;
    frame_open_with(&other, (myc_system_options){.io = frame->system->fabric.io_backend,
                                                 .workers = 1,
                                                 .idle = MYC_IDLE_PARK});
    struct watch watch = {.signals = mine}, other_watch = {.signals = theirs};
    watching_ref ref = spawn_watcher(frame, &watch, NULL);
    watching_ref other_ref = spawn_watcher(&other, &other_watch, NULL);
    send_self(SIGUSR1);
    send_self(SIGUSR2);
    AWAIT(frame, told(&watch) == 1);
    AWAIT(&other, told(&other_watch) == 1);
    for (uint32_t both = 1; both <= 5; both++) {
        send_self(SIGHUP);
        AWAIT(frame, told(&watch) + told(&other_watch) == 2 + both);
    }
    myc_stop(frame->ctx, ref.address);
    myc_stop(other.ctx, other_ref.address);
    await_quiescence(frame);
    await_quiescence(&other);
    cr_expect_eq(5, watch.counts[SIGHUP] + other_watch.counts[SIGHUP]);
    cr_expect_eq(1, watch.counts[SIGUSR1]);
    cr_expect_eq(1, other_watch.counts[SIGUSR2]);
    cr_expect_eq(0, myc_system_stop(other.system, NULL, NULL));
    cr_expect_eq(0, myc_system_destroy(other.system));
    cr_expect_eq(0, other.bytes);
    remove_files(other.directory);
}
