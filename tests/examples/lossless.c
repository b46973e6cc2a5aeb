/* SPDX-License-Identifier: Apache-2.0 */
/* A porter and a clerk with room for four: the parcel there is no room for is parked, not lost. */
#include <mycelium/mycelium.h>
typedef struct parcel {
    uint32_t number;
} parcel;
MYC_MESSAGE(parcel)
MYC_MESSAGE_TYPE(parcel)
#define DESK_ROWS(ROW, P) ROW(P, parcel, parcel)
MYC_PROTOCOL(desk, DESK_ROWS)
struct worker {
    desk_ref next; /* the clerk has none */
    uint32_t expected;
};
static myc_next worker_on_parcel(struct worker *self, myc_context *ctx, const parcel *got)
{
    if (self->next.address.life)
        myc_ignore(desk_send_or_pause_parcel(ctx, self->next, parcel_move(ctx, got)));
    else if (got->number != self->expected++)
        return MYC_FAIL(MYC_EINVAL);
    return MYC_CONTINUE;
}
MYC_ACTOR(worker, desk, DESK_ROWS)

int main(void)
{
    myc_system *system;
    struct worker porter = {0};
    desk_ref ref;
    myc_context *ctx = myc_system_create(NULL, &system) ? NULL : myc_context_of(system);
    myc_spawn_options small = {.mailbox_bound = 4};
    int error = !ctx || worker_spawn(ctx, NULL, &small, &porter.next) ||
                worker_spawn(ctx, &porter, NULL, &ref);
    for (uint32_t number = 0; number < 100000 && !error; number++) {
        parcel *made = parcel_new(ctx);
        made->number = number;
        error = desk_send_wait_parcel(ctx, ref, made, UINT64_MAX) != MYC_SENT;
    }
    return error || myc_system_stop(system, NULL, NULL) || myc_system_destroy(system);
}
