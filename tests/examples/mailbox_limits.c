/* SPDX-License-Identifier: Apache-2.0 */
/* A mailbox with 8 places, of which 2 are for cancels: a hundred orders do not keep them out. */
#include <mycelium/mycelium.h>
#include <stdio.h>
typedef uint32_t number;
MYC_MESSAGE(number)
MYC_MESSAGE_TYPE(number)
#define DESK_ROWS(ROW, P) ROW(P, order, number) ROW(P, cancel, number)
MYC_PROTOCOL(desk, DESK_ROWS)
struct desk {
    uint32_t orders;
};
static myc_next desk_on_order(struct desk *self, myc_context *ctx, const number *order)
{
    printf("order %u on worker %u, %u so far\n", *order, myc_worker(ctx), ++self->orders);
    return MYC_CONTINUE;
}
static myc_next desk_on_cancel(struct desk *self, myc_context *ctx, const number *cancel)
{
    printf("cancel %u on worker %u, after %u orders\n", *cancel, myc_worker(ctx), self->orders);
    return MYC_CONTINUE;
}
MYC_ACTOR(desk, desk, DESK_ROWS)
int main(void)
{
    const myc_row_rule cancels = {.tag = desk_tag_cancel, .reserved = true};
    const myc_mailbox_policy policy = {.reserved = 2, .rules = &cancels, .rule_count = 1};
    const myc_spawn_options options = {.mailbox_bound = 8, .policy = &policy};
    myc_system *system;
    desk_ref desk;
    int error = myc_system_create(&(myc_system_options){.caller_driven = true}, &system);
    myc_context *ctx = error ? NULL : myc_context_of(system);
    error = error || desk_spawn(ctx, NULL, &options, &desk);
    for (uint32_t i = 0; i <= 100 && !error; i++) { /* what has no place is dropped */
        number *made = number_new(ctx);
        *made = i;
        myc_ignore(i < 100 ? desk_send_order(ctx, desk, made) : desk_send_cancel(ctx, desk, made));
    }
    return error || myc_system_stop(system, NULL, NULL) || myc_system_destroy(system);
}
