"""Forms written in TOML: tables by name, so that a supplier's file can change one word of ours.

    [kinds.conclusion.steps.documents.fields.connection_act]
    required = false

changes a field that is there; a new name adds one at the end; `connection_act = false` takes it away.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from core.forms.fields import Step

Table = Mapping[str, Any]


def merged(ours: Table, theirs: Table) -> dict[str, Any]:
    """`ours` with the changes of `theirs`, table by table; `false` for a table takes it away."""
    result = dict(ours)
    for name, value in theirs.items():
        before = result.get(name)
        if value is False and isinstance(before, Mapping):
            del result[name]
        elif isinstance(value, Mapping) and isinstance(before, Mapping):
            result[name] = merged(before, value)
        else:
            result[name] = value
    return result


def steps_of(table: Table) -> list[Step]:
    """The steps that a table of tables declares, in its order. Raises msgspec.ValidationError naming the place.

    Raises also for a `when` that names no field before it: such a field would never be shown.
    """
    steps = [msgspec.convert({**raw, **_named(name, raw)}, Step) for name, raw in table.items()]
    for step in steps:
        before: set[str] = set()
        for field in step.fields:
            if strangers := set(field.when) - before:
                raise msgspec.ValidationError(f"{step.name}.{field.name}: when: no field {min(strangers)!r} before it")
            before.add(field.name)
    return steps


def _named(name: str, raw: Table) -> dict[str, Any]:
    return {"name": name, "fields": [_field(key, field) for key, field in raw.get("fields", {}).items()]}


def _field(name: str, raw: Table) -> dict[str, Any]:
    """An option that is only a text is stored as it is read."""
    if "options" not in raw:
        return {**raw, "name": name}
    options = [{"value": one, "title": one} if isinstance(one, str) else one for one in raw["options"]]
    return {**raw, "name": name, "options": options}
