"""Holds every answer to the API description: what clients are told is what they get."""

import re
from typing import Any

import httpx
from jsonschema import Draft202012Validator

_NO_OPERATION = frozenset({"not_found", "method_not_allowed", "plugin_unhealthy"})
_PROBLEM = "application/problem+json"


class Description:
    """An OpenAPI document, ready to check answers against it."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._components = document["components"]
        self._validators: dict[int, Draft202012Validator] = {}
        self._paths = [
            (re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path)), item)
            for path, item in sorted(document["paths"].items(), key=lambda entry: entry[0].count("{"))
        ]
        self._problem = {"$ref": "#/components/schemas/Problem"}

    def check(self, answer: httpx.Response) -> None:
        """Raises AssertionError for an answer that the description does not foresee. The body has been read."""
        request = answer.request
        method = "GET" if request.method == "HEAD" else request.method
        operation = self._operation(method, request.url.path)
        what = f"{request.method} {request.url.path} answered {answer.status_code} {answer.text[:300]}"
        if operation is None or '"plugin_unhealthy"' in answer.text:
            self._check_no_operation(answer, what)
            return
        described = operation["responses"].get(str(answer.status_code))
        assert described, f"{what}\nwhich is not described for {operation['operationId']}"
        if request.method == "HEAD":
            assert not answer.content, f"{what}\nwith a body"
            return
        content = described.get("content", {})
        if not answer.content:
            assert not content or answer.status_code == 204, f"{what}\nwithout a body"
            return
        media_type = _media_type(answer)
        assert media_type in content, f"{what}\nas {media_type}, described: {', '.join(content)}"
        if media_type in ("application/json", _PROBLEM):
            self._check_body(answer, content[media_type]["schema"], what)

    def _operation(self, method: str, path: str) -> dict[str, Any] | None:
        for pattern, item in self._paths:
            if pattern.fullmatch(path):
                found: dict[str, Any] | None = item.get(method.lower())
                return found
        return None

    def _check_no_operation(self, answer: httpx.Response, what: str) -> None:
        if answer.status_code < 400 or answer.request.method == "HEAD":
            return
        assert _media_type(answer) == _PROBLEM, what
        self._check_body(answer, self._problem, what)
        if answer.request.url.path.startswith("/api/"):
            assert answer.json()["code"] in _NO_OPERATION, f"{what}\nof no operation"

    def _check_body(self, answer: httpx.Response, schema: dict[str, Any], what: str) -> None:
        validator = self._validators.get(id(schema))
        if validator is None:
            rooted = {**schema, "components": self._components}
            validator = Draft202012Validator(rooted, format_checker=Draft202012Validator.FORMAT_CHECKER)
            self._validators[id(schema)] = validator
        errors = [f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(answer.json())]
        assert not errors, f"{what}\nunlike its description: {'; '.join(errors)}"


def _media_type(answer: httpx.Response) -> str:
    return str(answer.headers.get("content-type", "")).partition(";")[0]
