// SPDX-License-Identifier: Apache-2.0

// Peer of the benchmark suite: actors as goroutines, mailboxes as channels of 1000 pointers.
//
// The garbage collector takes the place of reference counts. Each consumer adds up its payloads and
// the sum is checked, so no send or handler can be left out.
package main

import (
	"fmt"
	"os"
	"runtime"
)

const (
	failed         = 1
	wrongArguments = 2
	cannotRunHere  = 3
)

type workload struct {
	name       string
	workers    int // threads that run goroutines at the same time
	processors int // that it needs
	run        func(s sample) ([]row, error)
}

var workloads = []workload{
	{"send_local", 1, 1, rate(shared)},
	{"send_fresh.one_worker", 1, 1, rate(fresh)},
	{"send_fresh.two_workers", 2, 2, rate(fresh)},
	{"stream_cross", 2, 2, rate(fresh)},
	{"ping_pong.one_worker", 1, 1, cost(pingPong)},
	{"ping_pong.two_workers", 2, 2, cost(pingPong)},
	{"fan_in", 2, 2, rate(fanIn)},
	{"fan_out", 1, 1, rate(fanOut)},
	{"ring_503", 1, 1, cost(ring503)},
	{"spawn_1m", 1, 1, spawn},
	{"paced_latency", 1, 2, pacedLatency},
	{"oversubscribed.send_local", 4, 2, rate(shared)},
	{"oversubscribed.stream_cross", 4, 2, rate(fresh)},
	{"oversubscribed.fan_in", 4, 2, rate(fanIn)},
	{"oversubscribed.ring_503", 4, 2, cost(ring503)},
	{"oversubscribed.ping_pong", 4, 2, cost(pingPong)},
}

func fail(code int, text string) {
	fmt.Fprintln(os.Stderr, "peer-go:", text)
	os.Exit(code)
}

func list() {
	for _, known := range workloads {
		fmt.Println(known.name)
	}
}

// measure runs the workload once and prints its rows.
func measure(chosen workload, s sample) {
	if runtime.NumCPU() < chosen.processors {
		fail(cannotRunHere, fmt.Sprintf("needs %d processors", chosen.processors))
	}
	runtime.GOMAXPROCS(s.workers)
	rows, err := chosen.run(s)
	if err != nil {
		fail(failed, fmt.Sprintf("%s: %v", chosen.name, err))
	}
	for _, r := range rows {
		fmt.Printf("%s %.3f\n", r.name, r.value)
	}
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == "--list" {
		list()
		return
	}
	chosen, s, err := parseArguments(os.Args[1:])
	if err != nil {
		fail(wrongArguments, err.Error())
	}
	measure(chosen, s)
}
