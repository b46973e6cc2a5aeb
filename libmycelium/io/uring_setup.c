/* SPDX-License-Identifier: Apache-2.0 */
#include "io/uring_setup.h"

#include <errno.h>

#include "io/refusal.h"

/* One task submits, and completions are gathered when it asks for them instead of interrupting it;
 * the ring's flags word then tells without a system call that there are some. Linux 6.1. */
#define FAST_FLAGS                                                                                 \
    (IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_TASKRUN_FLAG)

/* The wait takes a timeout (5.11), completions are never dropped, -1 means the current position. */
#define FEATURES_NEEDED (IORING_FEAT_EXT_ARG | IORING_FEAT_NODROP | IORING_FEAT_RW_CUR_POS)

static bool is_faulty(const myc__driver_faults *faults, uint32_t entries, uint32_t flags)
{
    return faults->error && entries > faults->entries_max &&
           (!faults->setup_flags || (flags & faults->setup_flags));
}

static int try_setup(const myc__driver_options *options, uint32_t entries, uint32_t flags,
                     struct io_uring *ring)
{
    if (is_faulty(&options->faults, entries, flags)) {
        return options->faults.error;
    }
    struct io_uring_params parameters = {.flags = flags};
    if (options->faults.cq_entries) {
        parameters.flags |= IORING_SETUP_CQSIZE;
        parameters.cq_entries = options->faults.cq_entries;
    }
    int result = io_uring_queue_init_params(entries, ring, &parameters);
    if (result == 0 && (parameters.features & FEATURES_NEEDED) != FEATURES_NEEDED) {
        io_uring_queue_exit(ring);
        return ENOSYS;
    }
    return -result;
}

static int setup_with_known_flags(const myc__driver_options *options, uint32_t entries,
                                  struct io_uring *ring)
{
    if (!options->several_threads) {
        int error = try_setup(options, entries, FAST_FLAGS, ring);
        if (error != EINVAL) {
            return error;
        }
    }
    return try_setup(options, entries, 0, ring);
}

static uint32_t entries_wanted(const myc__driver_options *options)
{
    uint32_t wanted = options->entries ? options->entries : MYC__DRIVER_ENTRIES_DEFAULT;
    uint32_t entries = MYC__DRIVER_ENTRIES_MIN;
    while (entries < wanted && entries < MYC__DRIVER_ENTRIES_MAX) {
        entries *= 2;
    }
    return entries;
}

int myc__uring_setup(const myc__driver_options *options, struct io_uring *ring)
{
    uint32_t wanted = entries_wanted(options);
    uint32_t entries = wanted;
    int error = setup_with_known_flags(options, entries, ring);
    while (error == ENOMEM && entries > MYC__DRIVER_ENTRIES_MIN) {
        entries /= 2;
        error = setup_with_known_flags(options, entries, ring);
    }
    if (error == 0 && entries < wanted) {
        myc__refusal_log_smaller(options->log, wanted, entries);
    }
    return error;
}

bool myc__uring_knows(struct io_uring *ring, uint32_t operation)
{
    enum { OPERATIONS = 256 };
    union {
        struct io_uring_probe probe;
        uint8_t
            bytes[sizeof(struct io_uring_probe) + OPERATIONS * sizeof(struct io_uring_probe_op)];
    } room = {.bytes = {0}};
    return io_uring_register_probe(ring, &room.probe, OPERATIONS) == 0 &&
           io_uring_opcode_supported(&room.probe, (int)operation);
}
