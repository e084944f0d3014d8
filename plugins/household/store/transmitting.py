"""Queries of transmissions and of what was transmitted."""

from datetime import date, datetime
from decimal import Decimal

import msgspec
import sqlalchemy as sa

from core.sdk import Moment, Query, any_of
from plugins.household.models import (
    House,
    HouseholdAccount,
    HouseholdEntry,
    HouseholdMeter,
    HouseholdSent,
    HouseholdTransmission,
    Schedule,
)
from plugins.household.store import LIMIT, METER, MeterRow, day, flag, is_open, text, visible_account

_OPEN_TODAY = sa.and_(
    Schedule.branch == House.branch,
    Schedule.month == HouseholdEntry.month,
    Schedule.opens_on <= day("today"),
    Schedule.closes_on >= day("today"),
)
_ENTRIES = (
    METER.join(HouseholdEntry, HouseholdEntry.meter_id == HouseholdMeter.id)
    .join(Schedule, _OPEN_TODAY)
    .where(HouseholdMeter.removed_on.is_(None), visible_account(HouseholdAccount.id))
)
_READY = sa.and_(HouseholdEntry.state == "entered", HouseholdEntry.ready.is_(True))


class Standing(msgspec.Struct, frozen=True):
    """Meters of a scope with something entered, while their branch accepts readings."""

    ready: int
    not_ready: int
    waiting: int
    """Sent before, not answered yet."""


def _standing(scope: sa.ColumnElement[bool]) -> Query[Standing]:
    return Query(
        _ENTRIES.where(scope).with_only_columns(
            sa.func.count(sa.case((_READY, 1))),
            sa.func.count(sa.case((sa.and_(is_open(HouseholdEntry.state), sa.not_(_READY)), 1))),
            sa.func.count(sa.case((HouseholdEntry.state == "sending", 1))),
        ),
        Standing,
    )


OF_HOUSE = _standing(HouseholdEntry.house_id == text("house_id"))
OF_FILE = _standing(HouseholdEntry.import_id == text("import_id"))
NEXT_OF_HOUSE = _ENTRIES.where(_READY, HouseholdEntry.house_id == text("house_id")).with_only_columns(
    sa.func.min(HouseholdEntry.house_id)
)
NEXT_OF_FILE = _ENTRIES.where(_READY, HouseholdEntry.import_id == text("import_id")).with_only_columns(
    sa.func.min(HouseholdEntry.house_id)
)
"""The first house with something ready."""


class Ready(msgspec.Struct, frozen=True):
    """A meter to be sent."""

    meter: MeterRow
    month: date
    opens_on: date
    closes_on: date


READY = (
    _ENTRIES.add_columns(HouseholdEntry.month, Schedule.opens_on, Schedule.closes_on)
    .where(
        _READY,
        HouseholdEntry.house_id == text("house_id"),
        sa.or_(flag("any_file"), HouseholdEntry.import_id == text("import_id")),
    )
    .order_by(HouseholdEntry.meter_id)
    .limit(LIMIT)
)
"""What is ready in a house, within a transaction that holds the house."""

BRANCHES_OF_FILE = Query(
    sa.select(House.branch)
    .join(HouseholdEntry, HouseholdEntry.house_id == House.id)
    .where(HouseholdEntry.import_id == text("import_id"))
    .distinct()
    .order_by(House.branch),
    str,
)


class TransmissionRow(msgspec.Struct, frozen=True):
    """A transmission with what billing has said so far."""

    id: str
    client_id: str
    house_id: str | None
    import_id: str | None
    started_at: datetime
    collected: bool
    failed: int


TRANSMISSION = Query(
    sa.select(*(getattr(HouseholdTransmission, name) for name in TransmissionRow.__struct_fields__)).where(
        HouseholdTransmission.id == text("transmission_id")
    ),
    TransmissionRow,
)
UNCOLLECTED = Query(
    sa.select(HouseholdTransmission.id).where(
        HouseholdTransmission.client_id == text("client_id"),
        HouseholdTransmission.collected.is_(False),
        sa.or_(
            HouseholdTransmission.house_id == text("house_id"), HouseholdTransmission.import_id == text("import_id")
        ),
    ),
    str,
)
ANSWERED = Query(
    sa.select(HouseholdSent.state, sa.func.count())
    .where(HouseholdSent.transmission_id == text("transmission_id"))
    .group_by(HouseholdSent.state),
    lambda state, number: (state, number),
)


