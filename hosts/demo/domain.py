"""What the invented billing makes of readings. Pure."""

import hashlib
from collections.abc import Mapping
from decimal import Decimal

import msgspec

from core.ports.billing import Answer
from hosts.demo.settings import SimulatorSettings
from plugins.readings.public import ConsumptionSubmitted, ReadingsSubmitted, SubmittedValue

_BELOW, _ROLLED_OVER = "readings.below_previous", "readings.rolled_over"


class Refusal(msgspec.Struct, frozen=True):
    """A reason: a stable code, and the words for the client."""

    code: str
    text: str


UNREADABLE = Refusal("unreadable", "Сведения не распознаны. Сообщите в поддержку")
FUTURE_MONTH = Refusal("future_month", "Расчётный период ещё не наступил")
NO_VALUES = Refusal("no_values", "Показания не указаны")
BELOW_PREVIOUS = Refusal(
    "below_previous", "Показание меньше предыдущего, а перехода счётчика через ноль не было. Проверьте показание"
)
INSPECTION = Refusal("inspection", "Назначен контрольный съём показаний: инспектор свяжется с вами")


def judge(
    fact_id: str, submitted: ReadingsSubmitted, known: Mapping[str, Decimal], settings: SimulatorSettings
) -> list[Answer]:
    """The answers to one device: for all of it, or register by register where one is refused.

    `known`: register -> the last value accepted for an earlier month.
    """
    whole = _refuse_whole(fact_id, submitted, settings)
    if whole is not None:
        return [Answer(fact_id, "refused", whole.code, whole.text)]
    refusals = [_refuse_value(value, known.get(value.register), settings) for value in submitted.values]
    if not any(refusals):
        return [Answer(fact_id, "accepted")]
    return [
        Answer(
            fact_id,
            "refused" if refusal else "accepted",
            refusal.code if refusal else "",
            refusal.text if refusal else "",
            f"{submitted.meter_id}/{value.register}",
        )
        for value, refusal in zip(submitted.values, refusals, strict=True)
    ]


def judge_consumption(fact_id: str, submitted: ConsumptionSubmitted, settings: SimulatorSettings) -> list[Answer]:
    """The answer to the consumption of a point «по сообщению»."""
    refusal = None
    if submitted.month > submitted.submitted_at.date():
        refusal = FUTURE_MONTH
    elif submitted.value > Decimal(settings.most_in_a_month):
        refusal = Refusal("implausible_consumption", _implausible(submitted.value))
    return [Answer(fact_id, "refused", refusal.code, refusal.text) if refusal else Answer(fact_id, "accepted")]


def _refuse_whole(fact_id: str, submitted: ReadingsSubmitted, settings: SimulatorSettings) -> Refusal | None:
    if not submitted.values:
        return NO_VALUES
    if submitted.month > submitted.submitted_at.date():
        return FUTURE_MONTH
    return INSPECTION if chance(settings.seed, "refusal", fact_id) < Decimal(settings.refusal_share) else None


def _refuse_value(value: SubmittedValue, known: Decimal | None, settings: SimulatorSettings) -> Refusal | None:
    below = known is not None and value.value < known and value.notice != _ROLLED_OVER
    if below or (value.consumption is None and value.notice == _BELOW):
        return BELOW_PREVIOUS
    if value.consumption is not None and value.consumption > Decimal(settings.most_in_a_month):
        return Refusal("implausible_consumption", _implausible(value.consumption))
    return None


def _implausible(consumption: Decimal) -> str:
    amount = f"{consumption:,.0f}".replace(",", " ")
    return f"Расход {amount} кВт·ч за месяц невозможен для этого присоединения. Проверьте показание"


def chance(seed: int, purpose: str, fact_id: str) -> Decimal:
    """A number from 0 up to 1, the same each time."""
    digest = hashlib.sha256(f"{seed}:{purpose}:{fact_id}".encode()).digest()
    return Decimal(int.from_bytes(digest[:6], "big")) / Decimal(1 << 48)
