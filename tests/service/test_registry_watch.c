/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Watching the registry: a lookout keeps what it is told in a book, in order.
 */
#include "../actor/actor_support.h"

MYC_REGISTRY(desk)

typedef struct watch_order {
    char pattern[64];
    bool current_first;
    bool end;
} watch_order;
MYC_MESSAGE(watch_order)
MYC_MESSAGE_TYPE(watch_order)

typedef struct word_data {
    uint64_t unused;
} word_data;
MYC_MESSAGE(word_data)
MYC_MESSAGE_TYPE(word_data)

#define LOOKOUT_ROWS(ROW, P)                                                                       \
    ROW(P, order, watch_order)                                                                     \
    ROW(P, change, myc_registry_change)                                                            \
    ROW(P, word, word_data)
MYC_PROTOCOL(lookout, LOOKOUT_ROWS)

enum { NOTES_MAX = 64 };

struct book {
    uint32_t count;
    myc_registry_change notes[NOTES_MAX];
    int answer;     /* of the last order */
    uint32_t again; /* so often the next change is asked for again */
    uint32_t words;
    uint32_t count_at_word; /* what was told before the last word */
    const myc_registry_change *kept;
    bool stops;         /* at the next change */
    bool ends_watch;    /* at the next change */
    bool again_and_end; /* both, at the next change */
};

struct lookout {
    struct book *book;
};

static myc_next lookout_on_order(struct lookout *self, myc_context *ctx, const watch_order *order)
{
    self->book->answer = order->end ? myc_registry_unwatch(ctx, order->pattern, lookout_tag_change)
                                    : myc_registry_watch(ctx, order->pattern, lookout_tag_change,
                                                         order->current_first);
    return MYC_CONTINUE;
}

static myc_next lookout_on_change(struct lookout *self, myc_context *ctx,
                                  const myc_registry_change *change)
{
    struct book *book = self->book;
    if (book->again) {
        book->again--;
        return MYC_AGAIN;
    }
    if (book->again_and_end) {
        cr_expect(myc_registry_unwatch(ctx, "*", lookout_tag_change));
        return MYC_AGAIN;
    }
    cr_assert_lt(book->count, (uint32_t)NOTES_MAX);
    book->notes[book->count++] = *change;
    if (book->ends_watch)
        cr_expect(myc_registry_unwatch(ctx, "*", lookout_tag_change));
    return book->stops ? MYC_STOP : MYC_CONTINUE;
}

static myc_next lookout_on_word(struct lookout *self, myc_context *ctx, const word_data *said)
{
    (void)ctx;
    (void)said;
    self->book->words++;
    self->book->count_at_word = self->book->count;
    return MYC_CONTINUE;
}

MYC_ACTOR(lookout, lookout, LOOKOUT_ROWS)

static lookout_ref lookout_at(struct world *here, uint32_t worker, struct book *book)
{
    lookout_ref made = {0};
    myc_spawn_options options = {.place = MYC_PLACE_ON_WORKER, .worker = worker};
    cr_assert_eq(0, lookout_spawn(here->ctx, &(struct lookout){book}, &options, &made));
    return made;
}

static int tell(struct world *here, lookout_ref to, struct book *book, const char *pattern,
                bool current_first, bool end)
{
    watch_order *made = watch_order_new(here->ctx);
    cr_assert_not_null(made);
    *made = (watch_order){.current_first = current_first, .end = end};
    snprintf(made->pattern, sizeof made->pattern, "%s", pattern);
    cr_assert_eq(MYC_SENT, lookout_send_order(here->ctx, to, made));
    world_await(here);
    return book->answer;
}

static desk_ref registered(struct world *here, uint32_t worker, const char *name)
{
    desk_ref made = world_desk(here, worker, NULL, NULL);
    cr_assert_eq(0, desk_register(here->ctx, name, made, NULL));
    return made;
}

