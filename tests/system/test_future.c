/* SPDX-License-Identifier: Apache-2.0 */
/* Asking from a foreign thread: futures, under a clock of the test's own and on real threads. */
#include <sched.h>

#include "actor/request.h"
#include "frame.h"

#define LIBRARY_ROWS(ROW, P)                                                                       \
    ROW(P, look_up, note, note)                                                                    \
    ROW(P, close, quit)
MYC_PROTOCOL(library, LIBRARY_ROWS)

enum { REPLY, SILENCE, KEEP };

struct desk_book {
    atomic_int deed;
    atomic_uint looked_up;
    library_look_up_token token;
};

struct librarian {
    struct desk_book *book;
};

static note *note_of(myc_context *ctx, uint64_t value)
{
    note *made = note_new(ctx);
    cr_assert_not_null(made);
    made->value = value;
    return made;
}

static myc_next librarian_on_look_up(struct librarian *self, myc_context *ctx, const note *look_up,
                                     library_look_up_token token)
{
    struct desk_book *book = self->book;
    if (atomic_load(&book->deed) == REPLY)
        myc_ignore(library_reply_look_up(ctx, token, note_of(ctx, look_up->value + 1)));
    else if (atomic_load(&book->deed) == KEEP)
        book->token = library_keep_look_up(ctx, token);
    atomic_fetch_add(&book->looked_up, 1);
    return MYC_CONTINUE;
}

static myc_next librarian_on_close(struct librarian *self, myc_context *ctx, const quit *close)
{
    (void)self;
    (void)ctx;
    (void)close;
    return MYC_STOP;
}
MYC_ACTOR(librarian, library, LIBRARY_ROWS)

static _Atomic uint64_t now_ns;

static uint64_t read_clock(void *user)
{
    (void)user;
    return atomic_load(&now_ns);
}

static library_ref hire_librarian(office *at, struct desk_book *book)
{
    library_ref ref = {{0, 0}};
    cr_assert_eq(0, librarian_spawn(at->ctx, &(struct librarian){book}, NULL, &ref));
    return ref;
}

static library_ref open_library(office *at, struct desk_book *book, int deed)
{
    atomic_store(&now_ns, 1000000);
    office_open(at,
                (myc_system_options){.workers = 1, .caller_driven = true, .now_ns = read_clock});
    atomic_store(&book->deed, deed);
    return hire_librarian(at, book);
}

static void run(office *at)
{
    for (uint32_t pass = 0; pass < 8; pass++)
        (void)myc_system_run_once(at->system);
}

/* A test with a librarian who does `deed`. */
#define LIBRARY_TEST(name, deed)                                                                   \
    static void future__##name(office *at, MYC_UNUSED struct desk_book *book,                      \
                               library_ref library);                                               \
    Test(future, name)                                                                             \
    {                                                                                              \
        office at;                                                                                 \
        struct desk_book book = {0};                                                               \
        library_ref library = open_library(&at, &book, deed);                                      \
        future__##name(&at, &book, library);                                                       \
        office_close(&at);                                                                         \
        NO_LEAKS();                                                                                \
    }                                                                                              \
    static void future__##name(office *at, MYC_UNUSED struct desk_book *book, library_ref library)

static library_look_up_future look_up(const office *at, library_ref library)
{
    return library_future_look_up(at->ctx, library, note_of(at->ctx, 7), SECOND_NS);
}

LIBRARY_TEST(is_pending_until_it_is_answered, REPLY)
{
    library_look_up_future future = look_up(at, library);
    cr_assert_not_null(future.future);
    const note *reply = NULL;
    cr_expect_eq(MYC_PENDING, library_poll_look_up(at->ctx, &future, &reply));
    cr_expect_not_null(future.future);
    run(at);
    cr_expect_eq(MYC_REPLIED, library_poll_look_up(at->ctx, &future, &reply));
    cr_expect_null(future.future);
    cr_assert_not_null(reply);
    cr_expect_eq(8, reply->value);
    note_release(at->ctx, reply);
    expect_quiet(at);
}

