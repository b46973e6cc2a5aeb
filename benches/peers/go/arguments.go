// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"strconv"
)

func find(name string) (workload, error) {
	for _, known := range workloads {
		if known.name == name {
			return known, nil
		}
	}
	return workload{}, fmt.Errorf("no workload '%s'; --list prints the names", name)
}

func parseScale(text string) (float64, error) {
	scale, err := strconv.ParseFloat(text, 64)
	if err != nil || !(scale > 0 && scale <= 10) {
		return 0, fmt.Errorf("--scale %s: expected a number above 0, at most 10", text)
	}
	return scale, nil
}

func parseWorkers(text string) (int, error) {
	workers, err := strconv.Atoi(text)
	if err != nil || workers < 1 || workers > 64 {
		return 0, fmt.Errorf("--workers %s: expected a whole number from 1 to 64", text)
	}
	return workers, nil
}

// parseOption reads one option and returns the words after it.
func parseOption(s *sample, words []string) (rest []string, err error) {
	if words[0] == "--pin" { // a peer is pinned from outside
		return words[1:], nil
	}
	if len(words) < 2 {
		return nil, fmt.Errorf("%s: expected an option and its value", words[0])
	}
	switch words[0] {
	case "--scale":
		s.scale, err = parseScale(words[1])
	case "--workers":
		s.workers, err = parseWorkers(words[1])
	case "--parameter": // of curves, and this peer has none
	default:
		err = fmt.Errorf("unexpected argument '%s'", words[0])
	}
	return words[2:], err
}

func parseOptions(s *sample, words []string) (err error) {
	for len(words) > 0 && err == nil {
		words, err = parseOption(s, words)
	}
	return err
}

// parseArguments reads the command line that all programs of the suite share.
func parseArguments(words []string) (workload, sample, error) {
	if len(words) == 0 {
		return workload{}, sample{}, fmt.Errorf("expected --list or WORKLOAD [--scale F] [--workers N]")
	}
	chosen, err := find(words[0])
	s := sample{name: words[0], workers: chosen.workers, scale: 1}
	if err == nil {
		err = parseOptions(&s, words[1:])
	}
	return chosen, s, err
}
