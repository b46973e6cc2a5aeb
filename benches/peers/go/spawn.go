// SPDX-License-Identifier: Apache-2.0

package main

import (
	"runtime"
	"sync/atomic"
	"time"
)

// A channel allocates its whole buffer: 1000 slots would be 8 KB for each actor. Eight is kinder to Go.
const idleMailboxDepth = 8

// spawn lets an actor start a million others and send each its first message.
//
// time is from the first spawn to the last handler, bytes the growth of the resident set with all of
// them idle: the goroutine, its channel and the reference that keeps it. There is no warm-up: memory
// that it left behind would not count as growth.
func spawn(s sample) ([]row, error) {
	actors := s.count(1_000_000)
	var handled, sum int64
	allHandled := make(chan bool)
	idler := func(inbox mailbox) {
		for event := range inbox {
			atomic.AddInt64(&sum, int64(event.timestamp))
			if atomic.AddInt64(&handled, 1) == int64(actors) {
				close(allHandled)
			}
		}
	}
	inboxes := make([]mailbox, actors)
	before := residentBytes()
	started := time.Now()
	go func() {
		event := newSwap(7)
		for i := range inboxes {
			inboxes[i] = make(mailbox, idleMailboxDepth)
			go idler(inboxes[i])
			inboxes[i] <- event
		}
	}()
	<-allHandled
	elapsed := time.Since(started)
	grown := residentBytes() - before
	t := tally{int(handled), uint64(sum)}
	runtime.KeepAlive(inboxes)
	return []row{
		s.row(".time", float64(elapsed.Nanoseconds())/float64(actors)),
		s.row(".bytes", float64(grown)/float64(actors)),
	}, t.check(actors, 7*uint64(actors))
}
