/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>

#include <criterion/criterion.h>

#include "shard/counters.h"
#include "support/leaks.h"

enum { MESSAGES = 2000000 };

Test(counters, count_up_and_take_back)
{
    myc__counters counters = {0};
    myc__count(&counters.accepted, 1);
    myc__count(&counters.accepted, 41);
    cr_expect_eq(42, counters.accepted);
    myc__count(&counters.accepted, (uint64_t)-1);
    cr_expect_eq(41, counters.accepted);
    myc__count_end(&counters.handled, 7);
    myc__count_end(&counters.handled, 0);
    myc__count_end(&counters.dead_by[MYC_DEAD_LEFT], UINT64_C(1) << 40);
    cr_expect_eq(7, counters.handled);
    cr_expect_eq(UINT64_C(1) << 40, counters.dead_by[MYC_DEAD_LEFT]);
    cr_expect_eq(0, counters.refused);
    NO_LEAKS();
}

static void *accept_and_handle(void *user)
{
    myc__counters *counters = user;
    for (uint32_t message = 0; message < MESSAGES; message++) {
        myc__count(&counters->accepted, 1);
        myc__count_end(&counters->handled, 1);
    }
    return NULL;
}

/* Who reads ends first and beginnings after never sees more ends. */
Test(counters, show_no_end_without_its_beginning, .timeout = 60)
{
    static myc__counters counters;
    pthread_t writer;
    cr_assert_eq(0, pthread_create(&writer, NULL, accept_and_handle, &counters));
    uint64_t handled = 0;
    while (handled < MESSAGES) {
        handled = myc__load_acquire_u64(&counters.handled);
        uint64_t accepted = myc__load_acquire_u64(&counters.accepted);
        cr_assert_geq(accepted, handled);
    }
    pthread_join(writer, NULL);
    cr_expect_eq(MESSAGES, counters.accepted);
    NO_LEAKS();
}
