/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_MESSAGE_TRIM_H
#define MYC_MESSAGE_TRIM_H

/*
 * Giving memory back that an endpoint does not need, in short steps, at moments in which its owner
 * has nothing else to do. A look goes over all memory of the endpoint once:
 *
 *     while (myc__trim_step(memory, false)) {
 *         ... anything else there is to do ...
 *     }
 *     ... look again later if memory->trim.look.again ...
 *
 *   stage     what a step does                                    until
 *   COLLECT   takes blocks that came home into the free lists     no more came
 *   SORT      sorts free blocks into their slabs                  the free lists are empty
 *   RELEASE   looks at slabs; frees one that was wholly free at   all were looked at
 *             the look before and has not been needed since
 *
 * Blocks may be taken and freed between two steps: none of them is held by a stage.
 */
#include "message/memory.h"

/** Does one step. Returns false when the look is over. `at_once`: see myc__pool_look. */
bool myc__trim_step(myc__memory *memory, bool at_once);

/** True once for each time since the last call that blocks were sent to `home`. */
bool myc__trim_has_sent(myc__memory *memory, uint32_t home);

#endif