LIBRARY_TEST(a_wait_drives_a_caller_driven_system, REPLY)
{
    const note *reply = NULL;
    cr_expect_eq(MYC_REPLIED, library_ask_wait_look_up(at->ctx, library, note_of(at->ctx, 7),
                                                       SECOND_NS, &reply));
    cr_assert_not_null(reply);
    note_release(at->ctx, reply);
}

static void expect_outcome(office *at, library_ref library, myc_outcome expected)
{
    const note *reply = note_of(at->ctx, 1);
    note_release(at->ctx, reply);
    cr_expect_eq(expected, library_ask_wait_look_up(at->ctx, library, note_of(at->ctx, 7),
                                                    SECOND_NS, &reply));
    cr_expect_null(reply);
}

LIBRARY_TEST(tells_every_end_that_is_no_reply, SILENCE)
{
    expect_outcome(at, library, MYC_NO_REPLY);
    expect_outcome(at, (library_ref){{0, 0}}, MYC_TARGET_STOPPED);
    cr_expect_eq(MYC_SENT, library_send_close(at->ctx, library, quit_new(at->ctx)));
    expect_outcome(at, library, MYC_TARGET_STOPPED); /* it was queued when the actor stopped */
    expect_outcome(at, library, MYC_TARGET_STOPPED);
}

LIBRARY_TEST(times_out_by_the_clock_of_the_system, KEEP)
{
    library_look_up_future future = look_up(at, library);
    const note *reply = NULL;
    run(at);
    atomic_fetch_add(&now_ns, SECOND_NS - 1);
    cr_expect_eq(MYC_PENDING, library_poll_look_up(at->ctx, &future, &reply));
    atomic_fetch_add(&now_ns, 1);
    cr_expect_eq(MYC_TIMED_OUT, library_poll_look_up(at->ctx, &future, &reply));
    cr_expect_null(future.future);
    cr_expect_eq(MYC_DEAD, library_reply_look_up(at->ctx, book->token, note_of(at->ctx, 1)));
    cr_expect_eq(1, atomic_load(&at->letters[MYC_DEAD_LATE]));
    library_drop_look_up(at->ctx, book->token);
}

LIBRARY_TEST(a_wait_ends_though_the_clock_of_the_system_stands_still, KEEP)
{
    const note *reply = NULL;
    cr_expect_eq(MYC_TIMED_OUT, library_ask_wait_look_up(at->ctx, library, note_of(at->ctx, 7),
                                                         SECOND_NS / 1000, &reply));
    library_drop_look_up(at->ctx, book->token);
}

LIBRARY_TEST(a_reply_that_came_before_the_deadline_is_taken_after_it, REPLY)
{
    library_look_up_future future = look_up(at, library);
    const note *reply = NULL;
    run(at);
    atomic_fetch_add(&now_ns, 2 * SECOND_NS);
    cr_expect_eq(MYC_REPLIED, library_wait_look_up(at->ctx, &future, &reply));
    note_release(at->ctx, reply);
}

LIBRARY_TEST(can_be_forgotten_before_and_after_its_answer, REPLY)
{
    library_look_up_future future = look_up(at, library);
    library_forget_look_up(at->ctx, &future);
    cr_expect_null(future.future);
    library_forget_look_up(at->ctx, &future);
    run(at);
    cr_expect_eq(1, atomic_load(&at->letters[MYC_DEAD_LATE]));
    future = look_up(at, library);
    run(at);
    library_forget_look_up(at->ctx, &future);
    cr_expect_eq(1, atomic_load(&at->letters[MYC_DEAD_LATE]), "it had arrived");
    cr_expect_eq(2, atomic_load(&book->looked_up));
}

LIBRARY_TEST(of_nothing_is_none_and_none_is_refused, REPLY)
{
    library_look_up_future future = library_future_look_up(at->ctx, library, NULL, SECOND_NS);
    const note *reply = NULL;
    cr_expect_null(future.future);
    cr_expect_eq(MYC_REFUSED, library_poll_look_up(at->ctx, &future, &reply));
    cr_expect_eq(MYC_REFUSED, library_wait_look_up(at->ctx, &future, &reply));
}

