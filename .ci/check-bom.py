"""Says "valid" when a CycloneDX file in JSON keeps the strict schema of its own version, else what it breaks."""
import json
import sys

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

with open(sys.argv[1], encoding="utf-8") as file:
    text = file.read()
schema = SchemaVersion.from_version(json.loads(text)["specVersion"])
print(JsonStrictValidator(schema).validate_str(text) or "valid")
