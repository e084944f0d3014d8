"""The form of a contract as a careful FastAPI developer writes it: response models, an async session, eager loading.

No authentication. The tree is loaded with one joined query, what was transmitted with another.
"""

import os
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from fastapi import Depends, FastAPI, HTTPException
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    contains_eager,
    joinedload,
    mapped_column,
    relationship,
)

from tests.load.serve import DATABASE_ENV

WAITING = "Ожидание"
NOTICES = {
    "readings.no_previous": "Предыдущее показание неизвестно: расход рассчитает сбытовая компания",
    "readings.no_consumption": "Показание равно предыдущему: расход равен 0",
    "readings.rolled_over": "Показание меньше предыдущего: расход рассчитан с переходом счётчика через ноль",
    "readings.below_previous": (
        "Показание меньше предыдущего: исправьте его или подтвердите переход счётчика через ноль"
    ),
}
MONTHS = [
    "январь",
    "февраль",
    "март",
    "апрель",
    "май",
    "июнь",
    "июль",
    "август",
    "сентябрь",
    "октябрь",
    "ноябрь",
    "декабрь",
]
MONTHS_OF = [
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
]
ZONE = ZoneInfo("Europe/Moscow")


# ---- tables
class Base(DeclarativeBase):
    type_annotation_map = {datetime: sa.DateTime(timezone=True), str: sa.Text(), Decimal: sa.Numeric()}


class Contract(Base):
    __tablename__ = "contracts_contract"
    id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[str]
    name: Mapped[str]
    objects: Mapped[list["EnergyObject"]] = relationship(order_by="EnergyObject.number, EnergyObject.id", viewonly=True)


