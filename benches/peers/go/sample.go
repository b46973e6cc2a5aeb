// SPDX-License-Identifier: Apache-2.0

package main

import "time"

type row struct {
	name  string
	value float64
}

type measured struct {
	count   int
	elapsed time.Duration
}

type sample struct {
	name    string
	workers int
	scale   float64
}

func (s sample) row(part string, value float64) row {
	return row{s.name + part, value}
}

// count scales full; never so few that the start of the runtime would be what is measured.
func (s sample) count(full int) int {
	scaled := int(float64(full) * s.scale)
	if scaled < 4000 {
		return 4000
	}
	return scaled
}

// A body does its work so many times; an error says what was counted wrong.
type body func(count int) (measured, error)

// measure runs the body on a twentieth of the scaled count, then measures it on all of it.
func (s sample) measure(full int, run body) (measured, error) {
	count := s.count(full)
	if warm, err := run(count / 20); err != nil {
		return warm, err
	}
	return run(count)
}

// rate makes a workload of one row, in events a second.
func rate(run func(s sample) (measured, error)) func(s sample) ([]row, error) {
	return func(s sample) ([]row, error) {
		m, err := run(s)
		return []row{s.row("", float64(m.count)/m.elapsed.Seconds())}, err
	}
}

// cost makes a workload of one row, in ns for each event.
func cost(run func(s sample) (measured, error)) func(s sample) ([]row, error) {
	return func(s sample) ([]row, error) {
		m, err := run(s)
		return []row{s.row("", float64(m.elapsed.Nanoseconds())/float64(m.count))}, err
	}
}
