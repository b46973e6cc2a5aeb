/* SPDX-License-Identifier: Apache-2.0 */
/* An exchange that fails again and again is left alone for a while, and then tried with care. */
#include <mycelium/mycelium.h>
#include <stdio.h>
static uint64_t now_ns = 1; /* the example's own clock: half a minute passes at once */
static uint64_t read_clock(void *unused)
{
    return unused ? 0 : now_ns;
}
static void call(myc_context *ctx, myc_breaker *breaker, bool succeeds)
{
    uint32_t number = myc_breaker_enter(ctx, breaker);
    if (number == 0) {
        puts("refused: nothing is sent");
        return;
    }
    myc_breaker_leave(ctx, breaker, number, succeeds); /* when its reply has come, or has not */
    puts(succeeds ? "a reply" : "no reply");
}
int main(void)
{
    myc_system *system;
    myc_breaker breaker;
    myc_system_options options = {.caller_driven = true, .now_ns = read_clock};
    if (myc_system_create(&options, &system))
        return 1;
    myc_context *ctx = myc_context_of(system);
    int error = myc_breaker_init(ctx, &breaker, &(myc_breaker_options){.failure_threshold = 2});
    for (int i = 0; i < 4 && !error; i++)
        call(ctx, &breaker, false); /* the third and the fourth are refused */
    now_ns += 30000000000;
    for (int i = 0; i < 2 && !error; i++)
        call(ctx, &breaker, true);
    bool closed = !error && myc_breaker_state_of(&breaker) == MYC_BREAKER_CLOSED;
    return myc_system_destroy(system) != 0 || !closed;
}