static void expect_note(const struct book *book, uint32_t index, myc_registry_what what,
                        const char *name, desk_ref ref)
{
    cr_assert_lt(index, book->count, "note %u is not there", index);
    const myc_registry_change *note = &book->notes[index];
    cr_expect_eq(what, note->what, "note %u", index);
    cr_expect_str_eq(note->name, name, "note %u", index);
    cr_expect(myc_address_equal(ref.address, note->address), "note %u", index);
    desk_ref of_change;
    cr_expect_eq(0, desk_of_change(note, &of_change));
}

Test(registry_watch, tells_what_comes_changes_and_goes)
{
    struct world *here = world_open(2);
    struct book book = {0};
    lookout_ref lookout = lookout_at(here, 1, &book);
    desk_ref before = registered(here, 0, "feed/before");
    cr_expect_eq(0, tell(here, lookout, &book, "feed/*", false, false));
    desk_ref first = registered(here, 0, "feed/first");
    (void)registered(here, 0, "desk");
    cr_assert_eq(0, myc_registry_set(here->ctx, "feed/first", "weight", "2"));
    desk_ref second = world_desk(here, 1, NULL, NULL);
    cr_assert_eq(
        0, desk_register(here->ctx, "feed/first", second, &(myc_registry_options){true, NULL, 0}));
    myc_stop(here->ctx, second.address);
    world_await(here);
    cr_assert_eq(0, desk_unregister(here->ctx, "feed/before", before));
    world_await(here);
    cr_expect_eq(5, book.count);
    expect_note(&book, 0, MYC_REGISTRY_ADDED, "feed/first", first);
    expect_note(&book, 1, MYC_REGISTRY_CHANGED, "feed/first", first);
    expect_note(&book, 2, MYC_REGISTRY_REPLACED, "feed/first", second);
    cr_expect(myc_address_equal(first.address, book.notes[2].previous));
    expect_note(&book, 3, MYC_REGISTRY_REMOVED, "feed/first", second);
    expect_note(&book, 4, MYC_REGISTRY_REMOVED, "feed/before", before);
    for (uint32_t i = 1; i < 5; i++)
        cr_expect_lt(book.notes[i - 1].version, book.notes[i].version);
    world_close(here);
    NO_LEAKS();
}

Test(registry_watch, tells_first_what_is_there_if_asked_for)
{
    struct world *here = world_open(2);
    struct book book = {0};
    lookout_ref lookout = lookout_at(here, 0, &book);
    char name[16];
    for (uint32_t i = 0; i < 20; i++) {
        snprintf(name, sizeof name, "desk-%u", i);
        (void)registered(here, i % 2, name);
    }
    (void)registered(here, 0, "feed");
    cr_expect_eq(0, tell(here, lookout, &book, "desk-*", true, false));
    cr_expect_eq(20, book.count);
    desk_ref later = registered(here, 1, "desk-20");
    world_await(here);
    uint32_t seen = 0;
    for (uint32_t i = 0; i < book.count; i++) {
        cr_expect_eq(MYC_REGISTRY_ADDED, book.notes[i].what);
        seen |= 1u << atoi(book.notes[i].name + 5);
    }
    cr_expect_eq((1u << 21) - 1, seen);
    expect_note(&book, 20, MYC_REGISTRY_ADDED, "desk-20", later);
    world_close(here);
    NO_LEAKS();
}

struct late_name {
    desk_ref busy; /* on the desk's worker */
    desk_ref desk;
};

/* What makes the name go with the desk is sent behind much else. */
static void register_behind_a_queue(myc_context *ctx, void *argument)
{
    const struct late_name *late = argument;
    for (uint32_t i = 0; i < 800; i++)
        cr_assert_eq(MYC_SENT, send_ticket(ctx, late->busy, 0, i));
    cr_expect_eq(0, desk_register(ctx, "desk", late->desk, NULL));
}

