/* SPDX-License-Identifier: Apache-2.0 */
#include <mycelium/sequence.h>

#include <stdbool.h>

enum { BITS_MIN = 8, BITS_MAX = 64 };

#define RESTART_DISTANCE_DEFAULT UINT64_C(65536)

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Where `number` stands is known up to half of all numbers in either direction. */
static uint64_t half_of(const myc_sequence *sequence)
{
    return sequence->mask / 2 + 1;
}

int myc_sequence_init(myc_sequence *sequence, const myc_sequence_options *options)
{
    myc_sequence_options chosen = options ? *options : (myc_sequence_options){.bits = BITS_MAX};
    uint32_t bits = chosen.bits ? chosen.bits : BITS_MAX;
    if (bits < BITS_MIN || bits > BITS_MAX) {
        return MYC_EINVAL;
    }
    *sequence = (myc_sequence){.mask = UINT64_MAX >> (BITS_MAX - bits),
                               .first_number = chosen.first_number};
    uint64_t usual = least(RESTART_DISTANCE_DEFAULT, half_of(sequence) / 2);
    sequence->restart_distance = chosen.restart_distance ? chosen.restart_distance : usual;
    bool is_in_range =
        sequence->restart_distance <= half_of(sequence) && sequence->first_number <= sequence->mask;
    return is_in_range ? 0 : MYC_EINVAL;
}

void myc_sequence_restart(myc_sequence *sequence)
{
    sequence->counts.restarts += sequence->has_begun;
    sequence->has_begun = 0;
}

static void shift(myc_sequence *sequence, uint64_t count, bool have_come)
{
    uint64_t fresh = have_come ? UINT64_MAX : 0;
    sequence->seen = count < BITS_MAX ? sequence->seen << count : 0;
    sequence->seen |= count < BITS_MAX ? fresh & ((UINT64_C(1) << count) - 1) : fresh;
    sequence->expected = (sequence->expected + count) & sequence->mask;
}

static void begin(myc_sequence *sequence, uint64_t number, uint64_t count)
{
    sequence->has_begun = 1;
    sequence->expected = number;
    sequence->seen = UINT64_MAX; /* what came before it is nothing to wait for */
    shift(sequence, count, true);
    sequence->counts.taken += count;
}

/* `ahead` are missing, then come `count`. */
static myc_sequence_step advance(myc_sequence *sequence, uint64_t ahead, uint64_t count)
{
    myc_sequence_step step = {.missing_first = sequence->expected,
                              .missing_count = ahead,
                              .verdict = ahead ? MYC_SEQUENCE_GAP : MYC_SEQUENCE_NEXT};
    shift(sequence, ahead, false);
    shift(sequence, count, true);
    sequence->counts.gaps += ahead > 0;
    sequence->counts.missing += ahead;
    sequence->counts.taken += count;
    return step;
}

/* Numbers `behind` to `behind` - `count` + 1 before the expected one. Returns how many of them had
 * been missing. */
static uint64_t fill(myc_sequence *sequence, uint64_t behind, uint64_t count)
{
    uint64_t filled = 0;
    uint64_t last = behind - count; /* bits of the window: last to behind - 1 */
    for (uint64_t bit = last; bit < least(behind, MYC_SEQUENCE_WINDOW); bit++) {
        filled += !(sequence->seen >> bit & 1);
        sequence->seen |= UINT64_C(1) << bit;
    }
    return filled;
}

/* A run that begins before the expected number; what reaches beyond is new. */
static myc_sequence_step look_back(myc_sequence *sequence, uint64_t behind, uint64_t count)
{
    uint64_t old = least(behind, count);
    uint64_t filled = fill(sequence, behind, old);
    sequence->counts.late += filled;
    sequence->counts.missing -= filled;
    sequence->counts.taken += filled;
    sequence->counts.duplicates += old - filled;
    myc_sequence_verdict verdict = MYC_SEQUENCE_DUPLICATE;
    if (count > old) {
        verdict = advance(sequence, 0, count - old).verdict;
    }
    return (myc_sequence_step){.known_count = old - filled,
                               .verdict = filled ? MYC_SEQUENCE_LATE : verdict};
}

static bool is_restart(const myc_sequence *sequence, uint64_t number, uint64_t behind)
{
    return behind >= sequence->restart_distance ||
           (number == sequence->first_number && number && behind > MYC_SEQUENCE_WINDOW);
}

myc_sequence_step myc_sequence_take(myc_sequence *sequence, uint64_t number, uint64_t count)
{
    number &= sequence->mask;
    uint64_t ahead = (number - sequence->expected) & sequence->mask;
    uint64_t behind = (sequence->expected - number) & sequence->mask;
    if (!sequence->has_begun) {
        begin(sequence, number, count);
        return (myc_sequence_step){.verdict = MYC_SEQUENCE_NEXT};
    }
    if (ahead < half_of(sequence)) {
        return advance(sequence, ahead, count);
    }
    if (is_restart(sequence, number, behind)) {
        sequence->counts.restarts++;
        begin(sequence, number, count);
        return (myc_sequence_step){.verdict = MYC_SEQUENCE_RESTART};
    }
    return look_back(sequence, behind, count);
}
