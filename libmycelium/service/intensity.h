/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_SERVICE_INTENSITY_H
#define MYC_SERVICE_INTENSITY_H

/*
 * How often something happened lately: at most `most` times within `within_ns`.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/limits.h"

typedef struct myc__intensity {
    uint32_t most; /* UINT32_MAX: nothing is too often */
    uint64_t within_ns;
    uint32_t count;     /* of `times_ns` in use */
    uint32_t next;      /* the oldest of them, once all are */
    uint64_t *times_ns; /* `most` of them */
} myc__intensity;

/** Notes that it happens now. False when it has happened too often with this. */
bool myc__intensity_note(myc__intensity *intensity, uint64_t now_ns);

/** Forgets what was. */
void myc__intensity_reset(myc__intensity *intensity);

#endif