WORLD_TEST(registry_watch, one_that_begins_as_an_actor_ends_hears_of_both)
{
    struct world *here = world_open(2);
    struct book book = {0};
    lookout_ref lookout = lookout_at(here, 1, &book);
    struct late_name late = {here->clerks[1], world_desk(here, 1, NULL, NULL)};
    world_call(here, 0, register_behind_a_queue, &late);
    myc_stop(here->ctx, late.desk.address);
    cr_expect_eq(0, tell(here, lookout, &book, "*", true, false));
    cr_expect(book.count == 2 || (world_seed && book.count == 0), "%u notices", book.count);
    if (book.count) {
        expect_note(&book, 0, MYC_REGISTRY_ADDED, "desk", late.desk);
        expect_note(&book, 1, MYC_REGISTRY_REMOVED, "desk", late.desk);
    }
    world_close(here);
    NO_LEAKS();
}

Test(registry_watch, unwatch_ends_it)
{
    struct world *here = world_open(2);
    struct book book = {0};
    lookout_ref lookout = lookout_at(here, 1, &book);
    cr_expect_eq(0, tell(here, lookout, &book, "*", false, false));
    (void)registered(here, 0, "one");
    world_await(here);
    cr_expect_eq(false, tell(here, lookout, &book, "one", false, true), "another pattern");
    cr_expect_eq(true, tell(here, lookout, &book, "*", false, true));
    cr_expect_eq(false, tell(here, lookout, &book, "*", false, true), "it has ended");
    (void)registered(here, 0, "two");
    world_await(here);
    cr_expect_eq(1, book.count);
    world_close(here);
    NO_LEAKS();
}

Test(registry_watch, unwatch_in_the_handler_takes_back_what_was_not_told_yet)
{
    struct world *here = world_open(2);
    struct book book = {.ends_watch = true};
    lookout_ref lookout = lookout_at(here, 1, &book);
    cr_expect_eq(0, tell(here, lookout, &book, "*", false, false));
    (void)registered(here, 0, "one");
    (void)registered(here, 0, "two");
    world_await(here);
    cr_expect_eq(1, book.count);
    world_close(here);
    NO_LEAKS();
}

Test(registry_watch, notices_go_ahead_of_the_mailbox_and_are_never_refused)
{
    struct world *here = world_open(2);
    struct book book = {0};
    lookout_ref lookout = {0};
    myc_spawn_options options = {
        .place = MYC_PLACE_ON_WORKER, .worker = 1, .mailbox_bound = 2, .batch_max = 1};
    cr_assert_eq(0, lookout_spawn(here->ctx, &(struct lookout){&book}, &options, &lookout));
    cr_expect_eq(0, tell(here, lookout, &book, "*", false, false));
    book.again = 50; /* it holds its first message */
    cr_assert_eq(MYC_SENT, lookout_send_word(here->ctx, lookout, word_data_new(here->ctx)));
    char name[8] = "a";
    for (; name[0] <= 'j'; name[0]++)
        (void)registered(here, 0, name);
    world_await(here);
    cr_expect_eq(10, book.count);
    for (uint32_t i = 0; i < 10; i++)
        cr_expect_eq('a' + (char)i, book.notes[i].name[0], "in order");
    cr_expect_eq(1, book.words);
    world_close(here);
    NO_LEAKS();
}

Test(registry_watch, a_watcher_that_stops_leaves_nothing)
{
    struct world *here = world_open(2);
    for (uint32_t worker = 0; worker < 2; worker++) {
        struct book book = {.stops = true};
        lookout_ref lookout = lookout_at(here, worker, &book);
        (void)registered(here, 0, worker ? "a" : "b");
        cr_expect_eq(0, tell(here, lookout, &book, "*", true, false));
        (void)registered(here, 0, worker ? "c" : "d");
        (void)registered(here, 1, worker ? "e" : "f");
        world_await(here);
        cr_expect_eq(1, book.count, "it stopped at the first");
    }
    world_close(here);
    NO_LEAKS();
}

