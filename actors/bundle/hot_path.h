/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLE_HOT_PATH_H
#define BUNDLE_HOT_PATH_H

/*
 * The ways from feed to signals that a bundle can take: actors, or the relay of two threads and a
 * socket that they replace. They work on the same parts of the pipeline and end with the same
 * results.
 *
 * Threads: the main thread.
 */
#include <stdbool.h>
#include <stdint.h>

#include "bundle/pipeline.h"
#include "bundle/report.h"

struct hot_path {
    const char *name; /* as --hot-path has it */
    /** Starts it: from now on it runs. Returns 0, or -1 after telling the console. */
    int (*start)(bundle_pipeline *pipeline);
    /** Waits until all is read and handled. Returns false after `timeout_ns`. */
    bool (*await)(bundle_pipeline *pipeline, uint64_t timeout_ns);
    /** How far it is: all but the signals. */
    pipeline_progress (*look)(const bundle_pipeline *pipeline);
    /** Reads no further, handles all that was read, ends the threads. Returns 0, or -1 after
     * telling the console that something failed on the way. */
    int (*stop)(bundle_pipeline *pipeline);
    /** Whether all that should have been read was read and passed on; if not, tells the console. */
    bool (*check)(const bundle_pipeline *pipeline, const bundle_report *report);
    /** Fills in the messages, what was not sent, and how files were read. */
    void (*collect)(const bundle_pipeline *pipeline, bundle_report *report);
    /** Frees what it holds, also after a start that failed or was not tried. */
    void (*close)(bundle_pipeline *pipeline);
};

extern const hot_path hot_path_actors;
extern const hot_path hot_path_relay;

#endif
