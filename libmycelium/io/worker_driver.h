/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYC_IO_WORKER_DRIVER_H
#define MYC_IO_WORKER_DRIVER_H

/*
 * A driver as the options of a worker's system want it.
 */
#include "io/driver.h"
#include "shard/fabric.h"

/**
 * Makes the driver of `shard`. Of many workers that fall back for the same cause, one says so in
 * the log. Returns 0, MYC_ENOMEM, or MYC_ENOTSUP. On the worker's thread.
 */
MYC_MUST_CHECK int myc__worker_driver_create(myc__shard *shard, myc__driver **driver);

#endif
