/* SPDX-License-Identifier: Apache-2.0 */
/* When to try again: each delay is twice the last one, less some jitter, up to the longest. */
#include <mycelium/mycelium.h>
#include <stdio.h>
static int show(myc_context *ctx, const char *name, const myc_retry_options *options)
{
    myc_retry policy;
    uint64_t delay_ns;
    int error = myc_retry_init(ctx, &policy, options);
    printf("%s:", name);
    for (uint32_t tries = 1; !error && myc_retry_next(&policy, tries, &delay_ns); tries++)
        printf(" %.1f ms", (double)delay_ns / 1e6);
    puts(error ? myc_error_text(error) : "");
    return error;
}
int main(void)
{
    myc_system *system;
    if (myc_system_create(&(myc_system_options){.caller_driven = true}, &system))
        return 1;
    myc_context *ctx = myc_context_of(system);
    myc_retry_options linear = {.backoff = MYC_RETRY_LINEAR, .tries_max = 5};
    myc_retry_options jittery = {.backoff = MYC_RETRY_EXPONENTIAL,
                                 .tries_max = 9,
                                 .delay_ns = 2000000,
                                 .delay_max_ns = 100000000,
                                 .seed = 42}; /* the same seed, the same delays */
    int error = show(ctx, "linear", &linear) || show(ctx, "exponential", &jittery);
    return myc_system_destroy(system) != 0 || error;
}
