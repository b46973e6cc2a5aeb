/* SPDX-License-Identifier: Apache-2.0 */
/* A desk watches its feed, which may be on any worker, and is told once how it ended. */
#include <mycelium/mycelium.h>
#include <stdio.h>
typedef int tick;
MYC_MESSAGE(tick)
MYC_MESSAGE_TYPE(tick)
#define DESK_ROWS(ROW, P) ROW(P, tick, tick) ROW(P, down, myc_down) /* notices come as myc_down */
MYC_PROTOCOL(desk, DESK_ROWS)
struct desk {
    desk_ref feed; /* where its ticks come from; a feed has none */
};
static myc_next desk_on_tick(struct desk *self, myc_context *ctx, const tick *price)
{
    if (!self->feed.address.life) {
        return *price > 0 ? MYC_CONTINUE : MYC_FAIL(MYC_EFIELD); /* so ends a feed */
    }
    int error = MYC_WATCH(desk, down, ctx, self->feed); /* another row would not compile */
    myc_ignore(desk_send_tick(ctx, self->feed, tick_move(ctx, price)));
    return error ? MYC_FAIL(error) : MYC_CONTINUE;
}
static myc_next desk_on_down(struct desk *self, myc_context *ctx, const myc_down *down)
{
    (void)self, (void)ctx;
    printf("the feed failed: %s\n", myc_error_text(down->why.code)); /* a field has a bad value */
    return down->why.reason == MYC_EXIT_FAILED ? MYC_STOP : MYC_FAIL(MYC_EINVAL);
}
MYC_ACTOR(desk, desk, DESK_ROWS)
int main(void)
{
    myc_system *system;
    desk_ref feed, desk;
    int error = myc_system_create(NULL, &system);
    myc_context *ctx = error ? NULL : myc_context_of(system);
    return error || desk_spawn(ctx, &(struct desk){{{0}}}, NULL, &feed) ||
           desk_spawn(ctx, &(struct desk){feed}, NULL, &desk) ||
           desk_send_tick(ctx, desk, tick_new(ctx)) != MYC_SENT ||
           myc_system_stop(system, NULL, NULL) || myc_system_destroy(system) != 0;
}
