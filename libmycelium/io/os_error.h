/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_IO_OS_ERROR_H
#define MYC_IO_OS_ERROR_H

/** The code of the library for an errno of a file operation; 0 for 0. */
int myc__error_of_os(int os_error);

#endif
