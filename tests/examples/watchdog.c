/* SPDX-License-Identifier: Apache-2.0 */
/* The watchdog names the actor and the message that a worker is stuck in. */
#include <mycelium/mycelium.h>
#include <semaphore.h>
#include <stdio.h>
typedef int order;
MYC_MESSAGE(order)
MYC_MESSAGE_TYPE(order)
#define DESK_ROWS(ROW, P) ROW(P, cancel, order)
MYC_PROTOCOL(desk, DESK_ROWS)
struct desk {
    sem_t *exchange;
};
static myc_next desk_on_cancel(struct desk *self, myc_context *ctx, const order *cancel)
{
    sem_wait(self->exchange); /* a handler that blocks holds up all actors of its worker */
    return ctx && cancel ? MYC_CONTINUE : MYC_STOP;
}
MYC_ACTOR(desk, desk, DESK_ROWS)
static void tell(void *exchange, const myc_stuck *stuck)
{
    printf("worker %u is stuck: %s, %s, for %d us\n", stuck->worker, stuck->name, stuck->row,
           (int)(stuck->for_ns / 1000));
    sem_post(exchange);
}

int main(void)
{
    sem_t exchange;
    sem_init(&exchange, 0, 0);
    myc_system_options options = {.workers = 1, .watchdog_ns = 2000000};
    options.stuck = tell; /* on a thread of the watchdog's own */
    options.stuck_user = &exchange;
    myc_system *system;
    desk_ref desk;
    myc_context *ctx = myc_system_create(&options, &system) ? NULL : myc_context_of(system);
    return !ctx || desk_spawn(ctx, &(struct desk){&exchange}, NULL, &desk) ||
           desk_send_cancel(ctx, desk, order_new(ctx)) != MYC_SENT ||
           myc_system_stop(system, NULL, NULL) != 0 || myc_system_destroy(system) != 0;
}
