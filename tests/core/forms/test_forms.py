"""Forms as data: one declaration, one check, one schema that agree."""

import tomllib
from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from core.errors import FIELD_CHOICE, FIELD_FORMAT, FIELD_RANGE, FIELD_REQUIRED, FIELD_TOO_LONG, FIELD_UNKNOWN
from core.forms.public import Checked, Option, Step, check, merged, step_schema, steps_of

TODAY = date(2026, 1, 25)
TOML = """
[contact]
title = "Контактная информация"
[contact.fields]
surname = { type = "text", title = "Фамилия", most = 20, default = "profile.surname" }
patronymic = { type = "text", title = "Отчество", required = false }
phone = { type = "phone", title = "Телефон" }
email = { type = "email", title = "E-mail", required = false }
inn = { type = "inn", title = "ИНН", required = false }
power = { type = "choice", title = "Мощность", options = [{ value = "low", title = "Менее 150 кВт" }, "иное"] }
device = { type = "choice", title = "Счётчик", source = "devices", required = false }
addresses = { type = "addresses", title = "Адрес", most = 3 }
planned = { type = "date", title = "Плановая дата", required = false, past = false }
sum = { type = "money", title = "Сумма", required = false, most = "100" }
callback = { type = "flag", title = "Заказ обратного звонка", required = false }
caller = { type = "text", title = "ФИО", when = { callback = [true] } }
hours = { type = "hours", title = "Удобное время звонка", required = false, when = { callback = [true] } }
papers = { type = "file", title = "Документы", required = false, many = true, most = 2 }
"""
STEP = steps_of(tomllib.loads(TOML))[0]
GOOD: dict[str, Any] = {
    "surname": "Иванова",
    "phone": "8 (921) 866-22-94",
    "power": "low",
    "addresses": ["г Москва,  ул Свободы, д. 71"],
}
calm = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""The machine may be busy."""
DEVICES = {"device": [Option("M-1", "1515015")]}


def checked(**changes: Any) -> Checked:
    values = {name: value for name, value in {**GOOD, **changes}.items() if value is not ...}
    return check(STEP, values, DEVICES, today=TODAY)


def problems(**changes: Any) -> dict[str, str]:
    return {problem.field: problem.kind.code for problem in checked(**changes).problems}


def test_what_is_entered_is_cleaned() -> None:
    values = checked(email="Anna@Example.RU", sum="12.5", callback=False, caller="никто", patronymic="  ").values
    assert values == {
        "surname": "Иванова",
        "phone": "+79218662294",
        "email": "anna@example.ru",
        "power": "low",
        "addresses": ["г Москва, ул Свободы, д. 71"],
        "sum": "12.50",
    }


@pytest.mark.requirement("APL-10")
def test_every_wrong_field_is_named_at_once() -> None:
    found = check(STEP, {"surname": " ", "addresses": ["тест", ""], "other": 1}, {}, today=TODAY).problems
    assert {problem.field: problem.kind for problem in found} == {
        "other": FIELD_UNKNOWN,
        "surname": FIELD_REQUIRED,
        "phone": FIELD_REQUIRED,
        "power": FIELD_REQUIRED,
        "addresses[1]": FIELD_REQUIRED,
    }
    assert FIELD_REQUIRED.ru == "Заполните поле"


@pytest.mark.parametrize(
    ("field", "value", "where", "kind"),
    [
        ("surname", "я" * 21, "surname", FIELD_TOO_LONG),
        ("phone", "+1 202 555 0100", "phone", FIELD_FORMAT),
        ("email", "anna@", "email", FIELD_FORMAT),
        ("inn", "7830002292", "inn", FIELD_FORMAT),
        ("inn", "783000229", "inn", FIELD_FORMAT),
        ("inn", "７830002293", "inn", FIELD_FORMAT),
        ("power", "high", "power", FIELD_CHOICE),
        ("device", "M-2", "device", FIELD_CHOICE),
        ("addresses", [], "addresses", FIELD_REQUIRED),
        ("addresses", ["а"] * 4, "addresses", FIELD_TOO_LONG),
        ("planned", "2026-01-24", "planned", FIELD_RANGE),
        ("planned", "24.01.2026", "planned", FIELD_FORMAT),
        ("sum", "100.01", "sum", FIELD_RANGE),
        ("sum", "1e2", "sum", FIELD_FORMAT),
        ("papers", ["1", "2", "3"], "papers", FIELD_TOO_LONG),
    ],
)
def test_what_is_wrong_is_refused(field: str, value: Any, where: str, kind: Any) -> None:
    assert problems(**{field: value}) == {where: kind.code}


@pytest.mark.requirement("APL-51")
def test_a_box_brings_its_dependants() -> None:
    assert problems(callback=False) == {}
    assert problems(callback=True) == {"caller": "required"}
    assert checked(callback=True, caller="Иванов Иван").problems == []
    late = {"from": "16:00", "to": "08:00"}
    assert problems(callback=True, caller="Иванов", hours=late) == {"hours.to": "out_of_range"}
    assert problems(callback=True, caller="Иванов", hours={"from": "24:00", "to": "25:00"}) == {
        "hours.from": "wrong_format"
    }


@pytest.mark.parametrize("value", [0, 1.5, True, {}, {"a": 1}, [1], [[]], "\x00", "\ud800", "𝟙", None])
def test_no_value_breaks_the_check(value: Any) -> None:
    for field in STEP.fields:
        checked(**{field.name: value})


def test_a_supplier_changes_a_word_adds_and_takes_away() -> None:
    theirs = tomllib.loads("""
        [contact.fields]
        patronymic = { required = true }
        sum = false
        consent = { type = "flag", title = "Согласие" }
        [extra]
        title = "Ещё"
    """)
    first, second = steps_of(merged(tomllib.loads(TOML), theirs))
    fields = {field.name: field for field in first.fields}
    assert fields["patronymic"].required
    assert "sum" not in fields
    assert [first.fields[-1].name, second.title] == ["consent", "Ещё"]


@pytest.mark.parametrize(
    "toml",
    [
        'a = { title = "А", fields = { x = { type = "text", title = "X", when = { y = [true] } } } }',
        'a = { title = "А", fields = { x = { type = "texts", title = "X" } } }',
        'a = { title = "А", fields = { x = { type = "text", title = "X", requried = true } } }',
        'a = { title = "", fields = {} }',
        '"Б" = { title = "А" }',
    ],
)
def test_a_declaration_that_means_nothing_is_refused(toml: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        steps_of(tomllib.loads(toml))


# ---- the schema and the check agree
def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(step_schema(STEP, DEVICES))
    assert not msgspec.json.decode(msgspec.json.encode(step_schema(STEP)))["properties"]["device"].get("enum")


words = st.text("абв яё1", max_size=25)
ENTERED = {
    "surname": words,
    "patronymic": words,
    "phone": st.sampled_from(["+79218662294", "8 921 866-22-94", "", "звоните"]),
    "email": st.sampled_from(["a@example.ru", "a", ""]),
    "inn": st.sampled_from(["7830002293", "78", ""]),
    "power": st.sampled_from(["low", "high", ""]),
    "device": st.sampled_from(["M-1", "M-2", ""]),
    "addresses": st.lists(words, max_size=4),
    "planned": st.sampled_from(["2026-03-01", "завтра", ""]),
    "sum": st.sampled_from(["1.50", "1.5.0", ""]),
    "callback": st.booleans(),
    "caller": words,
    "hours": st.sampled_from([{"from": "08:00", "to": "16:00"}, {"from": "8"}, {}]),
    "papers": st.lists(st.just("f"), max_size=3),
}


@calm
@given(st.fixed_dictionaries({}, optional=ENTERED))
def test_what_the_schema_takes_the_check_takes(values: dict[str, Any]) -> None:
    valid = Draft202012Validator(step_schema(STEP, DEVICES)).is_valid(values)
    found = check(STEP, values, DEVICES, today=TODAY)
    if valid:
        assert not found.problems
    hidden = {"caller", "hours"} if not values.get("callback") else set()
    if not found.problems and not hidden & set(values):
        assert valid, values


@calm
@given(st.fixed_dictionaries({}, optional=ENTERED))
def test_what_is_clean_stays_as_it_is(values: dict[str, Any]) -> None:
    found = check(STEP, values, DEVICES, today=TODAY)
    if not found.problems:
        assert check(STEP, found.values, DEVICES, today=TODAY) == found


def test_steps_of_python_and_of_toml_are_the_same() -> None:
    assert msgspec.convert(msgspec.to_builtins(STEP), Step) == STEP
