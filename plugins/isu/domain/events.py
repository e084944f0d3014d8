"""Events of devices: kinds, texts, criticality. Pure."""

from plugins.isu.domain.spodes import JOURNALS
from plugins.isu.schemas.names import EventKind

OTHER = "other"
"""Journal of events outside of the standard; they bring their text."""
KINDS: dict[EventKind, str] = {journal.kind: journal.title for journal in JOURNALS.values()} | {
    "other": "Прочие события"
}
"""«Вид события» -> its title."""
OBIS: dict[EventKind, str] = {journal.kind: obis for obis, journal in JOURNALS.items()} | {"other": OTHER}


def kind_title(journal: str) -> str:
    """«События питания»"""
    found = JOURNALS.get(journal)
    return KINDS["other"] if found is None else found.title


def kind_of(journal: str) -> EventKind:
    """The kind that the events of a journal are of."""
    found = JOURNALS.get(journal)
    return "other" if found is None else found.kind


def text_of(journal: str, code: int, told: str) -> str:
    """What has happened: in the platform's words where it gave some, else in the standard's."""
    if told:
        return told
    found = JOURNALS.get(journal)
    return f"Событие с кодом {code}" if found is None else found.texts.get(code, f"Событие с кодом {code}")


def is_critical(journal: str, code: int) -> bool:
    """As this table sees it; a platform may know better."""
    found = JOURNALS.get(journal)
    return found is not None and code in found.critical
