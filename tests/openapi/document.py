"""An OpenAPI 3.1 document, as far as onsale's uses it: what it allows, and whether it is sound."""

import json
import re
from typing import Any, Iterator, Optional

import jsonschema
import yaml
from wire import Answer, Request

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")

# Headers that are HTTP's own business, and Nginx's.
UNDESCRIBED = {"content-type", "content-length", "connection", "date", "server"}

# A call is a method and a path, as in `GET /buy/ticket`; this one is no call of the document.
OUTSIDE = "outside any path"


def no_repeats(pairs: "list[tuple[str, Any]]") -> "dict[str, Any]":
    if len(dict(pairs)) < len(pairs):
        raise ValueError("a name is there twice")
    return dict(pairs)


class Document:
    def __init__(self, path: str) -> None:
        with open(path, encoding="utf-8") as file:
            self.root = yaml.safe_load(file)
        self.resolver = jsonschema.RefResolver("", self.root)
        self.calls = {OUTSIDE: self.root["x-outside-any-path"]}
        self.bodies = {}
        for path, item in self.root["paths"].items():
            for method in METHODS:
                if method in item:
                    call = f"{method.upper()} {path}"
                    self.calls[call] = item[method]["responses"]
                    self.bodies[call] = item[method].get("requestBody")
        self.paths = [(self.path_pattern(path, item), path)
                      for path, item in self.root["paths"].items()]

    def follow(self, node: Any) -> Any:
        while isinstance(node, dict) and "$ref" in node:
            node = self.resolver.resolve(node["$ref"])[1]
        return node

    def complaints(self, value: Any, schema: Any) -> "list[str]":
        validator = jsonschema.Draft202012Validator(schema, resolver=self.resolver)
        worst = jsonschema.exceptions.best_match(validator.iter_errors(value))
        if worst is None:
            return []
        where = "/".join(map(str, worst.absolute_path))
        return [f"{where}: {worst.message}" if where else worst.message]

    # --- Requests -----------------------------------------------------------------------------

    def path_pattern(self, path: str, item: Any) -> "re.Pattern[str]":
        patterns = {}
        for parameter in map(self.follow, item.get("parameters", [])):
            if parameter["in"] == "path":
                pattern = self.follow(parameter["schema"]).get("pattern", "[^/]*")
                patterns[parameter["name"]] = pattern.strip("^$")
        return re.compile(re.sub(r"\{(\w+)\}", lambda name: f"(?:{patterns[name[1]]})", path))

    def call_of(self, request: Request) -> str:
        for pattern, path in self.paths:
            call = f"{request.method} {path}"
            if pattern.fullmatch(request.path) and call in self.calls:
                return call
        return OUTSIDE

    def complaints_of_request(self, request: Request) -> "list[str]":
        body = self.bodies.get(self.call_of(request))
        if body is None:
            return []
        schema = body["content"]["application/json"]["schema"]
        return self.complaints(json.loads(request.body), schema)

    # --- Answers ------------------------------------------------------------------------------

    def kinds(self) -> "set[str]":
        """Every call with every status that the document names for it."""
        return {f"{call} {status}" for call, responses in self.calls.items()
                for status in responses if status != "default"}

    def kind_of(self, call: str, answer: Answer) -> str:
        """What is told to anybody, whatever is called, is of one kind."""
        named = str(answer.status) in self.calls[call]
        return f"{call if named else OUTSIDE} {answer.status}"

    def complaints_of_answer(self, call: Optional[str], answer: Answer) -> "list[str]":
        """Why `call` cannot be answered so; None: why nothing can."""
        if call is None:
            for any_call in self.calls:
                if not self.complaints_of_answer(any_call, answer):
                    return []
            return ["no call is answered so"]
        responses = self.calls[call]
        response = self.follow(responses.get(str(answer.status)) or responses.get("default"))
        if response is None:
            return ["the status is not described"]
        headers = dict(answer.headers)
        return [*self.complaints_of_headers(response, answer),
                *self.complaints_of_body(response, answer, headers.get("content-type"))]

    def complaints_of_headers(self, response: Any, answer: Answer) -> "list[str]":
        wrong = []
        headers = dict(answer.headers)
        if len(headers) < len(answer.headers):
            wrong.append("a header is there twice")
        known = {name.lower(): self.follow(header)
                 for name, header in response.get("headers", {}).items()}
        for name in headers.keys() - known.keys() - UNDESCRIBED:
            wrong.append(f"the header {name} is not described")
        for name, header in known.items():
            if name in headers:
                value: Any = headers[name]
                if header["schema"]["type"] == "integer" and value.isdigit():
                    value = int(value)
                wrong += [f"{name}: {why}" for why in self.complaints(value, header["schema"])]
            elif header.get("required"):
                wrong.append(f"the header {name} is missing")
        return wrong

    def complaints_of_body(self, response: Any, answer: Answer, kind: Optional[str]) -> "list[str]":
        media = response["content"].get(kind)
        if media is None:
            return [f"the content type {kind} is not described"]
        try:
            value = self.read(kind, answer.body)
        except ValueError as error:
            return [str(error)]
        if kind == "application/problem+json" and value.get("status") != answer.status:
            return ["the problem names another status"]
        return self.complaints(value, media["schema"])

    @staticmethod
    def read(kind: str, body: bytes) -> Any:
        text = body.decode("utf-8")
        return json.loads(text, object_pairs_hook=no_repeats) if kind.endswith("json") else text

    # --- The document itself ------------------------------------------------------------------

    def complaints_of_itself(self) -> Iterator[str]:
        """References that lead nowhere, schemas that are none, examples that it does not allow."""
        for where, node in nodes(self.root):
            if isinstance(node.get("$ref"), str):
                try:
                    self.resolver.resolve(node["$ref"])
                except jsonschema.RefResolutionError as error:
                    yield f"{where}: {error}"
        for where, node in nodes(self.root):
            if "schema" in node:
                yield from self.complaints_of_media(where, node)
        for name, schema in self.root["components"]["schemas"].items():
            yield from check_schema(name, schema)

    def complaints_of_media(self, where: str, media: Any) -> Iterator[str]:
        yield from check_schema(where, media["schema"])
        examples = [one["value"] for one in media.get("examples", {}).values()]
        examples += [media["example"]] if "example" in media else []
        for example in examples:
            for why in self.complaints(example, media["schema"]):
                yield f"{where}: an example is not allowed: {why}"
        if not examples and where.rsplit("/", 1)[-1].endswith("json"):
            yield f"{where}: there is no example"


def check_schema(where: str, schema: Any) -> Iterator[str]:
    try:
        jsonschema.Draft202012Validator.check_schema(schema)
    except jsonschema.SchemaError as error:
        yield f"{where}: {error.message}"


def nodes(node: Any, where: str = "#") -> "Iterator[tuple[str, dict]]":
    """Every object in the document."""
    if isinstance(node, dict):
        yield where, node
    inner = node.items() if isinstance(node, dict) else enumerate(node)
    for name, child in inner:
        if isinstance(child, (dict, list)):
            yield from nodes(child, f"{where}/{name}")
