/* SPDX-License-Identifier: Apache-2.0 */
/* A lamp with one button and two modes: what a push does depends on whether it is lit. */
#include <mycelium/mycelium.h>
#include <stdio.h>
typedef char push;
MYC_MESSAGE(push)
MYC_MESSAGE_TYPE(push)
#define LAMP_ROWS(ROW, P) ROW(P, button, push)
MYC_PROTOCOL(lamp, LAMP_ROWS)
struct lamp {
    int pushes;
};
MYC_MODE(lamp, lit, lamp, LAMP_ROWS) /* lamp_lit_on_button() below, lamp_become_lit() */

static myc_next lamp_on_button(struct lamp *self, myc_context *ctx, const push *button)
{
    int error = lamp_become_lit(self, ctx);
    printf("push %d: on, %s\n", ++self->pushes, button ? myc_mode_name(ctx) : "");
    return error ? MYC_FAIL(error) : MYC_CONTINUE;
}

static myc_next lamp_lit_on_button(struct lamp *self, myc_context *ctx, const push *button)
{
    int error = myc_unbecome(ctx);
    printf("push %d: off\n", self->pushes += button != NULL);
    return error ? MYC_FAIL(error) : MYC_CONTINUE;
}
MYC_ACTOR(lamp, lamp, LAMP_ROWS)
int main(void)
{
    myc_system *system;
    lamp_ref lamp;
    if (myc_system_create(NULL, &system) || lamp_spawn(myc_context_of(system), NULL, NULL, &lamp))
        return 1;
    myc_context *ctx = myc_context_of(system);
    for (int i = 0; i < 5; i++)
        myc_ignore(lamp_send_button(ctx, lamp, push_new(ctx)));
    return myc_system_stop(system, NULL, NULL) || myc_system_destroy(system);
}
