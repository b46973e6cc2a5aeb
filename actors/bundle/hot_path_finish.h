/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLE_HOT_PATH_FINISH_H
#define BUNDLE_HOT_PATH_FINISH_H

/*
 * The end of a run of actors, in the order of the stream: the feeds are taken in, what came of them
 * is handled, then the recording is written and the subscribers have got everything. Only then the
 * system stops.
 *
 * Threads: the main thread.
 */
#include "bundle/hot_path.h"

/** Whether the intake is over. */
bool actors_are_over(const bundle_pipeline *self);

/** Sleeps; below 1 s. */
void actors_nap(uint64_t time_ns);

/** `stop` and `check` of the hot path. */
int actors_stop(bundle_pipeline *self);
bool actors_check(const bundle_pipeline *self, const bundle_report *report);

#endif
