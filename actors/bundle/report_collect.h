/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUNDLE_REPORT_COLLECT_H
#define BUNDLE_REPORT_COLLECT_H

#include "bundle/pipeline.h"
#include "bundle/report.h"

/** Fills in all but duration_ns and is_interrupted. The pipeline has stopped. */
void report_collect(bundle_report *report, const bundle_pipeline *pipeline);

#endif
