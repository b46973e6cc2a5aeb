/* SPDX-License-Identifier: Apache-2.0 */
#include "base/check.h"

#include <stdio.h>
#include <stdlib.h>

noreturn void myc__check_failed(const char *condition, const char *file, int line)
{
    fprintf(stderr, "mycelium: broken invariant at %s:%d: %s\n", file, line, condition);
    abort();
}
