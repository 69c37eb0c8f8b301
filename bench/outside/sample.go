package main

import (
	"fmt"
	"slices"
)

// sample is what was measured again and again.
type sample []float64

func (s sample) at(part float64) float64 {
	sorted := slices.Sorted(slices.Values(s))
	return sorted[int(part*float64(len(sorted)-1)+0.5)]
}

func (s sample) median() float64   { return s.at(0.5) }
func (s sample) quartiles() string { return fmt.Sprintf("%.2f–%.2f", s.at(0.25), s.at(0.75)) }
