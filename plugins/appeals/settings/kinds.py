"""Kinds of appeals, read from TOML: ours in `kinds.toml`, changed and added to by the supplier's."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec

from core.forms.public import Choice, Option, Step, merged, steps_of

CONTRACT = "contract"
NO_CONTRACT = "none"
NO_CONTRACT_TITLE = "Здесь нет моего договора"
TYPE, SIGNING = "type", "signing"
"""The first step of every kind, and the last one of the signed kinds."""
Table = dict[str, Any]


class AppealKind(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A kind of appeals: where it is found, what it asks in which steps, and what becomes of it."""

    name: str
    title: str
    """How the lists name it."""
    topic: str
    sections: list[str]
    steps: list[Step]
    """All of them, «Тип обращения» and «Подписание» included."""
    subsections: list[str] = []
    """Types of organisation; empty: none is asked."""
    contract: Literal["required", "optional", "none"] = "required"
    signed: bool = False
    effect: Literal["", "administrator"] = ""
    """administrator: staff may give the role «Администратор» within the appeal."""
    correspondence: bool = True
    """The client may write once it is open."""
    withdrawable: bool = True

    @property
    def drafts(self) -> bool:
        """A draft can be kept of kinds of more than two steps."""
        return len(self.steps) > 2

    def step(self, name: str) -> tuple[int, Step] | None:
        """(Index, step) of a name."""
        return next(((index, step) for index, step in enumerate(self.steps) if step.name == name), None)

    def leads(self, topic: str, section: str | None, *, with_contract: bool) -> bool:
        """Whether these choices of «Тип обращения» lead here; without a section: it has only one."""
        wanted = self.contract == "optional" or with_contract == (self.contract == "required")
        fits = section in self.sections if section else len(self.sections) == 1
        return wanted and topic == self.topic and fits


class _Declared(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    title: str
    topic: str
    sections: list[str]
    order: list[str]
    steps: dict[str, dict[str, Any]]
    subsections: list[str] = []
    contract: Literal["required", "optional", "none"] = "required"
    signed: bool = False
    effect: Literal["", "administrator"] = ""
    correspondence: bool = True
    withdrawable: bool = True


def catalogue(changes: Mapping[str, Any]) -> dict[str, AppealKind]:
    """Every kind by its name: ours with the supplier's changes. Raises msgspec.ValidationError naming the kind.

    A kind that is taken away can still be one that others are `like`.
    """
    ours = tomllib.loads((Path(__file__).parent / "kinds.toml").read_text(encoding="utf-8"))
    tables = merged(ours, {name: table for name, table in changes.items() if table is not False})
    kinds = {name: _kind(name, tables) for name in tables if changes.get(name) is not False}
    _unambiguous(list(kinds.values()))
    return kinds


def _inherited(name: str, tables: Table, seen: tuple[str, ...] = ()) -> Table:
    table = tables.get(name)
    if not isinstance(table, dict) or name in seen:
        raise msgspec.ValidationError(f"kinds.{name}: no such kind, or one that is like itself")
    own = {key: value for key, value in table.items() if key != "like"}
    return merged(_inherited(table["like"], tables, (*seen, name)), own) if "like" in table else own


def _kind(name: str, tables: Table) -> AppealKind:
    try:
        declared = msgspec.convert(_inherited(name, tables), _Declared)
        if unknown := [step for step in declared.order if step not in declared.steps]:
            raise msgspec.ValidationError(f"order: no step {unknown[0]!r}")
        own = {step: _picked(declared.steps[step]) for step in declared.order}
        steps = [_type(declared), *steps_of(own), *([Step(SIGNING, "Подписание")] if declared.signed else [])]
    except (msgspec.ValidationError, KeyError, TypeError) as error:
        raise msgspec.ValidationError(f"kinds.{name}: {error}") from error
    return AppealKind(
        name=name,
        title=declared.title,
        topic=declared.topic,
        sections=declared.sections,
        steps=steps,
        subsections=declared.subsections,
        contract=declared.contract,
        signed=declared.signed,
        effect=declared.effect,
        correspondence=declared.correspondence,
        withdrawable=declared.withdrawable,
    )


def _picked(step: Table) -> Table:
    """The fields that `only` names, in its order; without it all."""
    names = step.get("only")
    rest = {key: value for key, value in step.items() if key != "only"}
    return rest if names is None else {**rest, "fields": {name: step["fields"][name] for name in names}}


def _type(declared: _Declared) -> Step:
    """«Тип обращения»"""
    fields = [
        Choice(name=CONTRACT, title="Договор", source="contracts"),
        Choice(name="topic", title="Тема", options=[Option(declared.topic, declared.topic)]),
        Choice(name="section", title="Раздел", options=[Option(one, one) for one in declared.sections]),
    ]
    if declared.subsections:
        options = [Option(one, one) for one in declared.subsections]
        fields.append(Choice(name="subsection", title="Подраздел", options=options))
    return Step(TYPE, "Тип обращения", list(fields))


def _unambiguous(kinds: list[AppealKind]) -> None:
    """No choice of «Тип обращения» may lead to two kinds."""
    seen: dict[tuple[str, str, bool], str] = {}
    for kind in kinds:
        for section in kind.sections:
            for with_contract in (True, False):
                if kind.leads(kind.topic, section, with_contract=with_contract):
                    place = (kind.topic, section, with_contract)
                    if seen.setdefault(place, kind.name) != kind.name:
                        raise msgspec.ValidationError(f"kinds {seen[place]} and {kind.name} are both at {section!r}")
