/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Names: given, found, taken away, gone with their actors; metadata; lists. Under the test's own
 * loop, with actors on two workers.
 */
#include "../actor/actor_support.h"

MYC_REGISTRY(desk)

/* A protocol of the same name as the desk's, with other rows; and one with a row less. */
#define OTHER_ROWS(ROW, P) ROW(P, ticket, job_data) ROW(P, job, ticket_data)
#define FEWER_ROWS(ROW, P) ROW(P, ticket, ticket_data)
MYC_PROTOCOL(other, OTHER_ROWS)
MYC_PROTOCOL(fewer, FEWER_ROWS)

static desk_ref registered(struct world *here, uint32_t worker, const char *name)
{
    desk_ref made = world_desk(here, worker, NULL, NULL);
    cr_assert_eq(0, desk_register(here->ctx, name, made, NULL));
    return made;
}

static void expect_found(struct world *here, const char *name, desk_ref expected)
{
    desk_ref found = {0};
    cr_expect_eq(0, desk_lookup(here->ctx, name, &found), "%s is not there", name);
    cr_expect(myc_address_equal(expected.address, found.address), "%s is another", name);
}

static void expect_unknown(struct world *here, const char *name)
{
    desk_ref found = {{7, 7}};
    cr_expect_eq(MYC_EUNKNOWN, desk_lookup(here->ctx, name, &found), "%s is there", name);
    cr_expect_eq(7, found.address.slot, "the answer is left alone");
}

static void end_actor(struct world *here, desk_ref ref)
{
    myc_stop(here->ctx, ref.address);
    world_await(here);
}

Test(registry, a_name_is_found_until_it_is_taken_away)
{
    struct world *here = world_open(2);
    desk_ref first = registered(here, 1, "feed/binance");
    desk_ref second = registered(here, 0, "feed/kraken");
    expect_found(here, "feed/binance", first);
    expect_found(here, "feed/kraken", second);
    expect_unknown(here, "feed");
    expect_unknown(here, "feed/binance2");
    cr_expect_eq(MYC_EUNKNOWN, desk_unregister(here->ctx, "feed/binance", second));
    expect_found(here, "feed/binance", first);
    cr_expect_eq(0, desk_unregister(here->ctx, "feed/binance", first));
    expect_unknown(here, "feed/binance");
    cr_expect_eq(MYC_EUNKNOWN, desk_unregister(here->ctx, "feed/binance", first));
    cr_expect_eq(0, myc_registry_remove(here->ctx, "feed/kraken", (myc_address){0}));
    expect_unknown(here, "feed/kraken");
    world_await(here);
    world_close(here);
    NO_LEAKS();
}

Test(registry, a_taken_name_is_refused_unless_it_is_to_be_replaced)
{
    struct world *here = world_open(2);
    desk_ref first = registered(here, 0, "desk");
    desk_ref second = world_desk(here, 1, NULL, NULL);
    cr_expect_eq(MYC_ETAKEN, desk_register(here->ctx, "desk", second, NULL));
    expect_found(here, "desk", first);
    cr_expect_eq(0,
                 desk_register(here->ctx, "desk", second, &(myc_registry_options){true, NULL, 0}));
    expect_found(here, "desk", second);
    end_actor(here, first);
    expect_found(here, "desk", second);
    end_actor(here, second);
    expect_unknown(here, "desk");
    world_close(here);
}

Test(registry, names_go_with_their_actor)
{
    struct world *here = world_open(2);
    for (uint32_t worker = 0; worker < 2; worker++) {
        desk_ref ref = registered(here, worker, "one");
        cr_assert_eq(0, desk_register(here->ctx, "two", ref, NULL));
        desk_ref other = registered(here, worker, "other");
        world_await(here);
        end_actor(here, ref);
        expect_unknown(here, "one");
        expect_unknown(here, "two");
        expect_found(here, "other", other);
        cr_expect_eq(1, myc_registry_list(here->ctx, NULL, NULL, 0));
        end_actor(here, other);
    }
    world_close(here);
    NO_LEAKS();
}

