"""What Schemathesis cannot learn from the documents about how this server is called.

Loaded by SCHEMATHESIS_HOOKS. Nothing here hides an answer: the hooks only change what is
sent, and which statuses count as a refusal of a credential.
"""

import json
import os
import re
import urllib.parse

import requests
import schemathesis
from schemathesis.core.parameters import ParameterLocation
from schemathesis.specs.openapi import checks

# A portal refuses a missing token with 499 and an invalid one with 498, Esri's codes, where
# others use 401. The check ignored_auth must accept them.
assert checks.AUTH_REJECTION_STATUSES == {401, 403}
checks.AUTH_REJECTION_STATUSES = frozenset({401, 403, 498, 499})


@schemathesis.hook
def before_load_schema(context, raw_schema):
    """The control API asks for a token only under --control-token, which is how it runs
    here; so "or none" is taken out of its security, and ignored_auth looks at all of it."""
    if os.environ.get("CONTROL_TOKEN") and {} in raw_schema.get("security", []):
        raw_schema["security"].remove({})


@schemathesis.hook
def before_call(context, case, kwargs):
    send_the_first(case)
    if isinstance(case.body, dict) and case.media_type in FORMS:
        leave_out_empty_fields(case)
        leave_out_control_characters(case)
        send_once(case)
        encode_json_fields(case)
    do_not_wait(case)
    make_a_call(case)
    add_a_rule(case)


def send_the_first(case):
    """Of a name that comes more than once in the query, which is how lists and objects are
    sent, the first value counts, and the others are not looked at."""
    for name, value in case.query.items():
        if isinstance(value, (list, dict)) and len(value) > 1:
            case.query[name] = next(iter(value))


FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


def leave_out_empty_fields(case):
    """An optional field that is empty counts as absent, whatever its schema says: the
    document says so in words, for OpenAPI 3.0 has allowEmptyValue for the query alone."""
    if case.meta.is_negative_at(ParameterLocation.BODY):
        required = form_of(case)["schema"].get("required", [])
        case.body = {name: value for name, value in case.body.items() if value != "" or name in required}


def leave_out_control_characters(case):
    """The name of a multipart part stands in a MIME header, which has none."""
    case.body = {name: value for name, value in case.body.items() if not re.search(r"[\x00-\x1f\x7f]", str(name))}


def send_once(case):
    """A name that may stand in the query or in the form is sent in one of them. Sent in
    both, the query's counts and the form's is not looked at, so that a bad value there
    would rightly be answered well. So the form's is sent where only that one may be bad;
    but the token in the query is the good one."""
    bad_form = case.meta.is_negative_at(ParameterLocation.BODY)
    for name in set(case.body) & set(case.query):
        declared = case.operation.query.get(name)
        good_query = declared is not None and declared.get_validator().is_valid(case.query[name])
        if bad_form and good_query and name != "token":
            del case.query[name]
        else:
            del case.body[name]


def encode_json_fields(case):
    """The encoding object says that a field is JSON text. Schemathesis heeds it in
    multipart/form-data only."""
    if case.media_type != "application/x-www-form-urlencoded":
        return
    for name, encoding in form_of(case).get("encoding", {}).items():
        if encoding.get("contentType") == "application/json" and not isinstance(case.body.get(name, ""), str):
            case.body[name] = json.dumps(case.body[name])


def form_of(case):
    """The media type object, with its schema resolved."""
    content = dict(case.operation.definition.raw["requestBody"]["content"][case.media_type])
    reference = content["schema"]["$ref"].rsplit("/", 1)[1]
    return content | {"schema": case.operation.schema.raw_schema["components"]["schemas"][reference]}


def do_not_wait(case):
    """A good `wait` or `within` is made short: the answer is held back as long as it says."""
    for place, name in ((case.query, "wait"), (case.body, "within")):
        text = place.get(name) if isinstance(place, dict) else None
        if isinstance(text, str) and re.fullmatch(r"([0-9.]+(ns|us|µs|μs|ms|s|m|h|d))+", text):
            place[name] = "1ms"


def make_a_call(case):
    """The journal is asked when there is something in it, so that calls are held against
    their schema."""
    if case.operation.label == "GET /__admin/sandboxes/{id}/calls":
        ask(case, "GET", f"/sandboxes/{sandbox_of(case)}/sharing/rest/info?f=json")


def add_a_rule(case):
    """A rule that is to be dropped is there, so that not every answer is 404."""
    if case.operation.label == "DELETE /__admin/sandboxes/{id}/rules/{rule}" and case.meta.generation.mode.is_positive:
        rule = {"when": {"operation": "getFutureLicense"}, "delay": "1ms"}
        added = ask(case, "POST", f"/__admin/sandboxes/{sandbox_of(case)}/rules", json=rule)
        if added is not None and added.status_code == 201:
            case.path_parameters["rule"] = added.json()["ids"][0]


def sandbox_of(case):
    return urllib.parse.quote(str(case.path_parameters["id"]), safe="")


def ask(case, method, path, **kwargs):
    headers = {"Authorization": "Bearer " + os.environ["CONTROL_TOKEN"]}
    try:
        return requests.request(
            method, case.operation.base_url + path, headers=headers, timeout=5, verify=os.environ["CONTROL_CA"], **kwargs
        )
    except requests.RequestException:
        return None  # a rule of the sandbox may break the connection, as it is meant to
