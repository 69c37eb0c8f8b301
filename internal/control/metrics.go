package control

import (
	"bytes"
	"fmt"

	"github.com/VictoriaMetrics/metrics"

	"github.com/mockportal/mockportal/internal/record"
	"github.com/mockportal/mockportal/mock/journal"
	"github.com/mockportal/mockportal/openapi"
)

const metricsPath = "/metrics"

// exposition is a text in the format of Prometheus. The library writes the samples. It knows no texts for HELP, so family writes them.
// https://prometheus.io/docs/instrumenting/exposition_formats/
type exposition struct{ bytes.Buffer }

// getMetrics collects the metrics when they are asked for. Labels have values from the contract only: no request adds a time series.
func (a *API) getMetrics(request) (any, error) {
	var e exposition
	e.calls(a)
	e.family(record.DurationName, "histogram", "How long calls took, from their header to the end of the answer, delays too.")
	a.Coverage.WriteDurations(&e)
	e.sandboxes(a)
	e.gauge("mockportal_waiters", "Requests to the control API that wait for calls.", int(a.waiters.Load()))
	e.gauge("mockportal_streams", "Streams of events that are open.", int(a.streams.Load()))
	return response{contentType: "text/plain; version=0.0.4; charset=utf-8", body: e.Bytes()}, nil
}

// family begins the samples of one name.
func (e *exposition) family(name, kind, help string) {
	// Nothing can go wrong in writing to a Buffer.
	_, _ = fmt.Fprintf(e, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind)
}

func (e *exposition) gauge(name, help string, value int) {
	e.family(name, "gauge", help)
	e.sample(name, value)
}

// sample writes a gauge or a counter, which the library writes alike.
func (e *exposition) sample(name string, value int) {
	metrics.WriteGaugeUint64(e, name, uint64(value)) //nolint:gosec // a count is never below 0
}

// calls writes every operation with every outcome, and every kind of violation, those without calls too: a counter that first appears with
// its first call hides that call from Prometheus' rate.
func (e *exposition) calls(a *API) {
	calls, violations := a.Coverage.Totals()
	operations := []string{""}
	for _, o := range a.Library.Contract().Operations() {
		operations = append(operations, o.ID)
	}
	const name, violated = "mockportal_calls_total", "mockportal_violations_total"
	e.family(name, "counter", "Calls to the portal. The operation is empty for an unknown path and for a page that only shows a form.")
	for _, operation := range operations {
		for _, outcome := range []journal.Outcome{journal.OK, journal.Error, journal.Fault} {
			labels := fmt.Sprintf("{operation=%q,outcome=%q}", operation, outcome)
			e.sample(name+labels, calls[record.Answered{Operation: operation, Outcome: outcome}])
		}
	}
	e.family(violated, "counter", "What calls did that the contract does not allow.")
	for _, kind := range []openapi.ViolationKind{openapi.Missing, openapi.Malformed, openapi.Unknown, openapi.Repeated} {
		e.sample(fmt.Sprintf("%s{kind=%q}", violated, kind), violations[kind])
	}
}

// sandboxes writes what all sandboxes hold.
func (e *exposition) sandboxes(a *API) {
	all := a.Sandboxes.All()
	calls, held, dropped := 0, 0, 0
	for _, box := range all {
		n, size := box.Journal.Size()
		calls, held, dropped = calls+n, held+size, dropped+box.Journal.Dropped()
	}
	e.gauge("mockportal_sandboxes", "Sandboxes, the default one too.", len(all))
	e.gauge("mockportal_journal_calls", "Calls that the journals of all sandboxes hold.", calls)
	e.gauge("mockportal_journal_bytes", "Bytes that these calls count as.", held)
	e.gauge("mockportal_journal_dropped_calls", "Calls that these journals have dropped since they were last cleared.", dropped)
	used, most := a.Budget.Bytes()
	e.gauge("mockportal_memory_used_bytes", "Bytes that journals, scenarios, rules and waiting requests count as.", int(used))
	e.gauge("mockportal_memory_limit_bytes", "Bytes that these may count as.", int(most))
}
