/* SPDX-License-Identifier: Apache-2.0 */
/* Work that blocks runs on a helper thread; its result comes back as a message. */
#include <mycelium/mycelium.h>
#include <unistd.h>
typedef long count;
MYC_MESSAGE(count)
MYC_MESSAGE_TYPE(count)
#define CPU_ROWS(ROW, P) ROW(P, ask, count) ROW(P, got, count) ROW(P, lost, myc_work_failed)
MYC_PROTOCOL(cpu, CPU_ROWS)
struct cpu {
    myc_pool *pool;
};
static const count *ask_os(myc_context *ctx, const void *ask) /* on a helper: it reads a file */
{
    count *made = ask ? count_new(ctx) : NULL;
    return made ? (*made = sysconf(_SC_NPROCESSORS_ONLN), made) : NULL; /* NULL comes as `lost` */
}
static myc_next cpu_on_ask(struct cpu *self, myc_context *ctx, const count *ask)
{
    return cpu_offload_got(ctx, self->pool, ask_os, count_move(ctx, ask)) ? MYC_STOP : MYC_CONTINUE;
}
static myc_next cpu_on_got(struct cpu *self, myc_context *ctx, const count *got)
{
    return self && ctx && *got > 0 ? MYC_STOP : MYC_FAIL(MYC_EFIELD);
}
static myc_next cpu_on_lost(struct cpu *self, myc_context *ctx, const myc_work_failed *lost)
{
    return self && ctx && lost ? MYC_FAIL(MYC_EIO) : MYC_STOP;
}
MYC_ACTOR(cpu, cpu, CPU_ROWS)
int main(void)
{
    myc_system *system;
    cpu_ref cpu;
    struct cpu state;
    int error = myc_system_create(NULL, &system) || myc_pool_create(system, NULL, &state.pool);
    myc_context *ctx = error ? NULL : myc_context_of(system);
    error = error || cpu_spawn(ctx, &state, NULL, &cpu) || cpu_send_ask(ctx, cpu, count_new(ctx));
    return error || myc_system_stop(system, NULL, NULL) || myc_system_destroy(system);
}
