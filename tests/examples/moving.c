/* SPDX-License-Identifier: Apache-2.0 */
/* A counter that is moved to and fro while it is sent to: it misses nothing, and keeps its ref. */
#include <mycelium/mycelium.h>

typedef struct tick {
    uint32_t number;
} tick;
MYC_MESSAGE(tick)
MYC_MESSAGE_TYPE(tick)
#define COUNT_ROWS(ROW, P) ROW(P, tick, tick)
MYC_PROTOCOL(count, COUNT_ROWS)

struct counter {
    uint32_t expected;
};
static myc_next counter_on_tick(struct counter *self, myc_context *ctx, const tick *got)
{
    (void)ctx;
    return got->number == self->expected++ ? MYC_CONTINUE : MYC_FAIL(MYC_EINVAL);
}
MYC_ACTOR(counter, count, COUNT_ROWS)

int main(void)
{
    myc_system *system;
    count_ref counter;
    if (myc_system_create(&(myc_system_options){.workers = 2}, &system))
        return 1;
    myc_context *ctx = myc_context_of(system);
    int error = counter_spawn(ctx, NULL, NULL, &counter);
    for (uint32_t number = 0; number < 100000 && !error; number++) {
        tick *made = tick_new(ctx);
        made->number = number;
        error = count_send_wait_tick(ctx, counter, made, UINT64_MAX) != MYC_SENT;
        if (number % 1000 == 0 && !error)
            error = myc_move_actor(ctx, counter.address, number / 1000 % 2);
    }
    return error || myc_system_stop(system, NULL, NULL) || myc_system_destroy(system);
}
