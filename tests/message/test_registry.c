/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <sched.h>

#include <criterion/criterion.h>

#include "base/seeded.h"
#include "base/sync.h"
#include "message/registry.h"
#include "support/leaks.h"

static int64_t encode(const void *payload, uint8_t *bytes, size_t capacity, myc_codec_error *error)
{
    return myc_flat_encode("some", payload, 4, bytes, capacity, error);
}

static int decode(void *payload, const uint8_t *bytes, size_t size_bytes, myc_codec_error *error)
{
    return myc_flat_decode("some", payload, 4, bytes, size_bytes, error);
}

static myc_type type_with(uint32_t id)
{
    return (myc_type){.name = "some",
                      .id = id,
                      .size_bytes = 4,
                      .alignment_bytes = 4,
                      .encode = encode,
                      .decode = decode};
}

Test(registry, finds_what_was_added_and_nothing_else)
{
    myc__registry registry;
    myc__registry_init(&registry);
    myc_type type = type_with(7);
    cr_expect_null(myc__registry_find(&registry, 7));
    cr_expect_eq(0, myc__registry_add(&registry, &type));
    cr_expect_eq(&type, myc__registry_find(&registry, 7));
    cr_expect_null(myc__registry_find(&registry, 8));
    cr_expect_null(myc__registry_find(&registry, 0));
    myc__registry_fini(&registry);
    NO_LEAKS();
}

Test(registry, takes_the_same_type_twice_but_no_other_of_its_id)
{
    myc__registry registry;
    myc__registry_init(&registry);
    myc_type type = type_with(7), other = type_with(7);
    cr_expect_eq(0, myc__registry_add(&registry, &type));
    cr_expect_eq(0, myc__registry_add(&registry, &type));
    cr_expect_eq(1, registry.count);
    cr_expect_eq(MYC_EINVAL, myc__registry_add(&registry, &other));
    cr_expect_eq(&type, myc__registry_find(&registry, 7));
    myc__registry_fini(&registry);
    NO_LEAKS();
}

Test(registry, refuses_a_type_without_a_serialized_form)
{
    myc__registry registry;
    myc__registry_init(&registry);
    myc_type no_id = type_with(0), no_encode = type_with(1), no_decode = type_with(2);
    no_encode.encode = NULL;
    no_decode.decode = NULL;
    cr_expect_eq(MYC_EINVAL, myc__registry_add(&registry, NULL));
    cr_expect_eq(MYC_EINVAL, myc__registry_add(&registry, &no_id));
    cr_expect_eq(MYC_EINVAL, myc__registry_add(&registry, &no_encode));
    cr_expect_eq(MYC_EINVAL, myc__registry_add(&registry, &no_decode));
    cr_expect_eq(0, registry.count);
    myc__registry_fini(&registry);
    NO_LEAKS();
}

/* Ids that are close, far apart, and random; twice as many are looked up as are there. */
static void fill_and_look(const uint32_t *ids)
{
    static myc_type types[MYC__TYPES_MAX];
    myc__registry registry;
    myc__registry_init(&registry);
    for (uint32_t index = 0; index < MYC__TYPES_MAX; index++) {
        types[index] = type_with(ids[index]);
        cr_assert_eq(0, myc__registry_add(&registry, &types[index]));
    }
    myc_type one_more = type_with(ids[MYC__TYPES_MAX]);
    cr_expect_eq(MYC_ELIMIT, myc__registry_add(&registry, &one_more));
    cr_expect_eq(0, myc__registry_add(&registry, &types[0]), "known ones are still fine");
    for (uint32_t index = 0; index < MYC__TYPES_MAX; index++) {
        cr_assert_eq(&types[index], myc__registry_find(&registry, ids[index]));
        cr_assert_null(myc__registry_find(&registry, ids[MYC__TYPES_MAX + index]));
    }
    cr_assert_null(myc__registry_find(&registry, 0));
    myc__registry_fini(&registry);
}

Test(registry, holds_its_limit_of_types_and_refuses_one_more)
{
    enum { COUNT = 2 * MYC__TYPES_MAX };
    static uint32_t ids[3][COUNT];
    seeded random = seeded_start("registry");
    for (uint32_t index = 0; index < COUNT; index++) {
        ids[0][index] = index + 1;
        ids[1][index] = (index + 1) * 512; /* a bad hash would put them all in one place */
        ids[2][index] = (uint32_t)seeded_next(&random) << 9 | (index + 1);
    }
    for (uint32_t kind = 0; kind < 3; kind++)
        fill_and_look(ids[kind]);
    NO_LEAKS();
}

struct reader {
    const myc__registry *registry;
    uint32_t wrong;
};

/* Looks until all are there: what it finds has the id it asked for. */
static void *look_up(void *user)
{
    struct reader *reader = user;
    uint32_t found = 0;
    while (found < MYC__TYPES_MAX) {
        found = 0;
        for (uint32_t id = 1; id <= MYC__TYPES_MAX; id++) {
            const myc_type *type = myc__registry_find(reader->registry, id);
            found += type != NULL;
            reader->wrong += type && type->id != id;
        }
        sched_yield();
    }
    return NULL;
}

Test(registry, can_be_read_while_types_are_added, .timeout = 60)
{
    static myc_type types[MYC__TYPES_MAX];
    myc__registry registry;
    myc__registry_init(&registry);
    struct reader reader = {&registry, 0};
    pthread_t thread;
    cr_assert_eq(0, pthread_create(&thread, NULL, look_up, &reader));
    for (uint32_t index = 0; index < MYC__TYPES_MAX; index++) {
        types[index] = type_with(index + 1);
        cr_expect_eq(0, myc__registry_add(&registry, &types[index]));
    }
    pthread_join(thread, NULL);
    cr_expect_eq(0, reader.wrong);
    myc__registry_fini(&registry);
    NO_LEAKS();
}
