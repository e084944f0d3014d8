"""The JSON Schema (draft 2020-12) of a step: what a client checks by before it sends."""

from functools import singledispatch
from typing import Any

from core.forms.checking import Choices
from core.forms.fields import (
    Addresses,
    Choice,
    Day,
    Email,
    Field,
    FileField,
    Flag,
    Hours,
    Inn,
    Option,
    PhoneField,
    Step,
    Sum,
    Text,
)

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_FILLED = r"\S"
Schema = dict[str, Any]


def step_schema(step: Step, choices: Choices | None = None) -> Schema:
    """The schema of the object of a step's values. Choices with a `source` are closed only where they are given.

    It holds for all that the server takes; beyond it the server checks digits of an INN, days and hours that have to
    follow one another, and files. A field is not required while its `when` does not hold.
    """
    given = choices or {}
    schema: Schema = {
        "$schema": DIALECT,
        "title": step.title,
        "type": "object",
        "properties": {field.name: _property(field, given.get(field.name)) for field in step.fields},
        "required": [field.name for field in step.fields if field.required and not field.when],
        "additionalProperties": False,
    }
    conditions = [_condition(field) for field in step.fields if field.required and field.when]
    return {**schema, "allOf": conditions} if conditions else schema


def _condition(field: Field) -> Schema:
    named = {name: {"enum": accepted} for name, accepted in field.when.items() if False not in accepted}
    absent = {name: {"enum": [*accepted, None]} for name, accepted in field.when.items() if False in accepted}
    return {
        "if": {"properties": {**named, **absent}, "required": list(named)},
        "then": {"required": [field.name]},
    }


def _property(field: Field, options: Any) -> Schema:
    schema = {"title": field.title, **describe(field, options)}
    if field.hint:
        schema["description"] = field.hint
    if not field.required:
        return {"anyOf": [schema, {"enum": [None, "", [], {}]}]} if not isinstance(field, Flag) else schema
    return schema


@singledispatch
def describe(field: Field, options: list[Option] | None) -> Schema:
    """The schema of a value that is not empty."""
    raise TypeError(field)


@describe.register
def _(field: Text, options: list[Option] | None) -> Schema:
    return {"type": "string", "pattern": _FILLED, "maxLength": field.most}


@describe.register
def _(field: PhoneField, options: list[Option] | None) -> Schema:
    return {"type": "string", "pattern": r"^\s*\+?[0-9\s()\-]{10,24}\s*$", "examples": ["+7 921 866-22-94"]}


@describe.register
def _(field: Email, options: list[Option] | None) -> Schema:
    return {"type": "string", "format": "email", "pattern": "@", "maxLength": 254}


@describe.register
def _(field: Inn, options: list[Option] | None) -> Schema:
    return {"type": "string", "pattern": r"^\s*([0-9]{10}|[0-9]{12})\s*$"}


@describe.register
def _(field: Choice, options: list[Option] | None) -> Schema:
    offered = options if field.source else field.options
    return {"type": "string", "pattern": _FILLED} if offered is None else {"enum": [one.value for one in offered]}


@describe.register
def _(field: Flag, options: list[Option] | None) -> Schema:
    return {"const": True} if field.required else {"type": ["boolean", "null"]}


@describe.register
def _(field: Addresses, options: list[Option] | None) -> Schema:
    entry = {"type": "string", "pattern": _FILLED, "maxLength": field.length}
    return {"type": "array", "items": entry, "minItems": 1, "maxItems": field.most}


@describe.register
def _(field: Day, options: list[Option] | None) -> Schema:
    return {"type": "string", "format": "date", "pattern": r"^\s*[0-9]{4}-[0-9]{2}-[0-9]{2}\s*$"}


@describe.register
def _(field: Hours, options: list[Option] | None) -> Schema:
    hour = {"type": "string", "pattern": r"^([01][0-9]|2[0-3]):[0-5][0-9]$"}
    return {
        "type": "object",
        "properties": {"from": hour, "to": hour},
        "required": ["from", "to"],
        "additionalProperties": False,
    }


@describe.register
def _(field: Sum, options: list[Option] | None) -> Schema:
    return {"type": "string", "pattern": r"^\s*[0-9]{1,12}(\.[0-9]{1,2})?\s*$"}


@describe.register
def _(field: FileField, options: list[Option] | None) -> Schema:
    most = field.most if field.many else 1
    return {"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": most}
