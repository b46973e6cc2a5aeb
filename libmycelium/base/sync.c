/* SPDX-License-Identifier: Apache-2.0 */
#include "base/sync.h"

#include <errno.h>
#include <linux/futex.h>
#include <linux/membarrier.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <time.h>

#include "base/check.h"

int myc__event_open(void)
{
    return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}

void myc__word_wait(const uint32_t *word, uint32_t expected, int64_t timeout_ns)
{
    struct timespec timeout = {timeout_ns / 1000000000, timeout_ns % 1000000000};
    long failed = syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, expected,
                          timeout_ns < 0 ? NULL : &timeout, NULL, 0);
    MYC__CHECK(failed == 0 || errno == EAGAIN || errno == EINTR || errno == ETIMEDOUT);
}

void myc__word_wake(const uint32_t *word)
{
    (void)syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
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
