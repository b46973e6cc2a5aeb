/* SPDX-License-Identifier: Apache-2.0 */
#include "base/sync.h"

#include <linux/membarrier.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>

#include "base/check.h"

int myc__event_open(void)
{
    return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}

static long membarrier(int command)
{
    return syscall(SYS_membarrier, command, 0, 0);
}

bool myc__fence_asymmetric_setup(void)
{
    long known = membarrier(MEMBARRIER_CMD_QUERY);
    if (known < 0 || !(known & MEMBARRIER_CMD_PRIVATE_EXPEDITED)) {
        return false;
    }
    return membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED) == 0;
}

void myc__fence_heavy(bool asymmetric)
{
    if (!asymmetric) {
        myc__fence_full();
        return;
    }
    long failed = membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED);
    MYC__CHECK(failed == 0); /* registered, so the kernel has no reason to refuse */
}
