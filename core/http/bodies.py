"""JSON bodies: decoded once and exactly by msgspec; when that fails, every wrong field is reported at once."""

import json
import re
from collections.abc import Iterator
from functools import cache
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

import msgspec
from litestar.connection import ASGIConnection
from litestar.dto import AbstractDTO
from litestar.openapi.spec import Reference, Schema
from litestar.typing import FieldDefinition

from core.errors import (
    DUPLICATE_KEY,
    FIELD_CHOICE,
    FIELD_CONTROL,
    FIELD_FORMAT,
    FIELD_RANGE,
    FIELD_REQUIRED,
    FIELD_TOO_LONG,
    FIELD_TOO_SHORT,
    FIELD_TYPE,
    FIELD_UNKNOWN,
    INVALID,
    MALFORMED_JSON,
    UNSUPPORTED_MEDIA_TYPE,
    ErrorKind,
    FieldProblem,
    Problem,
)

T = TypeVar("T")
MAX_ERRORS = 100
_NOT_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_JSON = re.compile(r'application/json(\s*;\s*charset="?utf-8"?)?', re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_MAYBE_CONTROL = re.compile(rb"\\u00[01]|\\u007[fF]|\\[bf]|\x7f")
_MESSAGES: tuple[tuple[str, ErrorKind], ...] = (
    (r"of length >= 1$", FIELD_REQUIRED),
    (r"got `null`", FIELD_REQUIRED),
    (r"of length <=", FIELD_TOO_LONG),
    (r"of length >=", FIELD_TOO_SHORT),
    (r"matching regex|timezone component|Invalid (RFC3339|date|UUID|ISO)|Invalid (?!enum|value)", FIELD_FORMAT),
    (r"Invalid enum|Invalid value", FIELD_CHOICE),
    (r"Expected `(int|float|decimal)` (>|<)", FIELD_RANGE),
)


class StrictJson(AbstractDTO[Any]):
    """Makes Litestar decode bodies with `decode_body`: strict, exact, without a detour over floats."""

    model_type = msgspec.Struct

    @classmethod
    def generate_field_definitions(cls, model_type: type[Any]) -> Iterator[Any]:  # type: ignore[override]
        yield from ()

    @classmethod
    def detect_nested_field(cls, field_definition: FieldDefinition) -> bool:
        return False

    @classmethod
    def is_supported_model_type_field(cls, field_definition: FieldDefinition) -> bool:
        return field_definition.is_subclass_of(msgspec.Struct)

    @classmethod
    def create_for_field_definition(
        cls, field_definition: FieldDefinition, handler_id: str, backend_cls: Any = None
    ) -> None:
        decoder(field_definition.annotation)  # a type that msgspec cannot decode stops the start

    @classmethod
    def create_openapi_schema(
        cls, field_definition: FieldDefinition, handler_id: str, schema_creator: Any
    ) -> Reference | Schema:
        schema: Reference | Schema = schema_creator.for_field_definition(field_definition)
        return schema

    def __init__(self, asgi_connection: ASGIConnection[Any, Any, Any, Any]) -> None:
        self.asgi_connection = asgi_connection

    def decode_bytes(self, value: bytes) -> Any:
        headers = self.asgi_connection.headers
        # A page of another site can make a browser send a form or plain text unasked, but not JSON.
        if not _JSON.fullmatch(headers.get("content-type", "")) or headers.get("content-encoding"):
            raise Problem(UNSUPPORTED_MEDIA_TYPE)
        field = self.asgi_connection.route_handler.parsed_data_field
        return decode_body(value, field.annotation)


@cache
def decoder(annotation: Any) -> msgspec.json.Decoder[Any]:
    """The decoder of a body type."""
    return msgspec.json.Decoder(annotation, strict=True)


def decode_body(body: bytes, annotation: type[T]) -> T:
    """The body as `annotation`. Raises Problem: 400 for what is not JSON, 422 with every wrong field otherwise."""
    try:
        decoded: T = decoder(annotation).decode(body)  # type: ignore[arg-type]
        _KEYS.decode(body.decode())
        if _MAYBE_CONTROL.search(body) and (found := list(_control_characters(msgspec.json.decode(body), ""))):
            raise Problem(INVALID, errors=found[:MAX_ERRORS])
    except msgspec.ValidationError as error:
        raise Problem(INVALID, errors=_explain(body, annotation, error)) from error
    except _NOT_JSON as error:
        raise Problem(MALFORMED_JSON) from error
    return decoded


def _explain(body: bytes, annotation: Any, first: msgspec.ValidationError) -> list[FieldProblem]:
    try:
        raw = msgspec.json.decode(body)
        _KEYS.decode(body.decode())
        found = [*_field_problems(raw, annotation, ""), *_control_characters(raw, "")]
    except _NOT_JSON as error:
        raise Problem(MALFORMED_JSON) from error
    return found[:MAX_ERRORS] or [classify(str(first), "")]


def _refuse_repeats(pairs: list[tuple[str, Any]]) -> None:
    """Parsers disagree on which of two equal keys counts: what we store must be what everybody else read."""
    seen: set[str] = set()
    for name, _ in pairs:
        if name in seen:
            raise Problem(DUPLICATE_KEY, name=name[:64])
        seen.add(name)


_KEYS = json.JSONDecoder(object_pairs_hook=_refuse_repeats, parse_int=len, parse_float=len)


def _field_problems(raw: Any, annotation: Any, path: str) -> Iterator[FieldProblem]:
    kind = get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation
    if get_origin(kind) in (Union, UnionType):
        options = [option for option in get_args(kind) if option is not type(None)]
        if raw is not None and len(options) == 1:
            yield from _field_problems(raw, options[0], path)
            return
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct) and isinstance(raw, dict):
        yield from _struct_problems(raw, kind, path)
        return
    before = 0
    if get_origin(kind) in (list, tuple) and isinstance(raw, list):
        for index, item in enumerate(raw):
            for problem in _field_problems(item, get_args(kind)[0], f"{path}[{index}]"):
                before += 1
                yield problem
    if not before:
        try:
            msgspec.convert(raw, annotation, strict=True)
        except msgspec.ValidationError as error:
            yield classify(str(error), path)