/* The actor ends before it has had a turn since it was registered. */
Test(registry, names_go_with_an_actor_that_ends_at_once)
{
    struct world *here = world_open(2);
    desk_ref ref = world_desk(here, 1, NULL, NULL);
    world_await(here);
    myc_stop(here->ctx, ref.address);
    cr_expect_eq(0, desk_register(here->ctx, "late", ref, NULL), "it still lives");
    world_await(here);
    expect_unknown(here, "late");
    desk_ref next = registered(here, 0, "late");
    expect_found(here, "late", next);
    cr_expect_eq(1, myc_registry_list(here->ctx, "late", NULL, 0));
    world_close(here);
}

/* Looks its actor up while the actor ends: its destroy hook runs when the mailbox is emptied. */
typedef struct last_word {
    uint32_t *unused;
} last_word;
static int found_at_the_end;
static uint32_t listed_at_the_end;

static void last_word_destroy(myc_context *ctx, void *payload)
{
    (void)payload;
    myc_address found;
    found_at_the_end = myc_registry_find(ctx, "desk", NULL, &found);
    listed_at_the_end = myc_registry_list(ctx, "desk", NULL, 0);
}

MYC_MESSAGE(last_word)
MYC_MESSAGE_TYPE(last_word, .destroy = last_word_destroy)

Test(registry, a_name_is_gone_as_soon_as_its_actor_is)
{
    struct world *here = world_open(2);
    desk_ref ref = registered(here, 1, "desk");
    world_await(here);
    found_at_the_end = 0;
    listed_at_the_end = 1;
    cr_assert_eq(MYC_SENT, myc_send(here->ctx, ref.address, 0, last_word_new(here->ctx)));
    myc_stop(here->ctx, ref.address);
    world_await(here);
    cr_expect_eq(MYC_EUNKNOWN, found_at_the_end);
    cr_expect_eq(0, listed_at_the_end);
    world_close(here);
}

Test(registry, the_dead_get_no_name)
{
    struct world *here = world_open(2);
    desk_ref ref = world_desk(here, 1, NULL, NULL);
    world_await(here);
    end_actor(here, ref);
    cr_expect_eq(MYC_EDEAD, desk_register(here->ctx, "ghost", ref, NULL));
    cr_expect_eq(MYC_EDEAD, desk_register(here->ctx, "nobody", (desk_ref){{0, 0}}, NULL));
    expect_unknown(here, "ghost");
    world_close(here);
}

Test(registry, a_lookup_checks_the_protocol)
{
    struct world *here = world_open(1);
    desk_ref ref = registered(here, 0, "desk");
    const myc_protocol same_again = {"desk", desk_rows, desk_row_count};
    const myc_protocol other_name = {"counter", desk_rows, desk_row_count};
    const myc_protocol swapped = {"desk", other_rows, other_row_count};
    const myc_protocol shorter = {"desk", fewer_rows, fewer_row_count};
    myc_address found = {0};
    cr_expect_eq(0, myc_registry_find(here->ctx, "desk", &same_again, &found));
    cr_expect(myc_address_equal(ref.address, found));
    cr_expect_eq(0, myc_registry_find(here->ctx, "desk", NULL, &found));
    cr_expect_eq(MYC_ETYPE, myc_registry_find(here->ctx, "desk", &other_name, &found));
    cr_expect_eq(MYC_ETYPE, myc_registry_find(here->ctx, "desk", &swapped, &found));
    cr_expect_eq(MYC_ETYPE, myc_registry_find(here->ctx, "desk", &shorter, &found));
    world_close(here);
}

static void expect_value(struct world *here, const char *key, const char *expected)
{
    char value[64];
    int64_t length = myc_registry_get(here->ctx, "desk", key, value, sizeof value);
    cr_assert_geq(length, 0, "%s is not there", key);
    cr_expect_eq(strlen(expected), (size_t)length);
    cr_expect_str_eq(value, expected);
}

