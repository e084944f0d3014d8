"""Who holds a contract is told of its documents."""

from core.notifications.public import Notify
from core.sdk import UnitOfWork
from plugins.edo import domain
from plugins.edo.notifications import ABOUT_DOCUMENTS
from plugins.edo.store import Locked


def has_come(uow: UnitOfWork, row: Locked, state: domain.State) -> None:
    """A document of the company's can be seen from now on."""
    waits = state == "awaiting"
    topic = "Документ на подписание" if waits else "Новый электронный документ"
    said = f"Поступил документ: {_title(row)}."
    if waits:
        said += " Подпишите его в разделе «Электронный документооборот»."
    uow.enqueue(Notify(ABOUT_DOCUMENTS.name, topic, said, contract_id=row.contract_id))


def has_moved(uow: UnitOfWork, row: Locked, state: domain.State, text: str) -> None:
    """The company has done something to a document; of one that nobody can see yet nothing is told."""
    if row.stored_key is None:
        return
    said = f"Документ: {_title(row)}. Состояние: «{domain.TITLES[state]}»." + (f" {text}" if text else "")
    uow.enqueue(Notify(ABOUT_DOCUMENTS.name, "Электронный документ", said, contract_id=row.contract_id))


def was_refused(uow: UnitOfWork, row: Locked, why: str) -> None:
    """The operator does not take what the client did."""
    said = f"Оператор ЭДО не принял действие с документом: {_title(row)}. {why}".strip()
    uow.enqueue(Notify(ABOUT_DOCUMENTS.name, "Электронный документ", said[:1000], contract_id=row.contract_id))


def _title(row: Locked) -> str:
    return domain.title(row.kind, row.number, row.issued_on)