def _struct_problems(raw: dict[str, Any], kind: type[msgspec.Struct], path: str) -> Iterator[FieldProblem]:
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    tag = kind.__struct_config__.tag_field
    for name in raw:
        if name not in fields and name != tag and kind.__struct_config__.forbid_unknown_fields:
            yield FieldProblem(_join(path, name), FIELD_UNKNOWN)
    for name, field in fields.items():
        if name in raw:
            yield from _field_problems(raw[name], field.type, _join(path, name))
        elif field.required:
            yield FieldProblem(_join(path, name), FIELD_REQUIRED)


def _join(path: str, name: str) -> str:
    return f"{path}.{name[:64]}" if path else name[:64]


def classify(message: str, path: str) -> FieldProblem:
    """The problem that a message of msgspec means, in the field at `path` or below it."""
    text, _, where = message.partition(" - at `$")
    inner = where.removesuffix("`").lstrip(".")
    field = f"{path}.{inner}" if path and inner and not inner.startswith("[") else path + inner
    for pattern, kind in _MESSAGES:
        if re.search(pattern, text):
            return FieldProblem(field, kind)
    expected = re.search(r"Expected `([^`]+)`", text)
    return FieldProblem(field, FIELD_TYPE, {"expected": expected[1] if expected else "?"})


def _control_characters(raw: Any, path: str) -> Iterator[FieldProblem]:
    if isinstance(raw, str):
        if _CONTROL.search(raw):
            yield FieldProblem(path, FIELD_CONTROL)
    elif isinstance(raw, dict):
        for name, value in raw.items():
            if _CONTROL.search(name):
                yield FieldProblem(_join(path, name), FIELD_CONTROL)
            yield from _control_characters(value, _join(path, name))
    elif isinstance(raw, list):
        for index, value in enumerate(raw):
            yield from _control_characters(value, f"{path}[{index}]")
