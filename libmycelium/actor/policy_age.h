/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_ACTOR_POLICY_AGE_H
#define MYC_ACTOR_POLICY_AGE_H

#include "actor/policy.h"

/** From now on looks at the age of each message of the mailbox at its turn. False when memory is
 * out. */
bool myc__policy_look_at_ages(myc_context *ctx, myc__actor *actor, myc__policy *policy);

#endif
