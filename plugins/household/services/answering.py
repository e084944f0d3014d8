"""Billing's answers: to a meter's values as a whole or zone by zone, a batch of them in one transaction."""

from collections.abc import Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from core.exchange.public import FactAnswered, FactsAnswered
from core.notifications.public import Notify
from core.sdk import Context, UnitOfWork, finishing
from plugins.household.domain import METER_STATE, ZONES
from plugins.household.models import HouseholdEntry, HouseholdSent
from plugins.household.notifications import ABOUT_REFUSALS
from plugins.household.store import transmitting as store
from plugins.household.store.transmitting import SentRow

ACCEPTED = "+"
"""The answer of a zone that billing took; any other is billing's words."""


async def apply_answers(ctx: Context, told: FactsAnswered) -> None:
    """Notes the answers at what was sent, and at the entries that nobody has corrected since."""
    async with finishing(ctx) as uow:
        ids = sorted({answer.fact_id for answer in told.answers})
        found = {row[0]: SentRow(*row) for row in await uow.execute(store.LOCKED_SENT, {"fact_ids": ids})}
        for answer in told.answers:
            if answer.fact_id in found:
                found[answer.fact_id] = answered(found[answer.fact_id], answer)
        if found:
            rows = list(found.values())
            await uow.execute(_NOTE, [_noted(row) for row in rows])
            await uow.execute(_SETTLE, [_settled(row) for row in rows])
            _tell(uow, rows)


def answered(row: SentRow, answer: FactAnswered) -> SentRow:
    """What is known of a fact after one more answer."""
    said = ACCEPTED if answer.outcome == "accepted" else answer.text or answer.code or METER_STATE.text
    answers = [row.answer_t1, row.answer_t2, row.answer_t3]
    for index in range(row.zones):
        if answer.item in ("", ZONES[index]):
            answers[index] = said
    named = dict(zip(("answer_t1", "answer_t2", "answer_t3"), answers, strict=True))
    return msgspec.structs.replace(row, state=_state(answers[: row.zones]), **named)


def _tell(uow: UnitOfWork, rows: Sequence[SentRow]) -> None:
    """Billing often answers when nobody looks any more: of each transmission with a refusal its author is told once."""
    for row in {row.transmission_id: row for row in rows if row.state == "refused" and row.client_id}.values():
        place = f"по адресу {row.address}" if row.address else "из файла"
        text = f"Часть переданных показаний {place} не принята. Причина указана у прибора учёта: исправьте показания."
        uow.enqueue(
            Notify(ABOUT_REFUSALS.name, "Показания не приняты", text, accounts=[row.client_id]),
            dedup_key=f"{ABOUT_REFUSALS.name}:{row.transmission_id}",
        )


def _state(answers: Sequence[str]) -> str:
    if any(answer not in ("", ACCEPTED) for answer in answers):
        return "refused"
    return "accepted" if all(answers) else "sent"


_NOTE = (
    sa.update(HouseholdSent)
    .where(HouseholdSent.id == sa.bindparam("of_fact"))
    .values({name: sa.bindparam(name) for name in ("state", "answer_t1", "answer_t2", "answer_t3")})
)
_SETTLE = (
    sa.update(HouseholdEntry)
    .where(
        HouseholdEntry.meter_id == sa.bindparam("of_meter"),
        HouseholdEntry.month == sa.bindparam("of_month"),
        HouseholdEntry.fact_id == sa.bindparam("of_fact"),
    )
    .values({name: sa.bindparam(name) for name in ("state", "faulty", "refused_t1", "refused_t2", "refused_t3")})
)
_STATES = {"sent": "sending", "accepted": "transmitted", "refused": "refused"}


def _noted(row: SentRow) -> dict[str, Any]:
    return {
        "of_fact": row.id,
        "state": row.state,
        "answer_t1": row.answer_t1,
        "answer_t2": row.answer_t2,
        "answer_t3": row.answer_t3,
    }


def _settled(row: SentRow) -> dict[str, Any]:
    words = ["" if answer == ACCEPTED else answer for answer in (row.answer_t1, row.answer_t2, row.answer_t3)]
    return {
        "of_meter": row.meter_id,
        "of_month": row.month,
        "of_fact": row.id,
        "state": _STATES[row.state],
        "faulty": row.state == "refused",
        "refused_t1": words[0],
        "refused_t2": words[1],
        "refused_t3": words[2],
    }
