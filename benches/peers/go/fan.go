// SPDX-License-Identifier: Apache-2.0

package main

import "time"

const (
	senders     = 100
	subscribers = 100
)

// gather lets many actors send to one; all share one payload.
func gather(count int) (measured, error) {
	each := count / senders
	count = each * senders
	done := make(chan tally)
	inbox := newMailbox()
	event := newSwap(7)
	started := time.Now()
	go func() { done <- consume(inbox, count) }()
	for i := 0; i < senders; i++ {
		go func() {
			for j := 0; j < each; j++ {
				inbox <- event
			}
		}()
	}
	t := <-done
	return measured{count, time.Since(started)}, t.check(count, 7*uint64(count))
}

func fanIn(s sample) (measured, error) {
	return s.measure(10_000_000, gather)
}

func publish(to []mailbox, events int) {
	event := newSwap(7)
	for i := 0; i < events; i++ {
		for _, subscriber := range to {
			subscriber <- event
		}
	}
}

// spread lets one actor send to many; all share one payload.
func spread(count int) (measured, error) {
	events := count / subscribers
	done := make(chan tally)
	started := time.Now()
	to := make([]mailbox, subscribers)
	for i := range to {
		inbox := newMailbox()
		to[i] = inbox
		go func() { done <- consume(inbox, events) }()
	}
	go publish(to, events)
	var err error
	for range to {
		if t := <-done; err == nil {
			err = t.check(events, 7*uint64(events))
		}
	}
	return measured{events * subscribers, time.Since(started)}, err
}

func fanOut(s sample) (measured, error) {
	return s.measure(10_000_000, spread)
}
