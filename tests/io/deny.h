/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_IO_DENY_H
#define TESTS_IO_DENY_H

#include <errno.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/** Set to "EPERM", the program of these tests is one that io_uring is refused to (test_denied.c). */
#define DENY_VARIABLE "MYC_TEST_DENY_IO_URING"

/** A system call answers with `error` in this process from now on. Returns false where seccomp
 * filters are not to be had. */
static inline bool deny_system_call(uint32_t number, uint32_t error)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof code / sizeof code[0], code};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

/** What Docker does with EPERM, and a kernel without io_uring with ENOSYS. */
static inline bool deny_io_uring_setup(uint32_t error)
{
    return deny_system_call(__NR_io_uring_setup, error);
}

/** Lets no more than `bytes` be locked in memory, whoever runs this. Returns false when it cannot.
 */
static inline bool limit_locked_memory(uint64_t bytes)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct capabilities[2];
    struct rlimit limit = {.rlim_cur = bytes, .rlim_max = bytes};
    if (syscall(SYS_capget, &header, capabilities) != 0)
        return false;
    for (int set = 0; set < 2; set++)
        capabilities[set].effective = capabilities[set].permitted = 0;
    return setrlimit(RLIMIT_MEMLOCK, &limit) == 0 &&
           syscall(SYS_capset, &header, capabilities) == 0;
}

#endif
