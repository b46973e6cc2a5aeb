/* SPDX-License-Identifier: Apache-2.0 */
#include "io/os_error.h"

#include <errno.h>

#include <mycelium/error.h>

int myc__error_of_os(int os_error)
{
    switch (os_error) {
    case 0: return 0;
    case ENOENT:
    case ENOTDIR: return MYC_ENOENT;
    case EACCES:
    case EPERM: return MYC_EACCES;
    case ENOMEM: return MYC_ENOMEM;
    case EMFILE:
    case ENFILE: return MYC_ELIMIT;
    case ETIMEDOUT: return MYC_ETIMEDOUT;
    default: return MYC_EIO;
    }
}
