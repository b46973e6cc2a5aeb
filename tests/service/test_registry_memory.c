/* SPDX-License-Identifier: Apache-2.0 */
/* The registry when memory is out, at whatever point: an error, nothing half done, nothing lost. */
#include "../actor/special_world.h"

MYC_REGISTRY(desk)
MYC_ROUTER(desk)

enum { DROPS = 24, NAMES_TRIED = 20000 };

/* Registers until memory is out; returns how many names were given. */
static uint32_t register_until_dry(struct world *here, desk_ref ref, uint32_t first)
{
    char name[32];
    for (uint32_t i = 0; i < NAMES_TRIED; i++) {
        snprintf(name, sizeof name, "name-%u", first + i);
        int error = desk_register(here->ctx, name, ref, NULL);
        desk_ref found;
        if (error) {
            cr_assert_eq(MYC_ENOMEM, error);
            cr_assert_eq(MYC_EUNKNOWN, desk_lookup(here->ctx, name, &found), "half done");
            return i;
        }
        cr_assert_eq(0, desk_lookup(here->ctx, name, &found));
    }
    cr_assert(false, "memory never ran out");
    return 0;
}

Test(registry_memory, each_failure_leaves_the_registry_as_it_was)
{
    struct well well = {0};
    struct world *here = world_on(&well, 2);
    desk_ref ref = world_desk(here, 1, NULL, NULL);
    world_await(here);
    uint32_t given = 0;
    well.dry = true;
    for (uint32_t round = 0; round < DROPS; round++) {
        well.drops = 1; /* a slab of one of the sizes it needs: another one runs out next */
        given += register_until_dry(here, ref, given);
        cr_assert_eq(given, myc_registry_list(here->ctx, NULL, NULL, 0));
    }
    cr_expect_gt(given, 0u);
    int error = 0;
    for (uint32_t i = 0; i < NAMES_TRIED && !error; i++) /* uses up what set needs */
        error = desk_register(here->ctx, "name-0", ref, NULL);
    cr_expect_eq(MYC_ENOMEM, error);
    well.dry = false;
    myc_stop(here->ctx, ref.address);
    world_await(here);
    cr_expect_eq(0, myc_registry_list(here->ctx, NULL, NULL, 0), "the end of an actor needs none");
    world_close(here);
    cr_expect_eq(0, well.blocks);
    NO_LEAKS();
}

Test(registry_memory, names_go_with_their_actor_while_memory_is_out)
{
    struct well well = {0};
    struct world *here = world_on(&well, 2);
    desk_ref ref = world_desk(here, 0, NULL, NULL);
    for (char name[] = "a"; name[0] <= 'z'; name[0]++)
        cr_assert_eq(0, desk_register(here->ctx, name, ref, NULL));
    world_await(here);
    myc_stop(here->ctx, ref.address);
    well.dry = true;
    world_await(here);
    cr_expect_eq(0, myc_registry_list(here->ctx, NULL, NULL, 0));
    well.dry = false;
    world_close(here);
    NO_LEAKS();
}

Test(registry_memory, a_router_says_when_a_member_cannot_be_asked_for_its_load)
{
    struct well well = {0};
    struct world *here = world_on(&well, 2);
    desk_ref ref = world_desk(here, 1, NULL, NULL);
    world_await(here);
    desk_router router;
    cr_assert_eq(0, desk_router_init(here->ctx, &router,
                                     &(myc_router_options){.strategy = MYC_ROUTE_LEAST_LOADED}));
    well.dry = true;
    int error = 0;
    for (uint32_t i = 0; i < NAMES_TRIED && !error; i++)
        error = desk_router_add(here->ctx, &router, ref, NULL);
    cr_expect_eq(MYC_ENOMEM, error);
    well.dry = false;
    world_close(here);
    cr_expect_eq(0, well.blocks);
    NO_LEAKS();
}