static library_ref on_worker_target;
static bool was_made_on_worker = true;

static void ask_on_worker(myc_context *ctx, const note *got, void *user)
{
    (void)user;
    library_look_up_future future =
        library_future_look_up(ctx, on_worker_target, note_retain(ctx, got), SECOND_NS);
    was_made_on_worker = future.future != NULL;
}

Test(future, is_not_to_be_had_on_a_worker)
{
    office at;
    struct desk_book book = {0};
    journal clerks = {.on_note = ask_on_worker};
    on_worker_target = open_library(&at, &book, REPLY);
    desk_ref clerk = hire(&at, &clerks, 0);
    cr_expect_eq(MYC_SENT, send_note(at.ctx, clerk, 1));
    run(&at);
    cr_expect_eq(1, atomic_load(&clerks.notes));
    cr_expect_not(was_made_on_worker);
    cr_expect_eq(0, atomic_load(&book.looked_up));
    office_close(&at);
    NO_LEAKS();
}

/* One in a future is no work left: the drain does not wait for who holds it. */
LIBRARY_TEST(does_not_keep_a_system_from_stopping, REPLY)
{
    library_look_up_future answered = look_up(at, library);
    run(at);
    atomic_store(&book->deed, KEEP);
    library_look_up_future open =
        library_future_look_up(at->ctx, library, note_of(at->ctx, 8), SECOND_NS);
    run(at);
    cr_expect_eq(0, myc_system_stop(at->system, NULL, NULL));
    const note *reply = NULL;
    cr_expect_eq(MYC_REPLIED, library_poll_look_up(at->ctx, &answered, &reply));
    note_release(at->ctx, reply);
    library_drop_look_up(at->ctx, book->token);
    cr_expect_eq(MYC_NO_REPLY, library_poll_look_up(at->ctx, &open, &reply));
}

/* ---- real threads ---- */

struct sleeper {
    office *at;
    library_ref library;
    uint64_t timeout_ns;
    myc_outcome outcome;
    uint64_t value;
};

static void *sleep_on_future(void *argument)
{
    struct sleeper *self = argument;
    myc_context *ctx = myc_context_of(self->at->system);
    const note *reply = NULL;
    self->outcome =
        library_ask_wait_look_up(ctx, self->library, note_of(ctx, 7), self->timeout_ns, &reply);
    self->value = reply ? reply->value : 0;
    note_release(ctx, reply);
    return NULL;
}

static void await_sleep(const void *block)
{
    const myc__request *request = block;
    while (myc__load_acquire_u32(&request->shake.future) != MYC__FUTURE_ASLEEP)
        sched_yield();
}

static void sleep_case(uint64_t timeout_ns, bool reply, myc_outcome expected)
{
    office at;
    struct desk_book book = {.deed = KEEP};
    office_open(&at, (myc_system_options){.workers = 1});
    struct sleeper sleeper = {&at, hire_librarian(&at, &book), timeout_ns, MYC_PENDING, 0};
    pthread_t thread;
    cr_assert_eq(0, pthread_create(&thread, NULL, sleep_on_future, &sleeper));
    cr_assert(await_count(&book.looked_up, 1));
    if (expected != MYC_TIMED_OUT)
        await_sleep(book.token.token.request);
    if (reply)
        cr_expect_eq(MYC_SENT, library_reply_look_up(at.ctx, book.token, note_of(at.ctx, 8)));
    if (expected != MYC_TIMED_OUT)
        library_drop_look_up(at.ctx, book.token);
    pthread_join(thread, NULL);
    if (expected == MYC_TIMED_OUT)
        library_drop_look_up(at.ctx, book.token);
    cr_expect_eq(expected, sleeper.outcome);
    cr_expect_eq(reply ? 8 : 0, sleeper.value);
    office_close(&at);
}

Test(future, wakes_who_sleeps_for_it)
{
    sleep_case(LONG_NS, true, MYC_REPLIED);
    sleep_case(LONG_NS, false, MYC_NO_REPLY);
    sleep_case(SECOND_NS / 20, false, MYC_TIMED_OUT);
    NO_LEAKS();
}
