// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"os"
	"syscall"
	"time"
)

func residentBytes() int {
	text, err := os.ReadFile("/proc/self/statm")
	var total, resident int
	if err == nil {
		_, err = fmt.Sscan(string(text), &total, &resident)
	}
	if err != nil {
		fail(failed, fmt.Sprintf("/proc/self/statm: %v", err))
	}
	return resident * os.Getpagesize()
}

const rusageThread = 1 // the package syscall does not name it

func usedTime(who int) time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(who, &usage); err != nil {
		fail(failed, fmt.Sprintf("getrusage: %v", err))
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// processTime is the processor time of all threads.
func processTime() time.Duration {
	return usedTime(syscall.RUSAGE_SELF)
}

// threadTime is the processor time of the calling thread.
func threadTime() time.Duration {
	return usedTime(rusageThread)
}
