/* SPDX-License-Identifier: Apache-2.0 */
/* Work that blocks runs on a helper thread; its result comes back as a message. */
#include <mycelium/mycelium.h>
#include <sys/stat.h>
typedef int64_t bytes;
MYC_MESSAGE(bytes)
MYC_MESSAGE_TYPE(bytes)
#define CLERK_ROWS(ROW, P) ROW(P, look, bytes) ROW(P, seen, bytes) ROW(P, lost, myc_work_failed)
MYC_PROTOCOL(clerk, CLERK_ROWS)
struct clerk {
    myc_pool *pool;
};
static const bytes *measure(myc_context *ctx, const void *unused) /* a disk may take its time */
{
    struct stat file;
    bytes *size = unused || stat("/proc/self/exe", &file) ? NULL : bytes_new(ctx);
    return size ? (*size = file.st_size, size) : NULL; /* NULL comes as `lost` */
}
static myc_next clerk_on_look(struct clerk *self, myc_context *ctx, const bytes *look)
{
    return look && clerk_offload_seen(ctx, self->pool, measure, NULL) ? MYC_STOP : MYC_CONTINUE;
}
static myc_next clerk_on_seen(struct clerk *self, myc_context *ctx, const bytes *seen)
{
    return self && ctx && *seen > 0 ? MYC_STOP : MYC_FAIL(MYC_EFIELD);
}
static myc_next clerk_on_lost(struct clerk *self, myc_context *ctx, const myc_work_failed *lost)
{
    return self && ctx && lost ? MYC_FAIL(MYC_EIO) : MYC_STOP;
}
MYC_ACTOR(clerk, clerk, CLERK_ROWS)
int main(void)
{
    myc_system *system;
    clerk_ref clerk;
    struct clerk state;
    int error = myc_system_create(NULL, &system) || myc_pool_create(system, NULL, &state.pool);
    error = error || clerk_spawn(myc_context_of(system), &state, NULL, &clerk) ||
            clerk_send_look(myc_context_of(system), clerk, bytes_new(myc_context_of(system)));
    return error || myc_system_stop(system, NULL, NULL) || myc_system_destroy(system);
}
