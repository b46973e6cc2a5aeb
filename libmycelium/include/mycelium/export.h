/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYCELIUM_EXPORT_H
#define MYCELIUM_EXPORT_H

/*
 * Attributes of the public headers. Everything the library does not mark with MYC_API is hidden,
 * so that a program can link it without name clashes.
 */
#define MYC_API __attribute__((visibility("default")))
#define MYC_MUST_CHECK __attribute__((warn_unused_result))
#define MYC_UNUSED __attribute__((unused))
#define MYC_SELDOM __attribute__((cold)) /* callers keep it out of their way */
#define MYC_PRINTF(format_index, first_index)                                                      \
    __attribute__((format(printf, format_index, first_index)))

#ifdef __cplusplus
#define MYC_EXTERN_C_BEGIN extern "C" {
#define MYC_EXTERN_C_END }
#else
#define MYC_EXTERN_C_BEGIN
#define MYC_EXTERN_C_END
#endif

#endif
