/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYCELIUM_SEQUENCE_H
#define MYCELIUM_SEQUENCE_H

/*
 * Watches the sequence numbers of a feed: what is missing, what has come before, and whether the
 * feed has begun anew. Pure arithmetic, for datagrams and for messages that say a range.
 *
 *     myc_sequence sequence;
 *     int error = myc_sequence_init(&sequence, NULL);
 *     ...
 *     myc_sequence_step step = myc_sequence_take(&sequence, header->number, header->messages);
 *     if (step.verdict == MYC_SEQUENCE_GAP) { ... ask for step.missing_first and so on ... }
 *     ... go over step.known_count messages at the front ...
 *
 * The last MYC_SEQUENCE_WINDOW numbers are known one by one: one of them that was missing and comes
 * late is told from one that comes twice. What is older has come before.
 *
 * Threads: belongs to one thread at a time.
 */
#include <stdint.h>

#include <mycelium/error.h>

MYC_EXTERN_C_BEGIN

enum { MYC_SEQUENCE_WINDOW = 64 };

typedef enum myc_sequence_verdict {
    MYC_SEQUENCE_NEXT = 0,      /* the expected one, or the first of all */
    MYC_SEQUENCE_GAP = 1,       /* those before it are missing */
    MYC_SEQUENCE_LATE = 2,      /* it was missing, or some of the run were */
    MYC_SEQUENCE_DUPLICATE = 3, /* it has come before */
    MYC_SEQUENCE_RESTART = 4    /* the feed has begun anew, with it */
} myc_sequence_verdict;

/** All zero means the defaults. */
typedef struct myc_sequence_options {
    uint32_t bits; /* of a number, after which it begins at 0 again: 8 to 64; default 64 */
    uint64_t restart_distance; /* a number at least so far behind the expected one begins anew;
                                  default 65536, or a quarter of all numbers if that is less */
    uint64_t first_number;     /* of the feed: when it comes again, behind the window, the feed has
                                  begun anew; 0 = not known */
} myc_sequence_options;

/** What one message, or a run of them, was. */
typedef struct myc_sequence_step {
    uint64_t missing_first; /* with MYC_SEQUENCE_GAP: from here */
    uint64_t missing_count; /* so many */
    uint64_t known_count;   /* how many of the run have come before: its first ones, but with
                               MYC_SEQUENCE_LATE they may stand anywhere */
    myc_sequence_verdict verdict;
} myc_sequence_step;

typedef struct myc_sequence_counts {
    uint64_t taken;      /* numbers that were new, late ones included */
    uint64_t gaps;       /* times that some were missing */
    uint64_t missing;    /* numbers that have not come so far */
    uint64_t late;       /* numbers that came after they were missing */
    uint64_t duplicates; /* numbers that have come before */
    uint64_t restarts;
} myc_sequence_counts;

/** Fields are private, but for the counts. */
typedef struct myc_sequence {
    myc_sequence_counts counts;
    uint64_t expected;
    uint64_t seen; /* bit n: the number n + 1 before the expected one has come, or cannot come */
    uint64_t mask; /* of a number */
    uint64_t restart_distance;
    uint64_t first_number;
    uint64_t has_begun; /* 0 or 1 */
} myc_sequence;

/** Sets up: the first number that comes is right, whatever it is. Returns 0 or MYC_EINVAL (an option
 * out of its range). */
MYC_API MYC_MUST_CHECK int myc_sequence_init(myc_sequence *sequence,
                                             const myc_sequence_options *options);

/** Notes the numbers `number` to `number` + `count` - 1; 0 of them say only what is expected next,
 * as heartbeats do. Constant time. */
MYC_API myc_sequence_step myc_sequence_take(myc_sequence *sequence, uint64_t number,
                                            uint64_t count);

/** The feed begins anew (a new session, a new connection): the next number is right, whatever it
 * is. Counts as a restart if one has come before. */
MYC_API void myc_sequence_restart(myc_sequence *sequence);

MYC_EXTERN_C_END

#endif
