"""Words of the channel «Почасовые», which the catalogue fixes (RDG-26, RDG-27, RDG-30). Pure."""

from core.imports.public import Counts

KIND = "readings.intervals"
"""Of the importer."""
PASSED_ON = "Почасовые данные успешно переданы на обработку"
SENT = "Отправлен на загрузку"
LOADED = "Загружен"
LOADED_PARTLY = "Загружен частично"
WRONG_STRUCTURE = "Обнаружены ошибки структуры файла"
FINAL = (LOADED, LOADED_PARTLY, WRONG_STRUCTURE)
_WORKING = ("stored", "reading", "checking", "committing")
_DONE = ("ready", "committed", "accepted", "partly_accepted", "refused")


def words(state: str, counts: Counts, ordered: bool) -> str | None:
    """The status of a file; None where the common name of the state does.

    A file of which nothing at all could be loaded has the status of a wrong one: no other failure is named.
    """
    if state == "rejected":
        return WRONG_STRUCTURE
    if ordered and state in _WORKING:
        return SENT
    if not ordered or state not in _DONE:
        return None
    wrong = counts.refused + counts.declined
    if not wrong:
        return LOADED
    right = counts.sent + counts.accepted + counts.unchanged
    return LOADED_PARTLY if right else WRONG_STRUCTURE
