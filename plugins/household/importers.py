"""The files that household accounts take: the filled template."""

from collections.abc import Iterator
from typing import Any

from core.imports.public import Counts, Importer, Source, read_table
from core.imports.public import marker as marked_by
from plugins.household.domain.rows import NEEDED, HouseholdUnit, units
from plugins.household.permissions import ENTER
from plugins.household.services import files, houses

LOADED, PARTLY, NOT_LOADED = "Загружен", "Загружен частично", "Не загружен"
_ENDED = ("accepted", "rejected", "failed", "cancelled")
_ZIP = b"PK\x03\x04"


def read(source: Source) -> Iterator[HouseholdUnit]:
    """The meters of a filled template."""
    yield from units(*read_table(source, NEEDED))


def fits(head: bytes) -> bool:
    """Only the new format is taken."""
    return head.startswith(_ZIP)


def words(state: str, counts: Counts, ordered: bool) -> str | None:
    """What a state is called, in the history as everywhere else; None: by its common name."""
    if state not in _ENDED and not (state == "ready" and ordered):
        return None
    if not counts.accepted:
        return NOT_LOADED
    return PARTLY if counts.refused or counts.partly or state != "accepted" else LOADED


IMPORTERS: tuple[Importer[Any], ...] = (
    Importer(
        files.KIND,
        title="Показания по ЛС бытовых потребителей",
        permission=ENTER.name,
        suffixes=(".xlsx",),
        unit=HouseholdUnit,
        read=read,
        check=files.check,
        commit=files.commit,
        finish=files.finish,
        mark=marked_by(NEEDED),
        offered=houses.holds_any,
        fits=fits,
        of_account=True,
        parts=files.parts,
        batch=1000,
        done="Показания сохранены",
        words=words,
    ),
)
