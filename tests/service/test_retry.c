/* SPDX-License-Identifier: Apache-2.0 */
/* Retry policies: how often and when. */
#include "actor/actor_support.h"

#define MS_NS UINT64_C(1000000)

static myc_retry retry_of(struct world *here, myc_retry_options options)
{
    myc_retry made;
    cr_assert_eq(0, myc_retry_init(here->ctx, &made, &options));
    return made;
}

/* The delays are these, in ms, and then there is no more. */
static void expect_delays(myc_retry retry, const uint32_t *delays_ms, uint32_t count)
{
    uint64_t delay_ns = 0;
    for (uint32_t tries = 1; tries <= count; tries++) {
        cr_assert(myc_retry_next(&retry, tries, &delay_ns), "no try follows after %u", tries);
        cr_expect_eq(delays_ms[tries - 1] * MS_NS, delay_ns);
    }
    cr_expect_not(myc_retry_next(&retry, count + 1, &delay_ns));
}

Test(retry, waits_as_its_backoff_says)
{
    struct world *here = world_open(1);
    myc_retry none;
    cr_assert_eq(0, myc_retry_init(here->ctx, &none, NULL));
    expect_delays(none, NULL, 0);
    expect_delays(retry_of(here, (myc_retry_options){.backoff = MYC_RETRY_IMMEDIATE}),
                  (uint32_t[]){0, 0}, 2);
    expect_delays(retry_of(here, (myc_retry_options){.backoff = MYC_RETRY_LINEAR, .tries_max = 5}),
                  (uint32_t[]){10, 20, 30, 40}, 4);
    expect_delays(retry_of(here, (myc_retry_options){.backoff = MYC_RETRY_EXPONENTIAL,
                                                     .tries_max = 6,
                                                     .delay_ns = 3 * MS_NS,
                                                     .delay_max_ns = 20 * MS_NS,
                                                     .exact = true}),
                  (uint32_t[]){3, 6, 12, 20, 20}, 5);
    world_close(here);
    NO_LEAKS();
}

Test(retry, of_a_thousand_tries_does_not_overflow)
{
    struct world *here = world_open(1);
    const uint64_t day_ns = 86400000 * MS_NS;
    for (int backoff = MYC_RETRY_LINEAR; backoff <= MYC_RETRY_EXPONENTIAL; backoff++) {
        myc_retry retry = retry_of(here, (myc_retry_options){.backoff = (myc_backoff)backoff,
                                                             .tries_max = 1000,
                                                             .delay_ns = 3600000 * MS_NS,
                                                             .delay_max_ns = day_ns,
                                                             .exact = true});
        uint64_t last_ns = 0;
        for (uint32_t tries = 1; tries < 1000; tries++) {
            uint64_t delay_ns;
            cr_assert(myc_retry_next(&retry, tries, &delay_ns));
            cr_assert_geq(delay_ns, last_ns);
            cr_assert_leq(delay_ns, day_ns);
            last_ns = delay_ns;
        }
        cr_expect_eq(day_ns, last_ns);
    }
    world_close(here);
    NO_LEAKS();
}

Test(retry, has_the_jitter_of_its_seed_within_half_of_the_delay)
{
    struct world *here = world_open(1);
    myc_retry_options options = {
        .backoff = MYC_RETRY_EXPONENTIAL, .tries_max = 1000, .delay_max_ns = 10 * MS_NS, .seed = 7};
    myc_retry first = retry_of(here, options);
    myc_retry same = retry_of(here, options);
    options.seed = 8;
    myc_retry other = retry_of(here, options);
    uint32_t differ = 0;
    uint32_t halves[2] = {0};
    for (uint32_t tries = 1; tries < 1000; tries++) {
        uint64_t delays_ns[3];
        cr_assert(myc_retry_next(&first, tries, &delays_ns[0]));
        cr_assert(myc_retry_next(&same, tries, &delays_ns[1]));
        cr_assert(myc_retry_next(&other, tries, &delays_ns[2]));
        cr_assert_eq(delays_ns[0], delays_ns[1], "the same seed gives other delays");
        cr_assert(delays_ns[0] >= 5 * MS_NS && delays_ns[0] <= 10 * MS_NS);
        differ += delays_ns[0] != delays_ns[2];
        halves[delays_ns[0] > 15 * MS_NS / 2]++;
    }
    cr_expect_gt(differ, 900);
    cr_expect(halves[0] > 400 && halves[1] > 400, "they are not spread");
    world_close(here);
    NO_LEAKS();
}

struct bad {
    myc_retry_options options;
    const char *says;
};

Test(retry, says_what_is_wrong_with_its_options)
{
    struct world *here = world_open(1);
    static const struct bad cases[] = {
        {{.backoff = (myc_backoff)4}, "retry: backoff is 4: expected a myc_backoff"},
        {{.tries_max = 1001}, "retry: tries_max is 1001: expected 1 to 1000"},
        {{.delay_ns = 3600001 * MS_NS}, "retry: delay_ns is 3600001000000: expected"},
        {{.delay_ns = 2, .delay_max_ns = 1}, "retry: delay_max_ns is 1: expected delay_ns to"},
        {{.delay_max_ns = 86400001 * MS_NS}, "retry: delay_max_ns is 86400001000000: expected"},
    };
    for (uint32_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        myc_retry retry;
        cr_expect_eq(MYC_EINVAL, myc_retry_init(here->ctx, &retry, &cases[i].options));
        cr_expect(world_logged(here, cases[i].says), "not logged: %s", cases[i].says);
    }
    world_close(here);
    NO_LEAKS();
}
