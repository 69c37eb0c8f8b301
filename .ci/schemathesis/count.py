"""Prints what a run did, out of its events; fails when a check was never made.

count.py NAME EVENTS.ndjson [CHECK…]: the checks named last are those that are off.
"""

import collections
import json
import sys

import schemathesis.checks


def main(name, events, off):
    phases, checks, findings = collections.Counter(), collections.Counter(), collections.Counter()
    with open(events, encoding="utf-8") as lines:
        for line in lines:
            scenario = json.loads(line).get("ScenarioFinished")
            if scenario is None:
                continue
            recorder = scenario["recorder"]
            phases[scenario["phase"]] += len(recorder.get("cases", {}))
            for made in recorder.get("checks", {}).values():
                checks.update(check["name"] for check in made)
                findings.update(check["name"] for check in made if check["status"] != "success")
    print(f"{name}: {phases.total()} cases ({', '.join(f'{n} {p}' for p, n in sorted(phases.items()))}),")
    print(f"  {checks.total()} checks, {findings.total()} findings:")
    expected = set(schemathesis.checks.CHECKS.get_all_names()) - {"max_response_time"} - set(off)
    for check in sorted(expected | set(checks)):
        print(f"  {check:30} {checks[check]:5}" + (f", {findings[check]} findings" if findings[check] else ""))
    if off:
        print(f"  off: {', '.join(off)}")
    wrong = sorted(c for c in expected if not checks[c]) + sorted(c for c in off if checks[c])
    wrong += [f"the phase of {p}" for p in ("examples", "coverage", "fuzzing", "stateful") if not phases[p]]
    if wrong:
        sys.exit(f"not as configured: {', '.join(wrong)}")


main(sys.argv[1], sys.argv[2], sys.argv[3:])