/* One that is asked for again is a message in hand when its actor is stopped. */
Test(registry_watch, a_notice_in_hand_becomes_a_dead_letter)
{
    struct world *here = world_open(1);
    struct book book = {0};
    lookout_ref lookout = lookout_at(here, 0, &book);
    cr_expect_eq(0, tell(here, lookout, &book, "*", false, false));
    book.again = UINT32_MAX;
    (void)registered(here, 0, "one");
    (void)registered(here, 0, "two");
    for (uint32_t i = 0; i < 10; i++)
        world_pass(here);
    world_mark(here);
    myc_stop(here->ctx, lookout.address);
    world_await(here);
    myc_counts since = world_since(here);
    cr_expect_eq(1, since.dead);
    cr_expect_eq(1, since.dead_by[MYC_DEAD_LEFT]);
    world_close(here);
    NO_LEAKS();
}

Test(registry_watch, each_watcher_is_told_once_whatever_it_watches)
{
    struct world *here = world_open(2);
    struct book books[4] = {0};
    lookout_ref lookouts[4];
    const char *patterns[] = {"*", "a*", "b*", "*1"};
    for (uint32_t i = 0; i < 4; i++) {
        lookouts[i] = lookout_at(here, i % 2, &books[i]);
        cr_expect_eq(0, tell(here, lookouts[i], &books[i], patterns[i], false, false));
    }
    (void)registered(here, 0, "a1");
    (void)registered(here, 1, "b1");
    (void)registered(here, 0, "a2");
    world_await(here);
    cr_expect_eq(3, books[0].count);
    cr_expect_eq(2, books[1].count);
    cr_expect_eq(1, books[2].count);
    cr_expect_eq(2, books[3].count);
    world_close(here);
    NO_LEAKS();
}

static void watch_badly(myc_context *ctx, void *argument)
{
    int *errors = argument;
    errors[0] = myc_registry_watch(ctx, "*", desk_tag_ticket, false);
    errors[1] = myc_registry_watch(ctx, "*", 77, false);
}

Test(registry_watch, bad_watches_are_refused)
{
    struct world *here = world_open(1);
    int errors[2] = {0};
    cr_expect_eq(MYC_ETHREAD, myc_registry_watch(here->ctx, "*", 0, false));
    cr_expect_not(myc_registry_unwatch(here->ctx, "*", 0));
    world_call(here, 0, watch_badly, errors);
    cr_expect_eq(MYC_ETYPE, errors[0], "the row carries another type");
    cr_expect_eq(MYC_ETYPE, errors[1], "there is no such row");
    struct book book = {0};
    lookout_ref lookout = lookout_at(here, 0, &book);
    cr_expect_eq(MYC_EINVAL, tell(here, lookout, &book, "two words", false, false));
    cr_expect(world_logged(here, "registry: pattern 'two words'"));
    world_close(here);
    NO_LEAKS();
}

Test(registry_watch, a_system_that_is_destroyed_with_watches_leaves_nothing)
{
    struct world *here = world_open(2);
    struct book books[2] = {0};
    for (uint32_t i = 0; i < 2; i++) {
        lookout_ref lookout = lookout_at(here, i, &books[i]);
        cr_expect_eq(0, tell(here, lookout, &books[i], "*", true, false));
    }
    for (char name[] = "a"; name[0] < 'i'; name[0]++)
        (void)registered(here, (uint32_t)name[0] % 2, name);
    world_close(here); /* with changes that nobody has read */
    NO_LEAKS();
}

Test(registry_watch, a_notice_in_hand_of_a_watch_that_has_ended_becomes_a_dead_letter)
{
    struct world *here = world_open(1);
    struct book book = {.again_and_end = true};
    lookout_ref lookout = lookout_at(here, 0, &book);
    cr_expect_eq(0, tell(here, lookout, &book, "*", false, false));
    world_mark(here);
    (void)registered(here, 0, "one");
    world_await(here);
    cr_expect_eq(0, book.count, "it was seen, and not done");
    cr_expect_eq(1, world_since(here).dead_by[MYC_DEAD_LEFT]);
    world_close(here);
    NO_LEAKS();
}
