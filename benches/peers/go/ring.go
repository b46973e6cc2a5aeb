// SPDX-License-Identifier: Apache-2.0

package main

import "time"

// pass hands on each of count events.
func pass(inbox, to mailbox, count int) (t tally) {
	for i := 0; i < count; i++ {
		event := <-inbox
		t.add(event)
		to <- event
	}
	return t
}

// begin starts the event, and keeps it at the end.
func begin(inbox, to mailbox, laps int) tally {
	to <- newSwap(7)
	t := pass(inbox, to, laps-1)
	t.add(<-inbox)
	return t
}

// goRound sends one event round a ring of actors; two actors make a ping-pong.
func goRound(actors, laps int) (measured, error) {
	first, others := make(chan tally), make(chan tally)
	firstInbox := newMailbox()
	next := firstInbox
	for i := 1; i < actors; i++ {
		inbox, to := newMailbox(), next
		go func() { others <- pass(inbox, to, laps) }()
		next = inbox
	}
	started := time.Now()
	go func() { first <- begin(firstInbox, next, laps) }()
	t := <-first
	elapsed := time.Since(started)
	err := t.check(laps, 7*uint64(laps))
	for i := 1; i < actors; i++ {
		if t := <-others; err == nil {
			err = t.check(laps, 7*uint64(laps))
		}
	}
	return measured{laps * actors, elapsed}, err
}

func pingPong(s sample) (measured, error) {
	return s.measure(2_000_000, func(hops int) (measured, error) { return goRound(2, hops/2) })
}

func ring503(s sample) (measured, error) {
	return s.measure(1_000_000, func(hops int) (measured, error) { return goRound(503, hops/503+1) })
}
