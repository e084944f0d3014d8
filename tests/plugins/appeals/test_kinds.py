"""Kinds as data: a supplier changes and adds kinds without code; choices lead to one kind; rules without I/O."""

import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.config import Config
from core.testing.cabinet import Cabinet, config_for_tests
from plugins.appeals import domain
from plugins.appeals.settings import AppealSettings
from plugins.appeals.settings.kinds import AppealKind
from tests.plugins.appeals.supplier import APPEALS, begin, card, client, found_supplier, good, send, step, wrong

calm = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""The machine may be busy."""
KINDS = AppealSettings().catalogue
OURS = """
number = "{region}/{serial}"
region = "98"
kinds.device = false

[kinds.conclusion.steps.documents.fields.connection_act]
required = false

[kinds.conclusion.steps.documents.fields.application]
url = "https://supplier.example/form.docx"

[kinds.termination]
sections = ["Расторжение"]

[kinds.outage]
like = "support"
title = "Отключение"
topic = "Отключение электроэнергии"
sections = ["Плановое", "Аварийное"]
correspondence = false
withdrawable = false

[kinds.outage.steps.information.fields]
sum = { type = "money", title = "Ущерб", required = false }
"""


@pytest.fixture
def host_config(database_url: str, tmp_path: Path, enabled_plugins: list[str]) -> Config:
    """A supplier with words of its own."""
    settings = tomllib.loads(OURS)
    return config_for_tests(database_url, tmp_path, enabled=enabled_plugins, plugins={"appeals": settings})


@pytest.mark.requirement("APL-07", "APL-26", "APL-66", "APL-67")
async def test_a_supplier_changes_adds_and_takes_away(cabinet: Cabinet) -> None:
    await found_supplier(cabinet)
    anna = await client(cabinet)
    kinds = {one["name"]: one for one in good(await anna.get(f"{APPEALS}/kinds"))["items"]}
    assert "device" not in kinds
    assert "lkk_device" in kinds  # which is like it
    assert kinds["termination"]["sections"] == ["Расторжение"]
    documents = good(await anna.get(f"{APPEALS}/kinds/conclusion"))["forms"][4]["fields"]
    assert [field["required"] for field in documents] == [True] * 5 + [False] * 4
    assert documents[0]["url"] == "https://supplier.example/form.docx"
    form = await begin(anna, "Отключение электроэнергии", "Аварийное")
    assert wrong(await step(anna, form["id"], "information", text="Нет света", sum="много")) == {"sum": "wrong_format"}
    good(await step(anna, form["id"], "information", text="Нет света", sum="10.5"))
    good(await send(anna, form["id"]))
    await cabinet.drain()
    shown = await card(anna, form["id"])
    assert (shown["number"], shown["correspondence"], shown["withdrawable"]) == ("98/1", False, False)
    withdrawal = await anna.put(f"{APPEALS}/{form['id']}/withdrawal", json={"text": "нет"})
    assert wrong(withdrawal, 409) == {"": "appeals.not_withdrawable"}


@pytest.mark.parametrize(
    "toml",
    [
        "[kinds.conclusion]\ntitel = 'а'",
        "[kinds.new]\nlike = 'nothing'",
        "[kinds.new]\nlike = 'new'",
        "[kinds.support]\norder = ['unknown']",
        "[kinds.new]\ntitle = 'а'",
        "[kinds.support.steps.information.fields.text]\nmost = 0",
        "[kinds.new]\nlike = 'support'",
        "number = '{nothing}'",
        "receipt = '{number'",
    ],
)
def test_what_means_nothing_stops_the_start(toml: str) -> None:
    with pytest.raises((msgspec.ValidationError, ValueError, KeyError)):
        msgspec.convert(tomllib.loads(toml), AppealSettings)


names = st.sampled_from([*{kind.topic for kind in KINDS.values()}, "Другое", ""])
sections = st.sampled_from([*{one for kind in KINDS.values() for one in kind.sections}, "Другое", ""])


@calm
@given(
    st.fixed_dictionaries(
        {}, optional={"contract": st.sampled_from(["C", "none", ""]), "topic": names, "section": sections}
    )
)
def test_choices_lead_to_one_kind_or_are_refused(values: dict[str, Any]) -> None:
    found = domain.resolve(KINDS.values(), values)
    if isinstance(found, AppealKind):
        assert values["topic"] == found.topic
        assert not values.get("section") or values["section"] in found.sections
        assert found.contract == "optional" or (found.contract == "required") == (values["contract"] != "none")
    else:
        assert found


def test_every_section_of_every_kind_is_reached() -> None:
    for kind in KINDS.values():
        contract = "none" if kind.contract == "none" else "C"
        for section in kind.sections:
            values = {"contract": contract, "topic": kind.topic, "section": section}
            assert domain.resolve(KINDS.values(), values) is kind


@pytest.mark.requirement("APL-05")
@calm
@given(st.integers(1, 9_999_999))
def test_numbers_are_of_the_manual_s_form_and_in_order(serial: int) -> None:
    at = datetime(2023, 11, 8, tzinfo=UTC)
    pattern = AppealSettings().number
    made = domain.number(pattern, serial, at, "77", "Юридическое лицо")
    assert made == f"{serial:07}-23-77-Ю-Л"
    assert domain.number(pattern, serial, at, "77", "Индивидуальный предприниматель").endswith("-И-Л")
    assert made < domain.number(pattern, serial + 1, at, "77", "") or serial == 9_999_999


@pytest.mark.parametrize(
    ("address", "parts"),
    [
        ("г Москва, ул Свободы, д. 71, к. 3", {"city": "г Москва", "street": "ул Свободы", "house": "д. 71, к. 3"}),
        (
            "обл. Московская, г. Клин, рп. Решетниково, ул Парковая, 5",
            {"city": "г. Клин", "street": "ул Парковая", "house": "5"},
        ),
        ("", {}),
        ("где-то", {}),
        (", , ,", {}),
    ],
)
def test_parts_of_an_address(address: str, parts: dict[str, str]) -> None:
    assert domain.address_parts(address) == parts


@calm
@given(st.text(max_size=200))
def test_no_address_breaks_it(address: str) -> None:
    assert set(domain.address_parts(address)) <= {"city", "street", "house"}
