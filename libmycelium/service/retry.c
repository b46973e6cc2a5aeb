/* SPDX-License-Identifier: Apache-2.0 */
#include <mycelium/retry.h>

#include "base/limits.h"
#include "base/random.h"
#include "service/config.h"

#define SECOND_NS UINT64_C(1000000000)

static myc_retry_options complete(const myc_retry_options *given)
{
    myc_retry_options options = given ? *given : (myc_retry_options){0};
    options.tries_max = options.tries_max ? options.tries_max : 3;
    options.delay_ns = options.delay_ns ? options.delay_ns : SECOND_NS / 100;
    if (!options.delay_max_ns) {
        options.delay_max_ns = options.delay_ns > SECOND_NS ? options.delay_ns : SECOND_NS;
    }
    return options;
}

static int check(myc_context *ctx, const myc_retry_options *options)
{
    if ((unsigned)options->backoff > MYC_RETRY_EXPONENTIAL) {
        return myc__config_refuse(ctx, "retry", "backoff", (uint64_t)options->backoff,
                                  "a myc_backoff");
    }
    if (options->tries_max > MYC__RETRY_TRIES_MAX) {
        return myc__config_refuse(ctx, "retry", "tries_max", options->tries_max, "1 to 1000");
    }
    if (options->delay_ns > 3600 * SECOND_NS) {
        return myc__config_refuse(ctx, "retry", "delay_ns", options->delay_ns, "at most 1 hour");
    }
    if (options->delay_max_ns < options->delay_ns || options->delay_max_ns > 86400 * SECOND_NS) {
        return myc__config_refuse(ctx, "retry", "delay_max_ns", options->delay_max_ns,
                                  "delay_ns to 1 day");
    }
    return 0;
}

int myc_retry_init(myc_context *ctx, myc_retry *retry, const myc_retry_options *given)
{
    myc_retry_options options = complete(given);
    int error = check(ctx, &options);
    if (!error) {
        *retry = (myc_retry){(uint32_t)options.backoff, options.tries_max, options.delay_ns,
                             options.delay_max_ns,      options.seed,      options.exact};
    }
    return error;
}

/* Doubled until it reaches the longest, which is before it could overflow: a day fits 1000 times. */
static uint64_t doubled(const myc_retry *retry, uint32_t times)
{
    uint64_t delay_ns = retry->delay_ns;
    while (times-- > 0 && delay_ns < retry->delay_max_ns) {
        delay_ns *= 2;
    }
    return delay_ns;
}

static uint64_t delay_of(const myc_retry *retry, uint32_t tries)
{
    uint64_t delay_ns = 0;
    if (retry->backoff == MYC_RETRY_LINEAR) {
        delay_ns = tries * retry->delay_ns;
    } else if (retry->backoff == MYC_RETRY_EXPONENTIAL) {
        delay_ns = doubled(retry, tries - 1);
    }
    return delay_ns < retry->delay_max_ns ? delay_ns : retry->delay_max_ns;
}

bool myc_retry_next(myc_retry *retry, uint32_t tries, uint64_t *delay_ns)
{
    if (retry->backoff == MYC_RETRY_NONE || tries == 0 || tries >= retry->tries_max) {
        return false;
    }
    *delay_ns = delay_of(retry, tries);
    if (retry->backoff == MYC_RETRY_EXPONENTIAL && !retry->exact) {
        *delay_ns -= myc__random_next(&retry->random) % (*delay_ns / 2 + 1);
    }
    return true;
}
