// SPDX-License-Identifier: Apache-2.0

package main

import "time"

// stream lets one actor send to one other as fast as the mailbox takes it.
func stream(count int, sum uint64, send func(to mailbox)) (measured, error) {
	done := make(chan tally)
	inbox := newMailbox()
	started := time.Now()
	go func() { done <- consume(inbox, count) }()
	go send(inbox)
	t := <-done
	return measured{count, time.Since(started)}, t.check(count, sum)
}

// shared sends one payload over and over.
func shared(s sample) (measured, error) {
	return s.measure(10_000_000, func(count int) (measured, error) {
		return stream(count, 7*uint64(count), func(to mailbox) {
			event := newSwap(7)
			for i := 0; i < count; i++ {
				to <- event
			}
		})
	})
}

// fresh sends a new payload each time, which the garbage collector frees.
func fresh(s sample) (measured, error) {
	return s.measure(10_000_000, func(count int) (measured, error) {
		n := uint64(count)
		return stream(count, n*(n-1)/2, func(to mailbox) {
			for i := uint64(0); i < n; i++ {
				to <- newSwap(i)
			}
		})
	})
}