Test(registry, metadata_is_copied_in_and_out)
{
    struct world *here = world_open(1);
    desk_ref ref = world_desk(here, 0, NULL, NULL);
    char venue[] = "binance";
    myc_registry_pair pairs[] = {{"venue", venue}, {"weight", "3"}, {"empty", ""}};
    cr_assert_eq(0,
                 desk_register(here->ctx, "desk", ref, &(myc_registry_options){false, pairs, 3}));
    venue[0] = 'x';
    expect_value(here, "venue", "binance");
    expect_value(here, "weight", "3");
    expect_value(here, "empty", "");
    char value[7];
    cr_expect_eq(MYC_ESHORT, myc_registry_get(here->ctx, "desk", "venue", value, 7));
    cr_expect_eq(MYC_EUNKNOWN, myc_registry_get(here->ctx, "desk", "nothing", value, 7));
    cr_expect_eq(MYC_EUNKNOWN, myc_registry_get(here->ctx, "nobody", "venue", value, 7));
    cr_expect_eq(0, myc_registry_set(here->ctx, "desk", "weight", "5"));
    expect_value(here, "weight", "5");
    cr_expect_eq(0, myc_registry_set(here->ctx, "desk", "venue", NULL));
    cr_expect_eq(MYC_EUNKNOWN, myc_registry_get(here->ctx, "desk", "venue", value, 7));
    expect_value(here, "weight", "5");
    cr_expect_eq(MYC_EUNKNOWN, myc_registry_set(here->ctx, "nobody", "weight", "5"));
    cr_assert_eq(0, desk_register(here->ctx, "desk", ref, NULL), "again, by the same actor");
    cr_expect_eq(MYC_EUNKNOWN, myc_registry_get(here->ctx, "desk", "weight", value, 7));
    world_close(here);
}

Test(registry, metadata_is_bounded)
{
    struct world *here = world_open(1);
    (void)registered(here, 0, "desk");
    for (char key[] = "a"; key[0] < 'i'; key[0]++)
        cr_expect_eq(0, myc_registry_set(here->ctx, "desk", key, "value"));
    cr_expect_eq(MYC_ELIMIT, myc_registry_set(here->ctx, "desk", "i", "value"));
    cr_expect_eq(0, myc_registry_set(here->ctx, "desk", "h", "other"));
    cr_expect_eq(0, myc_registry_set(here->ctx, "desk", "a", NULL));
    cr_expect_eq(0, myc_registry_set(here->ctx, "desk", "i", "value"));
    expect_value(here, "i", "value");
    expect_value(here, "h", "other");
    world_close(here);
}

Test(registry, lists_are_sorted_and_have_what_fits)
{
    struct world *here = world_open(2);
    desk_ref first = registered(here, 0, "feed/binance");
    (void)registered(here, 1, "feed/kraken");
    (void)registered(here, 1, "feed/bitstamp");
    (void)registered(here, 1, "desk");
    myc_registry_entry found[4];
    cr_expect_eq(4, myc_registry_list(here->ctx, NULL, found, 4));
    const char *names[] = {"desk", "feed/binance", "feed/bitstamp", "feed/kraken"};
    for (uint32_t i = 0; i < 4; i++)
        cr_expect_str_eq(found[i].name, names[i]);
    cr_expect(myc_address_equal(first.address, found[1].address));
    cr_expect_lt(found[1].version, found[3].version, "registered earlier");
    cr_expect_eq(3, myc_registry_list(here->ctx, "feed/*", found, 2), "all are counted");
    cr_expect_eq(2, myc_registry_list(here->ctx, "feed/b*", found, 4));
    cr_expect_str_eq(found[0].name, "feed/binance");
    cr_expect_str_eq(found[1].name, "feed/bitstamp");
    cr_expect_eq(0, myc_registry_list(here->ctx, "feed", found, 4));
    world_close(here);
}

Test(registry, patterns_fit_as_in_a_shell)
{
    struct world *here = world_open(1);
    (void)registered(here, 0, "feed/binance/btc");
    const char *fitting[] = {"*",
                             "feed/*",
                             "*btc",
                             "*/binance/*",
                             "f*e*d*c",
                             "feed/?inance/btc",
                             "*b*b*",
                             "feed/binance/btc*",
                             "feed/binance/???",
                             "**/btc"};
    const char *others[] = {
        "feed", "feed/?", "*eth", "feed/binance/btc?", "?", "*d/btc", "feed/binance/bt",
        "b*",   "*b*b*b*"};
    for (uint32_t i = 0; i < sizeof fitting / sizeof *fitting; i++)
        cr_expect_eq(1, myc_registry_list(here->ctx, fitting[i], NULL, 0), "%s", fitting[i]);
    for (uint32_t i = 0; i < sizeof others / sizeof *others; i++)
        cr_expect_eq(0, myc_registry_list(here->ctx, others[i], NULL, 0), "%s", others[i]);
    world_close(here);
}

