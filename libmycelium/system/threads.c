/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "system/system.h"

int myc__threads_start(myc_system *system)
{
    for (uint32_t i = 0; i < system->fabric.shard_count; i++) {
        int error =
            pthread_create(&system->threads[i], NULL, myc__worker_main, system->fabric.shards[i]);
        if (error) {
            myc__log_line(
                &system->fabric.log, MYC_LOG_ERROR,
                "worker thread %u was refused (%s): raise RLIMIT_NPROC or the memory limit", i,
                strerrordesc_np(error));
            return MYC_ELIMIT;
        }
        system->thread_count++;
    }
    return 0;
}

void myc__threads_join(myc_system *system)
{
    while (system->thread_count) {
        int failed = pthread_join(system->threads[--system->thread_count], NULL);
        MYC__CHECK(failed == 0);
    }
}
