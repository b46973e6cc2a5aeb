/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/wait.h>
#include <unistd.h>

#include "base/check.h"
#include "system/kit_frame.h"

static myc_testkit *open_recorded(uint64_t seed, uint32_t workers)
{
    return kit_open_with(seed, workers, &(myc_system_options){.flight_recorder = true});
}

static myc_event kept[MYC_EVENTS_KEPT];

static uint32_t read_all(myc_testkit *kit, uint32_t worker)
{
    return myc_system_events(myc_testkit_system(kit), worker, kept, MYC_EVENTS_KEPT);
}

static void expect_event(uint32_t index, myc_event_kind kind, sink_ref actor, uint32_t tag,
                         int64_t detail)
{
    cr_expect_eq(kind, kept[index].kind, "event %u is %d", index, kept[index].kind);
    cr_expect(myc_address_equal(actor.address, kept[index].actor), "event %u", index);
    cr_expect_eq(tag, kept[index].tag, "event %u", index);
    cr_expect_eq(detail, kept[index].detail, "event %u", index);
}

Test(flight, records_the_life_of_an_actor)
{
    myc_testkit *kit = open_recorded(1, 1);
    myc_context *ctx = myc_testkit_context(kit);
    sink_probe out = probe_on(kit, 0);
    kit_run(kit);
    kit_advance(kit, 1000);
    send_count(kit, out.ref, 1);
    kit_run(kit);
    const number *reply;
    cr_expect_eq(MYC_TIMED_OUT, sink_ask_wait_ask(ctx, out.ref, make_number(ctx, 1), 500, &reply));
    myc_stop(ctx, out.ref.address);
    kit_run(kit);
    cr_assert_eq(4, read_all(kit, 0));
    expect_event(0, MYC_EVENT_STARTED, out.ref, 0, 0);
    expect_event(1, MYC_EVENT_HANDLED, out.ref, sink_tag_count, 0);
    expect_event(2, MYC_EVENT_HANDLED, out.ref, sink_tag_ask, 0);
    expect_event(3, MYC_EVENT_STOPPED, out.ref, 0, MYC_EXIT_REQUESTED);
    cr_expect_eq(1000000000, kept[0].at_ns);
    cr_expect_eq(1000001000, kept[1].at_ns);
    cr_expect_eq(1000001500, kept[3].at_ns);
    kit_close(kit);
    NO_LEAKS();
}

static void send_two(myc_context *ctx, void *argument)
{
    for (uint64_t i = 0; i < 2; i++)
        myc_ignore(sink_send_count(ctx, *(const sink_ref *)argument, make_number(ctx, i)));
}

Test(flight, records_what_goes_wrong)
{
    myc_testkit *kit = open_recorded(1, 1);
    sink_probe out = sink_probe_open_with(
        kit, &(myc_spawn_options){.mailbox_bound = 1, .overflow = MYC_OVERFLOW_DROP_NEWEST});
    kit_run(kit);
    myc_testkit_on_worker(kit, 0, send_two, &out.ref);
    cr_assert_eq(0, myc_testkit_fail_next(kit, out.ref.address, -42));
    kit_run(kit);
    myc_testkit_on_worker(kit, 0, send_two, &out.ref);
    uint32_t count = read_all(kit, 0);
    cr_assert_geq(count, 5);
    expect_event(1, MYC_EVENT_DROPPED, out.ref, 0, MYC_DROP_NEWEST);
    expect_event(count - 3, MYC_EVENT_FAILED, out.ref, 0, -42);
    expect_event(count - 2, MYC_EVENT_DEAD_LETTER, out.ref, sink_tag_count, MYC_DEAD_STOPPED);
    expect_event(count - 1, MYC_EVENT_DEAD_LETTER, out.ref, sink_tag_count, MYC_DEAD_STOPPED);
    kit_close(kit);
    NO_LEAKS();
}

