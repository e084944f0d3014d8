"""Identifiers."""

import itertools
from uuid import RFC_4122, UUID

from core.values import new_id


def test_identifiers_are_uuids_of_version_7_in_the_order_of_creation() -> None:
    made = [new_id() for _ in range(20_000)]
    assert len(set(made)) == len(made)
    assert all((UUID(one).version, UUID(one).variant) == (7, RFC_4122) for one in made[:100])
    out_of_order = sum(before > after for before, after in itertools.pairwise(made))
    assert out_of_order <= len(made) // 100  # a clock that stands still or is set back; a random order gives half
