"""Prints "valid" if a CycloneDX file in JSON fits the strict schema of its version, otherwise the violation."""
import json
import sys

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

with open(sys.argv[1], encoding="utf-8") as file:
    text = file.read()
schema = SchemaVersion.from_version(json.loads(text)["specVersion"])
print(JsonStrictValidator(schema).validate_str(text) or "valid")
