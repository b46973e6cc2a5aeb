// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"math"
	"runtime"
	"sort"
	"time"
)

const period = 10 * time.Microsecond

var curve = []float64{50, 75, 90, 95, 99, 99.5, 99.9, 99.95, 99.99, 100}

// feed spins until each event is due and sends it; it returns the processor time that it took.
//
// It has an operating system thread, and one more processor for goroutines, to itself.
func feed(to mailbox, start time.Time, count int) time.Duration {
	runtime.LockOSThread()
	before := threadTime()
	firstDue := time.Since(start) + period
	for i := 0; i < count; i++ {
		due := firstDue + time.Duration(i)*period
		for time.Since(start) < due {
		}
		to <- newSwap(uint64(due))
	}
	close(to)
	return threadTime() - before
}

// runPaced lets a thread of its own send 100 k events a second to actor A, which passes them to B.
//
// Open loop: the source keeps to its timetable and B counts from when the event was due, so what
// waits behind a stall counts in full. It returns the sorted latencies in ns and the processor time
// of all but the source.
func runPaced(count int) ([]float64, time.Duration, error) {
	a, b := newMailbox(), newMailbox()
	recorded := make(chan []float64)
	sourceTime := make(chan time.Duration)
	before := processTime()
	start := time.Now()
	go func() {
		for event := range a {
			b <- event
		}
		close(b)
	}()
	go func() {
		latencies := make([]float64, 0, count)
		for event := range b {
			latencies = append(latencies, float64(time.Since(start)-time.Duration(event.timestamp)))
		}
		recorded <- latencies
	}()
	go func() { sourceTime <- feed(a, start, count) }()
	took := <-sourceTime
	latencies := <-recorded
	runtimeTime := processTime() - before - took
	if len(latencies) != count {
		return nil, 0, fmt.Errorf("handled %d events, expected %d", len(latencies), count)
	}
	sort.Float64s(latencies)
	return latencies, runtimeTime, nil
}

// percentile returns the smallest latency that percent of all do not exceed.
func percentile(sorted []float64, percent float64) float64 {
	rank := int(math.Ceil(float64(len(sorted)) * percent / 100))
	return sorted[rank-1]
}

func pacedLatency(s sample) ([]row, error) {
	runtime.GOMAXPROCS(s.workers + 1)
	count := s.count(100_000)
	if _, _, err := runPaced(count / 20); err != nil {
		return nil, err
	}
	sorted, took, err := runPaced(count)
	if err != nil {
		return nil, err
	}
	rows := []row{
		s.row(".p50", percentile(sorted, 50)),
		s.row(".p99", percentile(sorted, 99)),
		s.row(".p999", percentile(sorted, 99.9)),
		s.row(".max", percentile(sorted, 100)),
		s.row(".cpu", float64(took.Nanoseconds())/float64(count)),
	}
	for _, percent := range curve {
		name := fmt.Sprintf("curve %s %g", s.name, percent)
		rows = append(rows, row{name, percentile(sorted, percent)})
	}
	return rows, nil
}
