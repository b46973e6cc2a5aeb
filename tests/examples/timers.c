/* SPDX-License-Identifier: Apache-2.0 */
/* A kettle that bubbles each millisecond, until it whistles after twenty. */
#include <mycelium/mycelium.h>
typedef uint32_t degrees;
MYC_MESSAGE(degrees)
MYC_MESSAGE_TYPE(degrees)
#define KETTLE_ROWS(ROW, P) ROW(P, heat, degrees) ROW(P, bubble, degrees) ROW(P, whistle, degrees)
MYC_PROTOCOL(kettle, KETTLE_ROWS)
struct kettle {
    myc_timer timer; /* of its bubbles */
};
static myc_next kettle_on_heat(struct kettle *self, myc_context *ctx, const degrees *heat)
{
    int error = kettle_every_bubble(ctx, 1000000, degrees_retain(ctx, heat), &self->timer);
    error = error ? error : kettle_after_whistle(ctx, 20500000, degrees_retain(ctx, heat), NULL);
    return error ? MYC_FAIL(error) : MYC_CONTINUE;
}
static myc_next kettle_on_bubble(struct kettle *self, myc_context *ctx, const degrees *bubble)
{
    myc_log(ctx, MYC_LOG_INFO, "%u C, %d missed", *bubble, (int)myc_timer_missed(ctx, self->timer));
    return MYC_CONTINUE;
}
static myc_next kettle_on_whistle(struct kettle *self, myc_context *ctx, const degrees *whistle)
{
    return myc_timer_cancel(ctx, self->timer) && whistle ? MYC_STOP : MYC_FAIL(MYC_EINVAL);
}
MYC_ACTOR(kettle, kettle, KETTLE_ROWS)
int main(void)
{
    myc_system *system;
    kettle_ref kettle;
    if (myc_system_create(&(myc_system_options){.caller_driven = true}, &system) != 0 ||
        kettle_spawn(myc_context_of(system), NULL, NULL, &kettle) != 0)
        return 1;
    myc_context *ctx = myc_context_of(system);
    myc_ignore(kettle_send_heat(ctx, kettle, degrees_new(ctx)));
    for (myc_counts now = {.actors = 1}; now.actors; myc_system_counts(system, &now))
        myc_system_run_once(system);
    return (int)myc_system_destroy(system);
}
