"""What the company's systems feed in: documents, and what the company has done to them."""

from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa
from msgspec import structs

from core.sdk import FIELD_REQUIRED, RowError, UnitOfWork
from plugins.edo import domain, errors, store
from plugins.edo.models import EdoEvent
from plugins.edo.schemas.company import EdoDocumentRow, EdoEventRow
from plugins.edo.services import telling
from plugins.edo.store import Locked
from plugins.edo.store.operators import at_operators

Answers = Sequence[RowError | None]
WITHOUT_AGREEMENT = RowError.of(errors.WITHOUT_AGREEMENT, "contract_id")
NOT_CHANGEABLE = RowError.of(errors.NOT_CHANGEABLE, "id")
UNKNOWN_DOCUMENT = RowError.of(errors.UNKNOWN_DOCUMENT, "document_id")
AT_OPERATOR = RowError.of(errors.AT_OPERATOR, "id")
IMPOSSIBLE = RowError.of(errors.IMPOSSIBLE, "action")
SIGNER_NEEDED = RowError.of(FIELD_REQUIRED, "signer")


async def load_documents(uow: UnitOfWork, rows: Sequence[EdoDocumentRow]) -> Answers:
    """Announces documents; changes those that nothing was done to. The same row again changes nothing."""
    contracts = await uow.execute(store.AGREEMENT_OF, {"ids": sorted({row.contract_id for row in rows})})
    agreements = {row.id: row.signature for row in contracts}
    known = await store.locked(uow, sorted({row.id for row in rows}))
    away = await at_operators(uow, known)
    made: dict[str, Locked] = {}
    answers: list[RowError | None] = []
    for row in rows:
        old = made.get(row.id) or known.get(row.id)
        found = _announced(row, agreements.get(row.contract_id), old, row.id in away)
        answers.append(found if isinstance(found, RowError) else None)
        if isinstance(found, Locked):
            made[row.id] = found
    await store.add(uow, [structs.asdict(one) for one in made.values() if one.id not in known])
    await store.change(uow, [one for one in made.values() if one.id in known])
    return answers


def _announced(row: EdoDocumentRow, agreement: str | None, old: Locked | None, away: bool) -> Locked | RowError | None:
    """The document that a row makes; None: nothing is new."""
    if agreement is None:
        return WITHOUT_AGREEMENT
    method = row.signature or domain.method_of(row.kind, agreement)
    said: dict[str, Any] = {name: getattr(row, name) for name in store.PARTICULARS} | {"method": method}
    if old is None:
        return Locked(row.id, origin="company", state="coming", **said)
    if old.origin != "company":
        return NOT_CHANGEABLE
    if away:
        return AT_OPERATOR
    after = structs.replace(old, **said)
    if after == old:
        return None
    if old.state not in ("coming", "awaiting", "not_required"):
        return NOT_CHANGEABLE
    return after if old.state == "coming" else structs.replace(after, state=domain.delivered(method))


def check_event(row: EdoEventRow) -> RowError | None:
    """A confirmation is somebody's."""
    return SIGNER_NEEDED if row.action == "confirm" and not row.signer.strip() else None


async def load_events(uow: UnitOfWork, rows: Sequence[EdoEventRow]) -> Answers:
    """Applies what the company has done, each event once and in the order given."""
    seen = {event_id for (event_id,) in await uow.execute(store.APPLIED, {"ids": sorted({row.id for row in rows})})}
    known = await store.locked(uow, sorted({row.document_id for row in rows}))
    away = await at_operators(uow, known)
    answers: list[RowError | None] = []
    for row in rows:
        if row.id in seen:
            answers.append(None)
            continue
        answer = await _apply(uow, row, known, away)
        if answer is None:
            seen.add(row.id)
            await uow.execute(sa.insert(EdoEvent).values(id=row.id, applied_at=uow.now))
        answers.append(answer)
    return answers


async def _apply(uow: UnitOfWork, row: EdoEventRow, known: dict[str, Locked], away: Collection[str]) -> RowError | None:
    """What an event makes of its document; `known` holds the locked documents and follows them."""
    document = known.get(row.document_id)
    if document is None:
        return UNKNOWN_DOCUMENT
    if document.id in away:
        return AT_OPERATOR
    try:
        after = domain.step(document.standing, row.action, "company")
    except domain.Impossible:
        return IMPOSSIBLE
    if row.action == "confirm":
        await store.sign(
            uow,
            document.id,
            "company",
            "none",  # the company says so; nothing proves it here
            signer=row.signer,
            signed_at=min(row.at, uow.now),
            sha256=document.sha256 or "",
        )
    await store.move(uow, document, after, row.action, "company", row.text, at=row.at)
    telling.has_moved(uow, document, after.state, row.text)
    changed = {"state": after.state, "asked_by": after.asked_by, "confirmed": after.confirmed}
    known[document.id] = structs.replace(document, **changed)
    return None
