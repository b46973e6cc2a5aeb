// SPDX-License-Identifier: Apache-2.0

package main

import "fmt"

// A poolSwap is the 48-byte payload of all workloads, immutable and shared by pointer.
type poolSwap struct {
	pool, tokenIn, tokenOut, amountIn, amountOut uint64
	timestamp                                    uint64 // number of the message, or the ns at which it was due
}

func newSwap(timestamp uint64) *poolSwap {
	return &poolSwap{1, 2, 3, 4, 5, timestamp}
}

// As deep as the bounded mailboxes of the design that Mycelium replaces.
const mailboxDepth = 1000

type mailbox chan *poolSwap

func newMailbox() mailbox {
	return make(mailbox, mailboxDepth)
}

// A tally is what a consumer has handled.
type tally struct {
	handled int
	sum     uint64
}

func (t *tally) add(event *poolSwap) {
	t.handled++
	t.sum += event.timestamp
}

func (t tally) check(handled int, sum uint64) error {
	if t.handled == handled && t.sum == sum {
		return nil
	}
	return fmt.Errorf("handled %d events of sum %d, expected %d of sum %d",
		t.handled, t.sum, handled, sum)
}

// consume handles count events.
func consume(inbox mailbox, count int) (t tally) {
	for i := 0; i < count; i++ {
		t.add(<-inbox)
	}
	return t
}
