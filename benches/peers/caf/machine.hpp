/* SPDX-License-Identifier: Apache-2.0 */
/* What the operating system says of this process. */
#pragma once
#include <cstdint>

unsigned allowed_processors();
uint64_t resident_bytes();
uint64_t now_ns();
uint64_t process_time_ns(); /* processor time of all threads */
uint64_t thread_time_ns();  /* processor time of the calling thread */
