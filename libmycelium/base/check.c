/* SPDX-License-Identifier: Apache-2.0 */
#include "base/check.h"

#include <stdio.h>
#include <stdlib.h>

static _Thread_local struct {
    void (*tell)(const void *what);
    const void *what;
} last_words;

void myc__check_tell(void (*tell)(const void *what), const void *what)
{
    last_words.tell = tell;
    last_words.what = what;
}

noreturn void myc__check_failed(const char *condition, const char *file, int line)
{
    fprintf(stderr, "mycelium: broken invariant at %s:%d: %s\n", file, line, condition);
    void (*tell)(const void *) = last_words.tell;
    last_words.tell = NULL; /* should it fail in turn */
    if (tell) {
        tell(last_words.what);
    }
    abort();
}
