/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYCELIUM_ERROR_H
#define MYCELIUM_ERROR_H

/*
 * Error codes. Functions that can fail return 0 (or a count) on success and one of these negative
 * codes otherwise. The global errno is never part of the interface: it is mapped where it happens.
 */
#include <mycelium/export.h>

MYC_EXTERN_C_BEGIN

/* clang-format off */
#define MYC_ERROR_MAP(ROW)                                                                         \
    ROW(MYC_ENOMEM,    -1,  "out of memory")                                                       \
    ROW(MYC_EINVAL,    -2,  "invalid argument")                                                    \
    ROW(MYC_ETIMEDOUT, -3,  "timed out")                                                           \
    ROW(MYC_ESTOPPING, -4,  "the system is stopping")                                              \
    ROW(MYC_ELIMIT,    -5,  "a limit of the library is reached")                                   \
    ROW(MYC_ETYPE,     -6,  "wrong or unknown type id")                                            \
    ROW(MYC_ESHORT,    -7,  "buffer too short")                                                    \
    ROW(MYC_EFIELD,    -8,  "a field has a bad value")                                             \
    ROW(MYC_ENOENT,    -9,  "no such file or directory")                                           \
    ROW(MYC_EACCES,    -10, "permission denied")                                                   \
    ROW(MYC_EIO,       -11, "input/output error")                                                  \
    ROW(MYC_ENOTSUP,   -12, "not supported here")                                                  \
    ROW(MYC_EBUSY,     -13, "in use")                                                              \
    ROW(MYC_ETHREAD,   -14, "called from a thread that may not")                                   \
    ROW(MYC_EUNHEALTHY, -15, "no healthy member")                                                  \
    ROW(MYC_ETAKEN,    -16, "the name is taken")                                                   \
    ROW(MYC_EUNKNOWN,  -17, "no such name")                                                        \
    ROW(MYC_EDEAD,     -18, "the actor has stopped or never was")
/* clang-format on */

enum myc_error {
#define MYC__ERROR_ENUM(name, code, text) name = code,
    MYC_ERROR_MAP(MYC__ERROR_ENUM)
#undef MYC__ERROR_ENUM
        MYC_OK = 0
};

/** The text of a code; "unknown error" for a number that is none. Static storage. Any thread. */
MYC_API const char *myc_error_text(int code);

/** The name of a code, such as "MYC_ENOMEM". Static storage. Any thread. */
MYC_API const char *myc_error_name(int code);

MYC_EXTERN_C_END

#endif
