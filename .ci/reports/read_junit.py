"""Reads JUnit files with junitparser, and holds them against an XML schema.

usage: read_junit.py SCHEMA FILE...
"""

import sys

import junitparser
from lxml import etree


def counts(file):
    """Returns what junitparser found, counted by itself: the attributes must say the same."""
    found = {"tests": 0, "failures": 0, "skipped": 0}
    for suite in junitparser.JUnitXml.fromfile(file):
        own = {"tests": 0, "failures": 0, "skipped": 0}
        for case in suite:
            if not isinstance(case, junitparser.TestCase):
                raise SystemExit(f"{file}: {suite.name}: {case!r} is no test case")
            own["tests"] += 1
            own["failures"] += sum(isinstance(r, junitparser.Failure) for r in case.result)
            own["skipped"] += sum(isinstance(r, junitparser.Skipped) for r in case.result)
        said = {name: getattr(suite, name) for name in own}
        if said != own:
            raise SystemExit(f"{file}: {suite.name}: says {said}, has {own}")
        for name in found:
            found[name] += own[name]
    return found


def main(schema, files):
    schema = etree.XMLSchema(etree.parse(schema))
    for file in files:
        schema.assertValid(etree.parse(file))
        print(f"{file}:", ", ".join(f"{n} {what}" for what, n in counts(file).items()))


main(sys.argv[1], sys.argv[2:])
