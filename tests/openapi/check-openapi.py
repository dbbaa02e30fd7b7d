# SPDX-License-Identifier: GPL-3.0-only
"""check-openapi.py URL: the OpenAPI document of the admin REST at URL, and what
is there, agree: each path that is documented is asked, and each answer has a
documented status, type and shape, without a member too few or too many. The
token is in the environment variable TOKEN. There must be two streams, the first
of them with a source, and two clients. Exit status 77: a module is missing."""

import copy
import http.client
import json
import os
import re
import socket
import sys
import urllib.parse

try:
    import jsonschema
except ImportError:
    print("python3-jsonschema is missing")
    sys.exit(77)

METHODS = ("get", "post", "patch", "delete", "put")
MEMBERS = {"openapi", "info", "servers", "security", "tags", "paths", "components"}
OPERATION = {"operationId", "summary", "tags", "security", "parameters", "requestBody",
             "responses"}
TIMEOUT_S = 20

url = urllib.parse.urlsplit(sys.argv[1])
token = os.environ.get("TOKEN")
formats = jsonschema.FormatChecker(formats=())
faults = []
asked = {}  # (template, method): statuses


@formats.checks("date-time")
def is_time(value):
    return not isinstance(value, str) or re.fullmatch(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", value) is not None


def fault(text):
    faults.append(text)
    print("# " + text)


class Answer:
    pass


def ask(method, target, body=None, headers=None, with_token=True, is_stream=False):
    headers = dict(headers or {})
    if with_token and token:
        headers["Authorization"] = "Bearer " + token
    if body is not None and not isinstance(body, str):
        body = json.dumps(body)
        headers.setdefault("Content-Type", "application/json")
    connection = http.client.HTTPConnection(url.hostname, url.port, timeout=TIMEOUT_S)
    connection.request(method.upper(), target, body, headers)
    response = connection.getresponse()
    answer = Answer()
    answer.status = response.status
    answer.type = response.getheader("Content-Type")
    answer.headers = response.headers
    answer.text = b""
    if is_stream and response.status == 200:
        while b"\nid: " not in answer.text or not answer.text.endswith(b"\n\n"):
            answer.text += response.read1(65536)
    else:
        answer.text = response.read()
    connection.close()
    return answer


# The document by itself

def resolve(value):
    while isinstance(value, dict) and "$ref" in value:
        at = document
        for name in value["$ref"].removeprefix("#/").split("/"):
            at = at[name.replace("~1", "/").replace("~0", "~")]
        value = at
    return value


def walk(value, where="#"):
    yield value, where
    if isinstance(value, dict):
        for key, child in value.items():
            yield from walk(child, f"{where}/{key}")
    elif isinstance(value, list):
        for i, child in enumerate(value):
            yield from walk(child, f"{where}/{i}")


def check_references():
    used = set()
    for value, where in walk(document):
        if isinstance(value, dict) and "$ref" in value:
            used.add(value["$ref"])
            try:
                resolve(value)
            except (KeyError, TypeError):
                fault(f"{where}: {value['$ref']} is nowhere")
    for kind in ("schemas", "responses", "parameters"):
        for name in document["components"][kind]:
            if f"#/components/{kind}/{name}" not in used:
                fault(f"components/{kind}/{name} is not used")


def check_schemas():
    for value, where in walk(document):
        if isinstance(value, dict) and "schema" in value and "properties" not in value:
            jsonschema.Draft202012Validator.check_schema(value["schema"])
    for name, schema in document["components"]["schemas"].items():
        jsonschema.Draft202012Validator.check_schema(schema)
        for member in schema.get("required", []):
            if member not in schema.get("properties", {}) and schema.get("properties"):
                fault(f"{name}: required {member} is not described")


def check_operation(template, method, operation, shared):
    where = f"{method} {template}"
    if set(operation) - OPERATION:
        fault(f"{where}: {set(operation) - OPERATION} has no meaning")
    for key in ("operationId", "summary", "responses", "tags"):
        if not operation.get(key):
            fault(f"{where}: no {key}")
    parameters = [resolve(p) for p in shared + operation.get("parameters", [])]
    in_path = {p["name"] for p in parameters if p["in"] == "path"}
    if in_path != set(re.findall(r"{(\w+)}", template)):
        fault(f"{where}: parameters of the path are {in_path}")
    for parameter in parameters:
        if not {"name", "in", "schema"} <= set(parameter):
            fault(f"{where}: parameter {parameter} is not complete")
        if parameter["in"] == "path" and parameter.get("required") is not True:
            fault(f"{where}: {parameter['name']} is not required")
    for status, response in operation["responses"].items():
        response = resolve(response)
        if not re.fullmatch(r"[1-5]\d\d", status) or not response.get("description"):
            fault(f"{where}: {status} is not described")


def check_document():
    if set(document) - MEMBERS or not re.fullmatch(r"3\.1\.\d", document["openapi"]):
        fault("it is no OpenAPI 3.1 document")
    if not document["info"]["title"] or not document["info"]["version"]:
        fault("info is not complete")
    ids = []
    for template, item in document["paths"].items():
        for method, operation in item.items():
            if method == "parameters":
                continue
            if method not in METHODS:
                fault(f"{template}: {method} is no method")
                continue
            check_operation(template, method, operation, item.get("parameters", []))
            ids.append(operation["operationId"])
    if len(ids) != len(set(ids)):
        fault("an operationId is there twice")
    check_references()
    check_schemas()
    try:
        from openapi_spec_validator import validate
    except ImportError:
        return
    validate(document)
    print("# openapi_spec_validator agrees")


# Answers against it

def strict(schemas):
    """A member that is not described is a fault."""
    schemas = copy.deepcopy(schemas)
    for value, where in walk(schemas):
        if isinstance(value, dict) and "properties" in value and "/allOf/" not in where:
            value.setdefault("additionalProperties", False)
    return schemas


def validate(value, schema, where):
    whole = {"components": {"schemas": strict_schemas}, "allOf": [strict(schema)]}
    validator = jsonschema.Draft202012Validator(whole, format_checker=formats)
    for error in validator.iter_errors(value):
        place = "/".join(str(part) for part in error.absolute_path)
        fault(f"{where}: {place}: {error.message[:300]}")
    return validator.is_valid(value)


def operation_of(template, method):
    return document["paths"][template][method]


def check_answer(template, method, answer, where):
    asked.setdefault((template, method), set()).add(answer.status)
    responses = operation_of(template, method)["responses"]
    if str(answer.status) not in responses:
        fault(f"{where}: {answer.status} is not documented: {answer.text[:200]}")
        return
    response = resolve(responses[str(answer.status)])
    for name in response.get("headers", {}):
        if name not in answer.headers:
            fault(f"{where}: there is no {name}")
    content = response.get("content")
    if content is None:
        if answer.text:
            fault(f"{where}: a body that is not documented")
        return
    if answer.type not in content and "*/*" not in content:
        fault(f"{where}: the type is {answer.type}, not {list(content)}")
        return
    if answer.type in ("application/json", "application/problem+json"):
        schema = content[answer.type]["schema"]
        validate(json.loads(answer.text), schema, f"{where} {answer.status}")


def case(template, method, expected, body=None, query="", headers=None, is_stream=False,
         is_good_body=None, **names):
    """@expected: a status, or several."""
    if template not in document["paths"] or method not in document["paths"][template]:
        fault(f"{method} {template} is not documented")
        return None
    target = template
    for name, value in names.items():
        target = target.replace("{" + name + "}", urllib.parse.quote(str(value), safe=""))
    where = f"{method} {target}{query}"
    if isinstance(body, dict):
        content = operation_of(template, method)["requestBody"]["content"]
        schema = {"components": document["components"],
                  "allOf": [content["application/json"]["schema"]]}
        fits = jsonschema.Draft202012Validator(schema).is_valid(body)
        wanted = is_good_body if is_good_body is not None else expected != 400
        if fits != wanted:
            fault(f"{where}: the schema says {fits} to {body}")
    answer = ask(method, target + query, body, headers, is_stream=is_stream)
    statuses = expected if isinstance(expected, tuple) else (expected,)
    if answer.status not in statuses:
        fault(f"{where} {body}: {answer.status}, not {expected}: {answer.text[:300]}")
    check_answer(template, method, answer, where)
    if answer.status < 300 and answer.type == "application/json":
        return json.loads(answer.text)
    return answer


def check_head(template, target):
    get = ask("get", target)
    head = ask("head", target)
    if (head.status, head.type, head.text) != (get.status, get.type, b""):
        fault(f"HEAD {target} is not as GET: {head.status} {head.type}")


def check_reading():
    case("/", "get", (200, 404))
    case("/{file}", "get", 404, file="nothing.css")
    page = case("/", "get", (200, 404))
    if isinstance(page, Answer) and page.status == 200:
        case("/{file}", "get", 200, file="page.css")
        case("/", "get", 400, query="?x=1")
    case("/healthz", "get", 200)
    case("/healthz", "get", 400, query="?x=1")
    case("/metrics", "get", 200)
    case("/metrics", "get", 400, query="?x=1")
    case("/admin/status", "get", 200)
    case("/admin/status", "get", 200, query="?pretty=1")
    case("/admin/status", "get", 400, query="?x=1")
    case("/admin/openapi.json", "get", 200)
    case("/admin/streams", "get", 200)
    for template in ("/healthz", "/metrics", "/admin/streams", "/admin/openapi.json"):
        check_head(template, template)


def check_events():
    template = "/admin/events"
    case(template, "get", 200, query="?format=json")
    case(template, "get", 200, query="?format=json&after=0&limit=2")
    case(template, "get", 200, query="?format=json&kinds=client_in,started")
    case(template, "get", 400, query="?kinds=nothing")
    case(template, "get", 400, headers={"Last-Event-ID": "x"})
    answer = case(template, "get", 200, query="?after=0", is_stream=True)
    found = re.findall(r"^id: (\d+)\nevent: (\w+)\ndata: (.*)$", answer.text.decode(), re.M)
    if not found:
        fault(f"no events in {answer.text[:300]}")
    for number, kind, data in found:
        event = json.loads(data)
        validate(event, {"$ref": "#/components/schemas/Event"}, "an event")
        if (int(number), kind) != (event["number"], event["kind"]):
            fault(f"an event disagrees with itself: {number} {kind} {data}")


def check_clients():
    clients = case("/admin/clients", "get", 200)["clients"]
    if len(clients) < 2:
        fault(f"there are no two clients: {clients}")
        return
    case("/admin/clients", "get", 200, query="?limit=1&stream=x&external_id=y&after=3")
    case("/admin/clients", "get", 400, query="?address=nowhere")
    case("/admin/clients/{id}", "get", 200, id=clients[0]["id"])
    case("/admin/clients/{id}", "get", 404, id=987654321)
    case("/admin/kick", "post", 200, {"client": clients[0]["id"]})
    case("/admin/kick", "post", 404, {"client": 987654321})
    case("/admin/kick", "post", 200, {"external_id": "nobody", "ban_seconds": 1})
    case("/admin/kick", "post", 400, {})
    case("/admin/kick", "post", 400, {"client": 1, "stream": "x"})
    case("/admin/kick", "post", 400, {"client": 0})
    case("/admin/kick", "post", 400, {"client": 1, "ban_seconds": 0})
    case("/admin/kick", "post", 400, {"everybody": True})
    case("/admin/kick", "post", 403, {"client": 1}, headers={"Origin": "http://a.example"},
         is_good_body=True)
    case("/admin/kick", "post", 413, " " * 70000)


def check_streams():
    one = "/admin/streams/{path}"
    new = {"path": "added", "name": "Added", "type": "mmsh_push"}
    case("/admin/streams", "post", 201, new)
    case("/admin/streams", "post", 409, new)
    case("/admin/streams", "post", 422, {"path": "wrong", "type": "nothing"})
    case("/admin/streams", "post", 400, {"name": "no path"})
    case(one, "get", 200, path="added")
    case(one, "get", 404, path="nowhere")
    case(one, "patch", 200, {"name": "Changed"}, path="added")
    case(one, "patch", 422, {"type": "nothing"}, path="added")
    case(one, "patch", 404, {"name": "Changed"}, path="nowhere")
    case(one, "patch", 400, "[]", path="added")
    case(one, "patch", 415, "{}", path="added", headers={"Content-Type": "text/plain"})
    case(one + "/state", "post", 200, {"state": "drain"}, path="added")
    case(one + "/state", "post", 200, {"state": "down"}, path="added")
    case(one + "/state", "post", 200, {"state": "up"}, path="added")
    case(one + "/state", "post", 404, {"state": "up"}, path="nowhere")
    case(one + "/state", "post", 400, {"state": "left"}, path="added")
    case(one, "delete", 204, path="added")
    case(one, "delete", 404, path="added")


def check_sources():
    template = "/admin/streams/{path}/sources/{index}"
    path = case("/admin/streams", "get", 200)["streams"][0]["path"]
    stream = case("/admin/streams/{path}", "get", 200, path=path)
    index = stream["sources"][0]["index"]
    for is_enabled in (False, True):
        stream = case(template, "post", 200, {"enabled": is_enabled}, path=path, index=index)
        if stream["sources"][0]["enabled"] != is_enabled:
            fault(f"{path}: enabled is not {is_enabled}")
    case(template, "post", 404, {"enabled": True}, path=path, index=77)
    case(template, "post", 400, {"enabled": 1}, path=path, index=index)


def check_pump():
    case("/admin/reload", "post", 200, {})
    case("/admin/reload", "post", 200)
    case("/admin/reload", "post", 400, {"x": 1})
    case("/admin/drain", "post", 400, {"deadline_s": -1})
    case("/admin/drain", "post", 200, {"redirect": "http://h.example:1/", "deadline_s": 600})
    case("/healthz", "get", 503)
    case("/admin/status", "get", 200)
    case("/admin/drain", "post", 200, {"off": True})
    case("/healthz", "get", 200)


def check_token():
    if not token:
        return
    for template, item in document["paths"].items():
        for method, operation in item.items():
            if method == "parameters" or operation.get("security") == []:
                continue
            target = re.sub(r"{\w+}", "1", template)
            answer = ask(method, target, with_token=False)
            if answer.status != 401:
                fault(f"{method} {target} without a token: {answer.status}")
            check_answer(template, method, answer, f"{method} {target}")


def check_all_asked():
    for template, item in document["paths"].items():
        for method in item:
            if method == "parameters":
                continue
            statuses = asked.get((template, method), set())
            if not any(status < 300 for status in statuses) and template not in ("/", "/{file}"):
                fault(f"{method} {template} was not asked with success: {statuses}")
    n_documented = sum(len(operation["responses"]) for item in document["paths"].values()
                       for method, operation in item.items() if method != "parameters")
    n_seen = sum(len(statuses) for statuses in asked.values())
    print(f"# {len(asked)} operations, {n_seen} of {n_documented} documented answers seen")


document = json.loads(ask("get", "/admin/openapi.json").text)
strict_schemas = strict(document["components"]["schemas"])
check_document()
check_reading()
check_events()
check_clients()
check_streams()
check_sources()
check_pump()
check_token()
check_all_asked()
for text in faults:
    print("fault: " + text, file=sys.stderr)
sys.exit(1 if faults else 0)