class Window(Base):
    __tablename__ = "readings_window"
    contract_id: Mapped[str] = mapped_column(sa.ForeignKey("contracts_contract.id"), primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    opens_on: Mapped[date]
    closes_on: Mapped[date]
    closed_at: Mapped[datetime | None]


class ObjectState(Base):
    __tablename__ = "readings_object_state"
    energy_object_id: Mapped[str] = mapped_column(sa.ForeignKey("contracts_energy_object.id"), primary_key=True)
    status: Mapped[str]
    note: Mapped[str]


class EnergyObject(Base):
    __tablename__ = "contracts_energy_object"
    id: Mapped[str] = mapped_column(primary_key=True)
    contract_id: Mapped[str] = mapped_column(sa.ForeignKey("contracts_contract.id"))
    number: Mapped[str]
    name: Mapped[str]
    address: Mapped[str]
    price_category: Mapped[int]
    closed_on: Mapped[date | None]
    state: Mapped[ObjectState | None] = relationship(viewonly=True)
    points: Mapped[list["MeteringPoint"]] = relationship(order_by="MeteringPoint.name, MeteringPoint.id", viewonly=True)


class MeteringPoint(Base):
    __tablename__ = "contracts_metering_point"
    id: Mapped[str] = mapped_column(primary_key=True)
    energy_object_id: Mapped[str] = mapped_column(sa.ForeignKey("contracts_energy_object.id"))
    name: Mapped[str]
    by_message: Mapped[bool]
    complex_code: Mapped[str]
    closed_on: Mapped[date | None]
    meters: Mapped[list["Meter"]] = relationship(order_by="Meter.number, Meter.id", viewonly=True)


class MeterState(Base):
    __tablename__ = "readings_meter_state"
    meter_id: Mapped[str] = mapped_column(sa.ForeignKey("contracts_meter.id"), primary_key=True)
    status: Mapped[str]
    note: Mapped[str]


class Meter(Base):
    __tablename__ = "contracts_meter"
    id: Mapped[str] = mapped_column(primary_key=True)
    metering_point_id: Mapped[str] = mapped_column(sa.ForeignKey("contracts_metering_point.id"))
    number: Mapped[str]
    model: Mapped[str]
    coefficient: Mapped[Decimal]
    loss_percent: Mapped[Decimal]
    digits: Mapped[int]
    installed_on: Mapped[date | None]
    verified_until: Mapped[date | None]
    closed_on: Mapped[date | None]
    state: Mapped[MeterState | None] = relationship(viewonly=True)
    registers: Mapped[list["Register"]] = relationship(order_by="Register.sort, Register.code", viewonly=True)


class Previous(Base):
    __tablename__ = "readings_previous"
    meter_id: Mapped[str] = mapped_column(primary_key=True)
    register: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[Decimal]
    month: Mapped[date]
    __table_args__ = (
        sa.ForeignKeyConstraint(["meter_id", "register"], ["contracts_register.meter_id", "contracts_register.code"]),
    )


class Register(Base):
    __tablename__ = "contracts_register"
    meter_id: Mapped[str] = mapped_column(sa.ForeignKey("contracts_meter.id"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    sort: Mapped[int]
    previous: Mapped[Previous | None] = relationship(viewonly=True)


class Submission(Base):
    __tablename__ = "readings_submission"
    id: Mapped[str] = mapped_column(primary_key=True)
    contract_id: Mapped[str]
    submitted_at: Mapped[datetime]


class Transmission(Base):
    __tablename__ = "readings_transmission"
    id: Mapped[str] = mapped_column(primary_key=True)
    submission_id: Mapped[str] = mapped_column(sa.ForeignKey("readings_submission.id"))
    meter_id: Mapped[str] = mapped_column(sa.ForeignKey("contracts_meter.id"))
    month: Mapped[date]
    replaced: Mapped[bool]
    submission: Mapped[Submission] = relationship(viewonly=True)
    values: Mapped[list["Value"]] = relationship(viewonly=True)


class Value(Base):
    __tablename__ = "readings_value"
    transmission_id: Mapped[str] = mapped_column(sa.ForeignKey("readings_transmission.id"), primary_key=True)
    register: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[Decimal]
    consumption: Mapped[Decimal | None]
    notice: Mapped[str]
    state: Mapped[str]
    code: Mapped[str]
    text: Mapped[str]


class PointTransmission(Base):
    __tablename__ = "readings_point_transmission"
    id: Mapped[str] = mapped_column(primary_key=True)
    submission_id: Mapped[str] = mapped_column(sa.ForeignKey("readings_submission.id"))
    metering_point_id: Mapped[str] = mapped_column(sa.ForeignKey("contracts_metering_point.id"))
    month: Mapped[date]
    value: Mapped[Decimal]
    replaced: Mapped[bool]
    state: Mapped[str]
    code: Mapped[str]
    text: Mapped[str]
    submitted_at: Mapped[datetime]
    submission: Mapped[Submission] = relationship(viewonly=True)


# ---- response models
class ContractOut(BaseModel):
    id: str
    number: str
    name: str


class WindowOut(BaseModel):
    month: date
    opens_on: date
    closes_on: date
    open: bool


class NoticeOut(BaseModel):
    code: str
    text: str


class PreviousOut(BaseModel):
    value: Decimal
    month: date
    text: str


class RegisterOut(BaseModel):
    code: str
    name: str
    previous: PreviousOut | None
    current: Decimal | None
    consumption: Decimal | None
    consumption_shown: str | None
    notice: NoticeOut | None
    interval_consumption: Decimal = Decimal(0)
    delta: Decimal | None = None
    interval_complete: bool | None = None


class TransmissionOut(BaseModel):
    submission_id: str
    state: str
    code: str
    text: str
    submitted_at: datetime


class MeterOut(BaseModel):
    id: str
    number: str
    model: str
    coefficient: Decimal
    loss_percent: Decimal
    digits: int
    installed_on: date | None
    verified_until: date | None
    status: str
    note: str
    accepts: bool
    transmission: TransmissionOut | None
    registers: list[RegisterOut]


class EntryOut(BaseModel):
    accepts: bool
    current: Decimal | None
    transmission: TransmissionOut | None


class PointOut(BaseModel):
    id: str
    name: str
    by_message: bool
    complex_code: str
    meters: list[MeterOut]
    transmitted: bool
    consumption: Decimal | None
    entry: EntryOut | None


class ObjectOut(BaseModel):
    id: str
    number: str
    name: str
    address: str
    price_category: int
    status: str
    note: str
    points: list[PointOut]
    fixed: str | None
    transmitted: bool
    consumption: Decimal | None
    consumption_shown: str | None


class FormOut(BaseModel):
    contract: ContractOut
    window: WindowOut | None
    window_text: str
    statuses: list[str]
    objects: list[ObjectOut]
    consumption: Decimal | None
    consumption_shown: str | None


# ---- the application
engine = create_async_engine(
    sa.make_url(os.environ[DATABASE_ENV]).set(drivername="postgresql+asyncpg"), pool_size=10, max_overflow=0
)
sessions = async_sessionmaker(engine, expire_on_commit=False)


async def session() -> AsyncIterator[AsyncSession]:
    async with sessions() as opened:
        yield opened


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    yield
    await engine.dispose()


app = FastAPI(lifespan=lifespan)


@app.get("/api/v1/readings/contracts/{contract_id}")
async def readings_form(contract_id: str, db: Annotated[AsyncSession, Depends(session)]) -> FormOut:
    today = datetime.now(ZONE).date()
    window = (await db.scalars(window_of(contract_id, today))).first()
    contract = (await db.scalars(CONTRACT, {"contract_id": contract_id})).unique().first()
    if contract is None:
        raise HTTPException(404)
    sent: dict[str, Transmission] = {}
    if window is not None:
        found = await db.scalars(TRANSMISSIONS, {"contract_id": contract_id, "month": window.month})
        sent = {transmission.meter_id: transmission for transmission in found.unique()}
    reported: dict[str, PointTransmission] = {}
    if window is not None and any(point.by_message for subject in contract.objects for point in subject.points):
        consumption = await db.scalars(CONSUMPTION, {"contract_id": contract_id, "month": window.month})
        reported = {one.metering_point_id: one for one in consumption}
    view = View(today, sent, reported, window is not None and is_open(window, today))
    objects = [object_out(subject, view) for subject in contract.objects if in_use(subject, today)]
    total = add(subject.consumption for subject in objects)
    return FormOut(
        contract=ContractOut(id=contract.id, number=contract.number, name=contract.name),
        window=None
        if window is None
        else WindowOut(month=window.month, opens_on=window.opens_on, closes_on=window.closes_on, open=view.is_open),
        window_text=window_text(window),
        statuses=sorted({subject.status for subject in objects}),
        objects=objects,
        consumption=total,
        consumption_shown=shown(total),
    )


def application() -> FastAPI:
    return app


def window_of(contract_id: str, today: date) -> sa.Select[Window]:
    unclosed, begun, over = Window.closed_at.is_(None), Window.opens_on <= today, Window.closes_on < today
    rank = sa.case((sa.and_(unclosed, begun, ~over), 0), (sa.and_(unclosed, begun), 1), (unclosed, 2), else_=3)
    past = sa.case((sa.or_(~unclosed, over), Window.month))
    return sa.select(Window).where(Window.contract_id == contract_id).order_by(rank, past.desc(), Window.month).limit(1)


# The fastest of the usual ways: one joined query takes half the time of a `selectinload` for each level, and what is
# closed is left out in Python, because criteria inside loader options are hashed anew for every request.
_OBJECTS = joinedload(Contract.objects)
_METERS = _OBJECTS.joinedload(EnergyObject.points).joinedload(MeteringPoint.meters)
CONTRACT = (
    sa.select(Contract)
    .where(Contract.id == sa.bindparam("contract_id"))
    .options(
        _OBJECTS.joinedload(EnergyObject.state),
        _METERS.joinedload(Meter.state),
        _METERS.joinedload(Meter.registers).joinedload(Register.previous),
    )
)
TRANSMISSIONS = (
    sa.select(Transmission)
    .join(Transmission.submission)
    .where(
        Submission.contract_id == sa.bindparam("contract_id"),
        Transmission.month == sa.bindparam("month"),
        ~Transmission.replaced,
    )
    .options(contains_eager(Transmission.submission), joinedload(Transmission.values))
)


CONSUMPTION = (
    sa.select(PointTransmission)
    .join(PointTransmission.submission)
    .where(
        Submission.contract_id == sa.bindparam("contract_id"),
        PointTransmission.month == sa.bindparam("month"),
        ~PointTransmission.replaced,
    )
)


def in_use(thing: EnergyObject | MeteringPoint | Meter, today: date) -> bool:
    return thing.closed_on is None or thing.closed_on > today


# ---- from entities to models
@dataclass
class View:
    today: date
    sent: dict[str, Transmission]
    reported: dict[str, PointTransmission]
    is_open: bool


def is_open(window: Window, today: date) -> bool:
    return window.closed_at is None and window.opens_on <= today <= window.closes_on


def object_out(subject: EnergyObject, view: View) -> ObjectOut:
    status = subject.state.status if subject.state else WAITING
    points = [point_out(point, view, status) for point in subject.points if in_use(point, view.today)]
    entered = [point for point in points if point.meters or point.entry]
    total = add(point.consumption for point in entered)
    return ObjectOut(
        id=subject.id,
        number=subject.number,
        name=subject.name,
        address=subject.address,
        price_category=subject.price_category,
        status=status,
        note=subject.state.note if subject.state else "",
        points=points,
        fixed=None if entered else "Фиксированный расход (ПУ не установлен)",
        transmitted=bool(entered) and all(point.transmitted for point in entered),
        consumption=total,
        consumption_shown=shown(total),
    )


def point_out(point: MeteringPoint, view: View, status: str) -> PointOut:
    meters = [meter_out(meter, view, status) for meter in point.meters if in_use(meter, view.today)]
    entry = entry_out(view.reported.get(point.id), view, status) if point.by_message and not meters else None
    sent = [meter.transmission for meter in meters] if entry is None else [entry.transmission]
    return PointOut(
        id=point.id,
        name=point.name,
        by_message=point.by_message,
        complex_code=point.complex_code,
        meters=meters,
        transmitted=bool(sent) and all(one is not None and one.state != "refused" for one in sent),
        consumption=add(active(meter.registers) for meter in meters) if entry is None else entry.current,
        entry=entry,
    )


def entry_out(reported: PointTransmission | None, view: View, status: str) -> EntryOut:
    accepts = view.is_open and status == WAITING
    if reported is None:
        return EntryOut(accepts=accepts, current=None, transmission=None)
    told = TransmissionOut(
        submission_id=reported.submission_id,
        state=reported.state,
        code=reported.code,
        text=reported.text,
        submitted_at=reported.submitted_at,
    )
    return EntryOut(accepts=accepts, current=reported.value, transmission=told)


def meter_out(meter: Meter, view: View, object_status: str) -> MeterOut:
    status = meter.state.status if meter.state else WAITING
    sent = view.sent.get(meter.id)
    values = {value.register: value for value in sent.values} if sent else {}
    return MeterOut(
        id=meter.id,
        number=meter.number,
        model=meter.model,
        coefficient=meter.coefficient,
        loss_percent=meter.loss_percent,
        digits=meter.digits,
        installed_on=meter.installed_on,
        verified_until=meter.verified_until,
        status=status,
        note=meter.state.note if meter.state else "",
        accepts=view.is_open and status == object_status == WAITING,
        transmission=transmission_out(sent, [values[item.code] for item in meter.registers]) if sent else None,
        registers=[register_out(item, values.get(item.code), meter.digits) for item in meter.registers],
    )


def transmission_out(sent: Transmission, values: list[Value]) -> TransmissionOut:
    decisive = next((value for value in values if value.state == "refused"), None)
    decisive = decisive or next((value for value in values if value.state != "accepted"), values[0])
    return TransmissionOut(
        submission_id=sent.submission_id,
        state=decisive.state,
        code=decisive.code,
        text=decisive.text,
        submitted_at=sent.submission.submitted_at,
    )


def register_out(register: Register, value: Value | None, digits: int) -> RegisterOut:
    previous = register.previous
    return RegisterOut(
        code=register.code,
        name=register.name,
        previous=PreviousOut(value=previous.value, month=previous.month, text=previous_text(previous, digits))
        if previous
        else None,
        current=value.value if value else None,
        consumption=value.consumption if value else None,
        consumption_shown=shown(value.consumption) if value else None,
        notice=NoticeOut(code=value.notice, text=NOTICES[value.notice]) if value and value.notice else None,
    )


def active(registers: list[RegisterOut]) -> Decimal | None:
    for register in registers:
        if register.code == "A+.total" and register.consumption is not None:
            return register.consumption
    return add(register.consumption for register in registers if register.code.startswith("A+"))


def add(parts: Iterable[Decimal | None]) -> Decimal | None:
    known = [part for part in parts if part is not None]
    return sum(known, Decimal(0)) if known else None


def shown(value: Decimal | None) -> str | None:
    return None if value is None else str(value.quantize(Decimal(1), ROUND_HALF_UP))


def previous_text(previous: Previous, digits: int) -> str:
    whole, point, fraction = str(previous.value).partition(".")
    whole = f"{int(whole):0{digits + (digits - 1) // 3}_}".replace("_", " ")
    return f"{whole}{',' if point else ''}{fraction} за {MONTHS[previous.month.month - 1]} {previous.month.year}"


def window_text(window: Window | None) -> str:
    if window is None:
        return "Срок передачи показаний по договору не установлен"
    opens, closes = day_text(window.opens_on), day_text(window.closes_on)
    month = f"{MONTHS[window.month.month - 1]} {window.month.year}"
    return f"Передача показаний за {month} года доступна с {opens} по {closes}"


def day_text(day: date) -> str:
    return f"{day.day} {MONTHS_OF[day.month - 1]} {day.year} года"
