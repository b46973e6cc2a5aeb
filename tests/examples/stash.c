/* SPDX-License-Identifier: Apache-2.0 */
/* A gate keeps orders aside until it is connected; then they come first, in their order. */
#include <mycelium/mycelium.h>
#include <stdio.h>
typedef uint32_t number;
MYC_MESSAGE(number)
MYC_MESSAGE_TYPE(number)
#define GATE_ROWS(ROW, P) ROW(P, order, number) ROW(P, connected, number)
MYC_PROTOCOL(gate, GATE_ROWS)
struct gate {
    bool is_connected;
};
static myc_next gate_on_order(struct gate *self, myc_context *ctx, const number *order)
{
    if (!self->is_connected)
        return gate_stash_order(ctx, order) ? MYC_FAIL(MYC_ELIMIT) : MYC_CONTINUE;
    printf("order %u\n", *order);
    return MYC_CONTINUE;
}
static myc_next gate_on_connected(struct gate *self, myc_context *ctx, const number *session)
{
    printf("session %u: %u orders were waiting\n", *session, myc_unstash_all(ctx));
    self->is_connected = true;
    return MYC_CONTINUE;
}
MYC_ACTOR(gate, gate, GATE_ROWS)
int main(void)
{
    myc_system *system;
    gate_ref gate;
    int error = myc_system_create(NULL, &system);
    myc_context *ctx = error ? NULL : myc_context_of(system);
    error = error || gate_spawn(ctx, NULL, NULL, &gate);
    for (uint32_t i = 1; i <= 5 && !error; i++) {
        number *n = number_new(ctx);
        *n = i;
        myc_ignore(i == 4 ? gate_send_connected(ctx, gate, n) : gate_send_order(ctx, gate, n));
    }
    return error || myc_system_stop(system, NULL, NULL) || myc_system_destroy(system);
}