Test(flight, keeps_the_newest)
{
    enum { MANY = 10000 };
    myc_testkit *kit = open_recorded(1, 1);
    sink_probe out = probe_on(kit, 0);
    for (uint64_t i = 0; i < MANY; i++) {
        send_count(kit, out.ref, i);
        kit_advance(kit, 1);
    }
    uint64_t last_ns = myc_testkit_now_ns(kit) - 1;
    uint32_t count = read_all(kit, 0);
    cr_expect_geq(count, MYC_EVENTS_KEPT - 1);
    for (uint32_t i = 0; i < count; i++)
        cr_assert_eq(last_ns - (count - 1 - i), kept[i].at_ns, "event %u of %u", i, count);
    myc_event few[3];
    cr_expect_eq(3, myc_system_events(myc_testkit_system(kit), 0, few, 3));
    cr_expect_eq(last_ns - 2, few[0].at_ns);
    cr_expect_eq(last_ns, few[2].at_ns);
    cr_expect_eq(0, myc_system_events(myc_testkit_system(kit), 0, few, 0));
    cr_expect_eq(0, myc_system_events(myc_testkit_system(kit), 1, few, 3), "no such worker");
    kit_close(kit);
    NO_LEAKS();
}

Test(flight, is_not_there_unless_it_is_asked_for)
{
    myc_testkit *kit = kit_open(1, 1);
    (void)probe_on(kit, 0);
    kit_run(kit);
    cr_expect_eq(0, read_all(kit, 0));
    cr_expect_eq(0, myc_system_dump_events(myc_testkit_system(kit)));
    kit_close(kit);
    NO_LEAKS();
}

static void count_line(void *user, myc_log_level level, const char *text)
{
    (void)level;
    uint32_t *lines = user;
    *lines += strstr(text, " actor ") != NULL;
}

Test(flight, is_dumped_to_the_log)
{
    uint32_t lines = 0;
    myc_testkit *kit = kit_open_with(
        1, 2,
        &(myc_system_options){.flight_recorder = true, .log = count_line, .log_user = &lines});
    sink_probe out = probe_on(kit, 1);
    for (uint64_t i = 0; i < 300; i++)
        send_count(kit, out.ref, i);
    kit_run(kit);
    cr_expect_eq(301, myc_system_dump_events(myc_testkit_system(kit)));
    cr_expect_eq(301, lines);
    kit_close(kit);
    NO_LEAKS();
}

Test(flight, events_have_a_text)
{
    myc_event event = {.at_ns = 1000000042,
                       .actor = {3u << 24 | 17, 5},
                       .kind = MYC_EVENT_DEAD_LETTER,
                       .tag = 2,
                       .detail = -9};
    char text[128];
    (void)myc_event_text(&event, text, sizeof text);
    cr_expect_str_eq("1.000000042 dead letter actor 3:17#5 row 2 detail -9", text);
}

/* A broken invariant, as a handler of the program meets it. */
static void write_line(void *user, myc_log_level level, const char *text)
{
    (void)level;
    ssize_t written = write(*(const int *)user, text, strlen(text));
    written += write(*(const int *)user, "\n", 1);
    (void)written;
}

static void break_something(void *user, const myc_dead_letter *letter)
{
    (void)user, (void)letter;
    bool broken = true;
    MYC__CHECK(!broken);
}

static void die(int log_fd)
{
    myc_testkit *kit = kit_open_with(1, 1,
                                     &(myc_system_options){.flight_recorder = true,
                                                           .log = write_line,
                                                           .log_user = &log_fd,
                                                           .dead_letter = break_something});
    sink_probe out = probe_on(kit, 0);
    send_count(kit, stage_before(kit, stage_before(kit, out.ref, 0), 0), 1);
    kit_run(kit);
    send_count(kit, stage_before(kit, (sink_ref){{99, 1}}, 0), 1); /* to nobody */
    kit_run(kit);
    _exit(0); /* not reached */
}

Test(flight, is_told_when_an_invariant_breaks)
{
    int ends[2];
    cr_assert_eq(0, pipe(ends));
    pid_t child = fork();
    if (child == 0)
        die(ends[1]);
    close(ends[1]);
    static char text[65536];
    size_t used = 0;
    for (ssize_t got; (got = read(ends[0], text + used, sizeof text - 1 - used)) > 0;)
        used += (size_t)got;
    int status = 0;
    cr_assert_eq(child, waitpid(child, &status, 0));
    cr_expect(WIFSIGNALED(status));
    cr_expect_eq(SIGABRT, WTERMSIG(status));
    uint32_t handled = 0;
    for (const char *at = text; (at = strstr(at, "worker 0: 1.000000000 handled")); at++)
        handled++;
    cr_expect_eq(3, handled, "%s", text);
    close(ends[0]);
}
