package record

import (
	"io"
	"maps"
	"time"

	"github.com/VictoriaMetrics/metrics"

	"github.com/mockportal/mockportal/mock/journal"
	"github.com/mockportal/mockportal/openapi"
)

// DurationName is the name of the histogram of [Coverage.WriteDurations].
const DurationName = "mockportal_call_duration_seconds"

// durationBounds are in seconds: answers without a delay take less than a millisecond, and rules delay them for seconds.
func durationBounds() []float64 { return []float64{.0001, .001, .01, .1, .5, 1, 5, 10, 60} }

// newDurations returns a set with one histogram, since only a set can write one.
func newDurations() (*metrics.Set, *metrics.PrometheusHistogram) {
	set := metrics.NewSet()
	return set, set.NewPrometheusHistogramExt(DurationName, durationBounds())
}

// Took counts how long a call took that began at this time and ends now.
func (c *Coverage) Took(began time.Time) { c.duration.UpdateDuration(began) }

// WriteDurations writes how long the calls took as a histogram of Prometheus, without HELP and TYPE.
func (c *Coverage) WriteDurations(w io.Writer) { c.durations.WritePrometheus(w) }

// Answered is an operation, "" for none, and how it was answered.
type Answered struct {
	Operation string
	Outcome   journal.Outcome
}

// Totals returns how many calls there were so far, and how many violations they have.
func (c *Coverage) Totals() (map[Answered]int, map[openapi.ViolationKind]int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	calls := map[Answered]int{}
	for of, n := range c.outcomes {
		outcome := journal.Outcome(of.name)
		if outcome != journal.OK && outcome != journal.Fault {
			outcome = journal.Error
		}
		calls[Answered{of.operation, outcome}] += n
	}
	return calls, maps.Clone(c.violations)
}