Test(registry, bad_names_and_metadata_are_refused_with_a_line_that_says_why)
{
    struct world *here = world_open(1);
    desk_ref ref = world_desk(here, 0, NULL, NULL);
    char longest[65];
    memset(longest, 'n', sizeof longest - 1);
    longest[64] = 0;
    const char *bad[] = {NULL, "", "two words", "star*", "what?", "line\n", longest};
    for (uint32_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_expect_eq(MYC_EINVAL, desk_register(here->ctx, bad[i], ref, NULL), "case %u", i);
    cr_expect(world_logged(here, "registry: name 'star*': expected no blanks"));
    cr_expect(world_logged(here, "registry: name '': expected 1 to 63 bytes"));
    longest[63] = 0;
    cr_expect_eq(0, desk_register(here->ctx, longest, ref, NULL));
    expect_found(here, longest, ref);
    char value[65];
    memset(value, 'v', sizeof value);
    value[64] = 0;
    myc_registry_pair pairs[9] = {{"key", value}};
    cr_expect_eq(MYC_EINVAL,
                 desk_register(here->ctx, "a", ref, &(myc_registry_options){0, pairs, 1}));
    pairs[0] = (myc_registry_pair){"", "value"};
    cr_expect_eq(MYC_EINVAL,
                 desk_register(here->ctx, "a", ref, &(myc_registry_options){0, pairs, 1}));
    cr_expect_eq(MYC_EINVAL,
                 desk_register(here->ctx, "a", ref, &(myc_registry_options){0, pairs, 9}));
    cr_expect(world_logged(here, "metadata of 'a': expected at most 8 pairs"));
    cr_expect_eq(MYC_EINVAL, myc_registry_set(here->ctx, longest, "key", value));
    expect_unknown(here, "a");
    world_close(here);
}

static void register_itself(struct journal *journal, myc_context *ctx)
{
    *(int *)journal->user = myc_registry_add(ctx, "myself", myc_self(ctx), &desk_protocol, NULL);
}

Test(registry, an_actor_registers_itself_when_it_starts_and_even_when_it_stops)
{
    struct world *here = world_open(2);
    int error = -1;
    struct journal journal = {.at_start = register_itself, .user = &error};
    desk_ref ref = world_desk(here, 1, &journal, NULL);
    world_await(here);
    cr_expect_eq(0, error);
    expect_found(here, "myself", ref);
    end_actor(here, ref);
    expect_unknown(here, "myself");
    journal = (struct journal){.at_stop = register_itself, .user = &error};
    ref = world_desk(here, 1, &journal, NULL);
    world_await(here);
    error = -1;
    end_actor(here, ref);
    cr_expect_eq(0, error, "its last words");
    expect_unknown(here, "myself");
    world_close(here);
    NO_LEAKS();
}

Test(registry, names_of_other_nodes_stay_until_the_system_ends)
{
    struct world *here = world_open(1);
    desk_ref remote = {{5, 1u << 22 | 1}};
    cr_expect_eq(0, desk_register(here->ctx, "far", remote, NULL));
    expect_found(here, "far", remote);
    world_close(here);
    NO_LEAKS();
}

Test(registry, thousands_of_names)
{
    struct world *here = world_open(2);
    enum { COUNT = 3000 };
    static desk_ref refs[COUNT];
    char name[32];
    for (uint32_t i = 0; i < COUNT; i++) {
        snprintf(name, sizeof name, "actor-%u", i);
        refs[i] = registered(here, i % 2, name);
    }
    world_await(here);
    cr_expect_eq(COUNT, myc_registry_list(here->ctx, "actor-*", NULL, 0));
    for (uint32_t i = 0; i < COUNT; i += 2)
        myc_stop(here->ctx, refs[i].address);
    world_await(here);
    cr_expect_eq(COUNT / 2, myc_registry_list(here->ctx, NULL, NULL, 0));
    for (uint32_t i = 0; i < COUNT; i++) {
        snprintf(name, sizeof name, "actor-%u", i);
        desk_ref found;
        cr_assert_eq(i % 2 ? 0 : MYC_EUNKNOWN, desk_lookup(here->ctx, name, &found), "%s", name);
        cr_assert(i % 2 == 0 || myc_address_equal(refs[i].address, found.address));
    }
    world_close(here);
}
