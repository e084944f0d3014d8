"""The one check of what was entered. Pure: choices, files and the day are given."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, time
from decimal import Decimal
from functools import singledispatch
from typing import Any

import msgspec
from stdnum.exceptions import ValidationError
from stdnum.ru import inn

from core.errors import (
    FIELD_CHOICE,
    FIELD_CONTROL,
    FIELD_FORMAT,
    FIELD_RANGE,
    FIELD_REQUIRED,
    FIELD_TOO_LONG,
    FIELD_TYPE,
    FIELD_UNKNOWN,
    ErrorKind,
    FieldProblem,
)
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
    Values,
)
from core.values import normal_email, normal_phone

Choices = Mapping[str, Sequence[Option]]
"""Field -> what may be chosen there now. Only fields with a `source` need an entry."""
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_HOUR = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)
_MONEY = re.compile(r"\d{1,12}(\.\d{1,2})?", re.ASCII)
MOST_FIELDS = 200


class Checked(msgspec.Struct, frozen=True):
    """What came of a check: the values to store, and everything that is wrong."""

    values: Values
    problems: list[FieldProblem]


class _Wrong(Exception):
    def __init__(self, kind: ErrorKind, where: str = "", **params: Any) -> None:
        super().__init__(kind.code)
        self.kind, self.where, self.params = kind, where, params


class _Given(msgspec.Struct, frozen=True):
    """What the check of a single field may ask for."""

    options: Sequence[Option]
    today: date


def check(step: Step, values: Mapping[str, Any], choices: Choices, *, today: date) -> Checked:
    """Cleans what was entered on a step and reports every wrong field at once.

    A field whose `when` does not hold is dropped silently: a form may send what it no longer shows. An optional field
    left empty is absent from the result. `choices` are those of the fields with a `source`.
    """
    clean: Values = {}
    wrong: list[FieldProblem] = []
    known = {field.name for field in step.fields}
    wrong += [FieldProblem(name[:64], FIELD_UNKNOWN) for name in list(values)[:MOST_FIELDS] if name not in known]
    for field in step.fields:
        if not shown(field, clean):
            continue
        value = values.get(field.name)
        if _empty(value) or (isinstance(field, Flag) and value is False):
            if field.required:
                wrong.append(FieldProblem(field.name, FIELD_REQUIRED))
            continue
        options = choices.get(field.name, ()) if isinstance(field, Choice) and field.source else ()
        try:
            clean[field.name] = clean_value(field, value, _Given(options, today))
        except _Wrong as error:
            wrong.append(FieldProblem(field.name + error.where, error.kind, error.params))
    return Checked(clean, wrong)


def shown(field: Field, clean: Mapping[str, Any]) -> bool:
    """Whether a field is there, given the (clean) values of those before it. A box that is not ticked is False."""
    return all(clean.get(name, False) in accepted for name, accepted in field.when.items())


def _empty(value: Any) -> bool:
    return value is None or value in ("", [], {}) or (isinstance(value, str) and not value.strip())


@singledispatch
def clean_value(field: Field, value: Any, given: _Given) -> Any:
    """The value of one field that is not empty, as it is stored."""
    raise TypeError(field)


def _text(value: Any, most: int) -> str:
    if not isinstance(value, str):
        raise _Wrong(FIELD_TYPE, expected="str")
    if _CONTROL.search(value):
        raise _Wrong(FIELD_CONTROL)
    if len(value) > most:
        raise _Wrong(FIELD_TOO_LONG)
    return value.strip()


@clean_value.register
def _(field: Text, value: Any, given: _Given) -> str:
    text = _text(value, field.most)
    return text if field.lines else " ".join(text.split())


@clean_value.register
def _(field: PhoneField, value: Any, given: _Given) -> str:
    phone = normal_phone(_text(value, 40))
    if phone is None:
        raise _Wrong(FIELD_FORMAT)
    return phone


@clean_value.register
def _(field: Email, value: Any, given: _Given) -> str:
    email = normal_email(_text(value, 254))
    if email is None:
        raise _Wrong(FIELD_FORMAT)
    return email


@clean_value.register
def _(field: Inn, value: Any, given: _Given) -> str:
    text = _text(value, 20)
    try:
        if not (text.isascii() and text.isdigit()):
            raise _Wrong(FIELD_FORMAT)
        return str(inn.validate(text))
    except ValidationError as error:
        raise _Wrong(FIELD_FORMAT) from error


@clean_value.register
def _(field: Choice, value: Any, given: _Given) -> str:
    text = _text(value, 200)
    if text not in {option.value for option in (given.options if field.source else field.options)}:
        raise _Wrong(FIELD_CHOICE)
    return text


@clean_value.register
def _(field: Flag, value: Any, given: _Given) -> bool:
    if not isinstance(value, bool):
        raise _Wrong(FIELD_TYPE, expected="bool")
    return value


@clean_value.register
def _(field: Addresses, value: Any, given: _Given) -> list[str]:
    if not isinstance(value, list):
        raise _Wrong(FIELD_TYPE, expected="array")
    if len(value) > field.most:
        raise _Wrong(FIELD_TOO_LONG)
    return [_address(index, one, field.length) for index, one in enumerate(value)]


def _address(index: int, value: Any, length: int) -> str:
    if _empty(value):
        raise _Wrong(FIELD_REQUIRED, f"[{index}]")
    try:
        return " ".join(_text(value, length).split())
    except _Wrong as error:
        raise _Wrong(error.kind, f"[{index}]", **error.params) from error


@clean_value.register
def _(field: Day, value: Any, given: _Given) -> str:
    try:
        day = date.fromisoformat(_text(value, 10))
    except ValueError as error:
        raise _Wrong(FIELD_FORMAT) from error
    if not field.past and day < given.today:
        raise _Wrong(FIELD_RANGE)
    return day.isoformat()


@clean_value.register
def _(field: Hours, value: Any, given: _Given) -> dict[str, str]:
    if not isinstance(value, dict) or set(value) != {"from", "to"}:
        raise _Wrong(FIELD_TYPE, expected="from, to")
    for name in ("from", "to"):
        if not isinstance(value[name], str) or not _HOUR.fullmatch(value[name]):
            raise _Wrong(FIELD_FORMAT, f".{name}")
    if time.fromisoformat(value["to"]) <= time.fromisoformat(value["from"]):
        raise _Wrong(FIELD_RANGE, ".to")
    return {"from": value["from"], "to": value["to"]}


@clean_value.register
def _(field: Sum, value: Any, given: _Given) -> str:
    text = _text(value, 20)
    if not _MONEY.fullmatch(text):
        raise _Wrong(FIELD_FORMAT)
    if not Decimal(field.least) <= Decimal(text) <= Decimal(field.most):
        raise _Wrong(FIELD_RANGE)
    return str(Decimal(text).quantize(Decimal("0.01")))


@clean_value.register
def _(field: FileField, value: Any, given: _Given) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise _Wrong(FIELD_TYPE, expected="array")
    if len(value) > (field.most if field.many else 1):
        raise _Wrong(FIELD_TOO_LONG)
    return list(value)
