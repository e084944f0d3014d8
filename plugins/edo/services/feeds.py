"""What the company's systems feed in: documents, and what the company has done to them."""

from collections.abc import Sequence

import sqlalchemy as sa

from core.sdk import FIELD_REQUIRED, RowError, UnitOfWork
from plugins.edo import domain, errors, store
from plugins.edo.models import EdoDocument, EdoEvent
from plugins.edo.schemas.company import EdoDocumentRow, EdoEventRow
from plugins.edo.services import telling
from plugins.edo.store import Locked
from plugins.edo.store.operators import home

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
    return [await _load(uow, row, agreements.get(row.contract_id), known) for row in rows]


async def _load(
    uow: UnitOfWork, row: EdoDocumentRow, agreement: str | None, known: dict[str, Locked]
) -> RowError | None:
    if agreement is None:
        return WITHOUT_AGREEMENT
    method = row.signature or domain.method_of(row.kind, agreement)
    values = {
        "contract_id": row.contract_id,
        "kind": row.kind,
        "number": row.number,
        "issued_on": row.issued_on,
        "name": row.name,
        "comment": row.comment,
        "method": method,
        "file_name": row.file_name,
    }
    search = f"{row.number} {row.name} {row.file_name}".lower()
    old = known.get(row.id)
    if old is None:
        await uow.execute(
            sa.insert(EdoDocument).values(
                id=row.id,
                origin="company",
                search=search,
                state="coming",
                stored_key=None,
                size=None,
                sha256=None,
                media_type="application/octet-stream",
                created_at=uow.now,
                created_by=None,
                asked_by=None,
                **values,
            )
        )
        known.update(await store.locked(uow, [row.id]))
        return None
    if old.origin != "company":
        return NOT_CHANGEABLE
    if await home(uow, row.id) is not None:
        return AT_OPERATOR
    if all(getattr(old, name) == value for name, value in values.items()):
        return None
    if old.state not in ("coming", "awaiting", "not_required"):
        return NOT_CHANGEABLE
    state = old.state if old.state == "coming" else domain.delivered(method)
    await uow.execute(
        sa.update(EdoDocument).where(EdoDocument.id == row.id).values(search=search, state=state, **values)
    )
    known.update(await store.locked(uow, [row.id]))
    return None


def check_event(row: EdoEventRow) -> RowError | None:
    """A confirmation is somebody's."""
    return SIGNER_NEEDED if row.action == "confirm" and not row.signer.strip() else None


async def load_events(uow: UnitOfWork, rows: Sequence[EdoEventRow]) -> Answers:
    """Applies what the company has done, each event once and in the order given."""
    seen = {event_id for (event_id,) in await uow.execute(store.APPLIED, {"ids": sorted({row.id for row in rows})})}
    known = await store.locked(uow, sorted({row.document_id for row in rows}))
    answers: list[RowError | None] = []
    for row in rows:
        if row.id in seen:
            answers.append(None)
            continue
        answer = await apply_event(uow, row, known)
        if answer is None:
            seen.add(row.id)
            await uow.execute(sa.insert(EdoEvent).values(id=row.id, applied_at=uow.now))
        answers.append(answer)
    return answers


async def apply_event(uow: UnitOfWork, row: EdoEventRow, known: dict[str, Locked]) -> RowError | None:
    """What an event makes of its document; `known` holds the locked documents and follows them."""
    document = known.get(row.document_id)
    if document is None:
        return UNKNOWN_DOCUMENT
    if await home(uow, document.id) is not None:
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
    known.update(await store.locked(uow, [document.id]))
    return None