# ---- answers
ACCEPTED = (
    sa.select(HouseholdSent.meter_id, HouseholdSent.month)
    .where(
        any_of(HouseholdSent.meter_id, "ids"),
        HouseholdSent.month >= day("since"),
        HouseholdSent.month <= day("until"),
        HouseholdSent.state == "accepted",
    )
    .distinct()
)
"""What billing has taken of these meters."""


class SentRow(msgspec.Struct, frozen=True):
    """A fact with billing's answers so far."""

    id: str
    meter_id: str
    month: date
    zones: int
    state: str
    answer_t1: str
    answer_t2: str
    answer_t3: str
    transmission_id: str
    client_id: str
    """Who ordered the transmission; empty: he is gone."""
    address: str | None
    """Of the transmission; None: it was one of a file."""


LOCKED_SENT = (
    sa.select(
        HouseholdSent.id,
        HouseholdSent.meter_id,
        HouseholdSent.month,
        HouseholdMeter.zones,
        HouseholdSent.state,
        HouseholdSent.answer_t1,
        HouseholdSent.answer_t2,
        HouseholdSent.answer_t3,
        HouseholdSent.transmission_id,
        HouseholdTransmission.client_id,
        House.address,
    )
    .join(HouseholdMeter, HouseholdMeter.id == HouseholdSent.meter_id)
    .join(HouseholdTransmission, HouseholdTransmission.id == HouseholdSent.transmission_id)
    .outerjoin(House, House.id == HouseholdTransmission.house_id)
    .where(any_of(HouseholdSent.id, "fact_ids"))
    .order_by(HouseholdSent.id)
    .with_for_update(of=HouseholdSent)
)


# ---- history
class HistoryRow(msgspec.Struct, frozen=True):
    """A record of «Переданные показания»."""

    id: str
    meter_number: str
    model: str
    digits: int
    zones: int
    flat: str
    account_number: str
    taken_on: date
    t1: Decimal | None
    t2: Decimal | None
    t3: Decimal | None
    answer_t1: str
    answer_t2: str
    answer_t3: str
    billed_month: date | None
    source: str
    sent_at: datetime


HISTORY = Query(
    sa.select(
        HouseholdSent.id,
        HouseholdMeter.number,
        HouseholdMeter.model,
        HouseholdMeter.digits,
        HouseholdMeter.zones,
        HouseholdAccount.flat,
        HouseholdAccount.number,
        HouseholdSent.taken_on,
        HouseholdSent.t1,
        HouseholdSent.t2,
        HouseholdSent.t3,
        HouseholdSent.answer_t1,
        HouseholdSent.answer_t2,
        HouseholdSent.answer_t3,
        HouseholdSent.billed_month,
        HouseholdSent.source,
        HouseholdSent.sent_at,
    )
    .join(HouseholdMeter, HouseholdMeter.id == HouseholdSent.meter_id)
    .join(HouseholdAccount, HouseholdAccount.id == HouseholdMeter.account_id)
    .where(
        HouseholdSent.house_id == text("house_id"),
        sa.or_(flag("any_meter"), HouseholdSent.meter_id == text("meter_id")),
        HouseholdSent.sent_at >= sa.bindparam("since", type_=Moment()),
        HouseholdSent.sent_at < sa.bindparam("until", type_=Moment()),
        sa.tuple_(HouseholdSent.sent_at, HouseholdSent.id)
        < sa.tuple_(sa.bindparam("before", type_=Moment()), text("before_id")),
        visible_account(HouseholdAccount.id),
    )
    .order_by(HouseholdSent.sent_at.desc(), HouseholdSent.id.desc())
    .limit(LIMIT),
    HistoryRow,
)
METER_OF_HOUSE = Query(
    sa.select(HouseholdMeter.id)
    .join(HouseholdAccount, HouseholdAccount.id == HouseholdMeter.account_id)
    .where(
        HouseholdMeter.id == text("meter_id"),
        HouseholdAccount.house_id == text("house_id"),
        visible_account(HouseholdAccount.id),
    ),
    str,
)
