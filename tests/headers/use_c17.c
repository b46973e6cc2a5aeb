/* SPDX-License-Identifier: Apache-2.0 */
/* A program that uses the public interface as a user would, in strict C17. */
#include <inttypes.h>
#include <stdio.h>

#include <mycelium/mycelium.h>

enum { TICKS = 10 };

typedef struct tick {
    uint64_t number;
} tick;
MYC_MESSAGE(tick)
MYC_FLAT_CODEC(tick)
MYC_MESSAGE_TYPE(tick, .id = 1, .encode = tick__encode, .decode = tick__decode)

#define CLOCK_ROWS(ROW, P) ROW(P, tick, tick)
MYC_PROTOCOL(clock, CLOCK_ROWS)

struct listener {
    uint64_t *sum;
};

static myc_next listener_on_tick(struct listener *self, myc_context *ctx, const tick *message)
{
    (void)ctx;
    *self->sum += message->number;
    return MYC_CONTINUE;
}
MYC_ACTOR(listener, clock, CLOCK_ROWS)

static int send_ticks(myc_context *ctx, clock_ref to)
{
    for (uint64_t number = 1; number <= TICKS; number++) {
        tick *fresh = tick_new(ctx);
        if (!fresh)
            return MYC_ENOMEM;
        fresh->number = number;
        if (clock_send_tick(ctx, to, fresh) != MYC_SENT)
            return MYC_EBUSY;
    }
    return 0;
}

static int run(myc_system *system, uint64_t *sum)
{
    myc_context *ctx = myc_context_of(system);
    clock_ref to;
    int error = listener_spawn(ctx, &(struct listener){.sum = sum}, NULL, &to);
    if (!error)
        error = send_ticks(ctx, to);
    if (!error)
        error = myc_system_await_quiescence(system, UINT64_C(10000000000));
    return error;
}

int main(void)
{
    myc_system *system;
    uint64_t sum = 0;
    int error =
        myc_system_create(&(myc_system_options){.workers = 2, .caller_driven = true}, &system);
    if (!error) {
        error = run(system, &sum);
        myc_system_destroy(system);
    }
    printf("sum %" PRIu64 ", %s\n", sum, myc_error_name(error));
    return error || sum != TICKS * (TICKS + 1) / 2;
}
