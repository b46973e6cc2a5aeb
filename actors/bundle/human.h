/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLE_HUMAN_H
#define BUNDLE_HUMAN_H

/* Numbers as people read them. Threads: all functions are pure. */
#include <stdint.h>

enum { HUMAN_TEXT_SIZE = 32 };

typedef struct human_text {
    char text[HUMAN_TEXT_SIZE];
} human_text;

/** 1234567 as "1,234,567". */
human_text human_count(uint64_t value);

/** A duration with three digits and a unit: "850 ns", "12.3 us", "4.56 ms", "78.9 s". */
human_text human_duration(uint64_t duration_ns);

#endif
