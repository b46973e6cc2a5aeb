/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A router whose members are those of the registry: an actor watches, follows and chooses.
 */
#include "../actor/actor_support.h"

MYC_REGISTRY(desk)
MYC_ROUTER(desk)

typedef struct errand {
    uint64_t unused;
} errand;
MYC_MESSAGE(errand)
MYC_MESSAGE_TYPE(errand)

#define DISPATCHER_ROWS(ROW, P)                                                                    \
    ROW(P, errand, errand)                                                                         \
    ROW(P, member, myc_registry_change)
MYC_PROTOCOL(dispatcher, DISPATCHER_ROWS)

struct sheet {
    desk_ref chosen[64];
    uint32_t count;
    int error;        /* of the last choice */
    int follow_error; /* of the last change */
    uint32_t members;
};

struct dispatcher {
    struct sheet *sheet;
    desk_router desks;
};

static myc_next dispatcher_on_member(struct dispatcher *self, myc_context *ctx,
                                     const myc_registry_change *member)
{
    self->sheet->follow_error = desk_router_follow(ctx, &self->desks, member);
    self->sheet->members = desk_router_count(&self->desks);
    return MYC_CONTINUE;
}

static myc_next dispatcher_on_errand(struct dispatcher *self, myc_context *ctx, const errand *got)
{
    (void)got;
    struct sheet *sheet = self->sheet;
    cr_assert_lt(sheet->count, 64u);
    sheet->error = desk_router_choose(ctx, &self->desks, &sheet->chosen[sheet->count]);
    sheet->count += sheet->error == 0;
    return MYC_CONTINUE;
}

static int dispatcher_on_start(struct dispatcher *self, myc_context *ctx)
{
    int error =
        desk_router_init(ctx, &self->desks, &(myc_router_options){.strategy = MYC_ROUTE_WEIGHTED});
    return error ? error : myc_registry_watch(ctx, "desk/*", dispatcher_tag_member, true);
}

static void dispatcher_on_stop(struct dispatcher *self, myc_context *ctx, myc_exit why)
{
    (void)self;
    (void)ctx;
    (void)why;
}

MYC_ACTOR_WITH_LIFECYCLE(dispatcher, dispatcher, DISPATCHER_ROWS)

static dispatcher_ref dispatcher_at(struct world *here, struct sheet *sheet)
{
    dispatcher_ref made = {0};
    cr_assert_eq(0, dispatcher_spawn(here->ctx, &(struct dispatcher){.sheet = sheet}, NULL, &made));
    return made;
}

static void choose(struct world *here, dispatcher_ref dispatcher, struct sheet *sheet,
                   uint32_t count)
{
    sheet->count = 0;
    world_await(here);
    for (uint32_t i = 0; i < count; i++)
        cr_assert_eq(MYC_SENT,
                     dispatcher_send_errand(here->ctx, dispatcher, errand_new(here->ctx)));
    world_await(here);
}

static uint32_t times(const struct sheet *sheet, desk_ref ref)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < sheet->count; i++)
        count += myc_address_equal(sheet->chosen[i].address, ref.address);
    return count;
}

static desk_ref registered(struct world *here, const char *name, const char *weight)
{
    desk_ref made = world_desk(here, 1, NULL, NULL);
    myc_registry_pair pair = {"weight", weight};
    cr_assert_eq(0, desk_register(here->ctx, name, made,
                                  &(myc_registry_options){true, &pair, weight != NULL}));
    return made;
}

Test(router_follow, members_come_and_go_with_their_names)
{
    struct world *here = world_open(2);
    struct sheet sheet = {0};
    desk_ref first = registered(here, "desk/first", NULL);
    dispatcher_ref dispatcher = dispatcher_at(here, &sheet);
    choose(here, dispatcher, &sheet, 1);
    cr_expect_eq(1, times(&sheet, first));
    desk_ref second = registered(here, "desk/second", "3");
    choose(here, dispatcher, &sheet, 4);
    cr_expect_eq(1, times(&sheet, first));
    cr_expect_eq(3, times(&sheet, second));
    cr_assert_eq(0, myc_registry_set(here->ctx, "desk/first", "weight", "2"));
    choose(here, dispatcher, &sheet, 5);
    cr_expect_eq(2, times(&sheet, first));
    cr_expect_eq(3, times(&sheet, second));
    desk_ref third = registered(here, "desk/second", "1"); /* takes the name */
    choose(here, dispatcher, &sheet, 3);
    cr_expect_eq(2, times(&sheet, first));
    cr_expect_eq(0, times(&sheet, second));
    cr_expect_eq(1, times(&sheet, third));
    myc_stop(here->ctx, first.address);
    cr_assert_eq(0, desk_unregister(here->ctx, "desk/second", third));
    choose(here, dispatcher, &sheet, 1);
    cr_expect_eq(MYC_EUNHEALTHY, sheet.error);
    cr_expect_eq(0, sheet.members);
    world_close(here);
    NO_LEAKS();
}

Test(router_follow, others_are_left_out)
{
    struct world *here = world_open(2);
    struct sheet sheet = {0};
    dispatcher_ref dispatcher = dispatcher_at(here, &sheet);
    (void)registered(here, "feed/first", NULL);
    cr_assert_eq(
        0, myc_registry_add(here->ctx, "desk/odd", dispatcher.address, &dispatcher_protocol, NULL));
    choose(here, dispatcher, &sheet, 1);
    cr_expect_eq(MYC_EUNHEALTHY, sheet.error);
    cr_expect_eq(MYC_ETYPE, sheet.follow_error);
    desk_ref taker = registered(here, "desk/odd", NULL);
    choose(here, dispatcher, &sheet, 2);
    cr_expect_eq(2, times(&sheet, taker));
    world_close(here);
}

Test(router_follow, a_bad_weight_is_refused_with_a_line_that_says_why)
{
    struct world *here = world_open(2);
    struct sheet sheet = {0};
    dispatcher_ref dispatcher = dispatcher_at(here, &sheet);
    const char *bad[] = {"0", "65537", "heavy", "3kg", "-1", " 7", ""};
    for (uint32_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        (void)registered(here, "desk/first", bad[i]);
        choose(here, dispatcher, &sheet, 1);
        cr_expect_eq(MYC_EINVAL, sheet.follow_error, "'%s'", bad[i]);
        cr_expect_eq(MYC_EUNHEALTHY, sheet.error, "'%s'", bad[i]);
    }
    cr_expect(world_logged(here, "router: weight of 'desk/first' is 'heavy': expected 1 to 65536"));
    world_close(here);
}
