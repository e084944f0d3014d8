"""The cards of the invented card holders: what each does when somebody pays with it."""

from typing import Literal

import msgspec

Behaviour = Literal["success", "declined", "insufficient", "confirm", "silent"]


class Card(msgspec.Struct, frozen=True):
    """A test card. `action` is the processing's answer, 0 for a success."""

    number: str
    behaviour: Behaviour
    title: str
    action: int = 0
    reason: str = ""


CARDS = (
    Card("2200000000000004", "success", "оплата проходит"),
    Card("2200000000000012", "confirm", "банк просит подтвердить оплату кодом"),
    Card("2200000000000020", "declined", "банк отказывает", -2007, "Отказ банка, выпустившего карту"),
    Card("2200000000000038", "insufficient", "не хватает денег", 116, "Недостаточно средств на карте"),
    Card("2200000000000046", "silent", "банк не отвечает"),
)
_BY_NUMBER = {card.number: card for card in CARDS}
BY_BEHAVIOUR = {card.behaviour: card for card in CARDS}
SYSTEM = "MIR"
EXPIRES = "203412"


def card_of(number: str) -> Card | None:
    """The card with this number, written with or without spaces. No other number is ever kept."""
    return _BY_NUMBER.get("".join(number.split()))


def mask(card: Card) -> str:
    """What the bank tells of a card."""
    return f"{card.number[:6]}**{card.number[-4:]}"
