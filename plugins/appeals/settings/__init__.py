"""`[plugins.appeals]` of the host's TOML."""

from functools import cached_property
from typing import Annotated, Any

import msgspec

from plugins.appeals.settings.kinds import AppealKind, catalogue

Most = Annotated[int, msgspec.Meta(ge=1)]


class AppealTemplate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A text that staff may start an answer from."""

    name: str
    text: str


class AppealSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """How appeals are filed, numbered and answered."""

    kinds: dict[str, dict[str, Any] | bool] = {}
    """Changes and additions to the kinds, by name; `false` takes one away."""
    number: str = "{serial:07}-{year}-{region}-{person}-Л"
    """How the cabinet numbers appeals when it registers them itself; `serial` starts anew each year."""
    region: str = "77"
    """Region code in the number."""
    support_email: str = "support@example.ru"
    """Whom a client writes to when the registration fails."""
    receipt: str = (
        "Ваше обращение зарегистрировано {date} под номером {number}. Обращение рассмотрит {supplier}; "
        "ответ придёт в этот диалог."
    )
    """The automatic letter of receipt."""
    withdrawn: str = "Работа по обращению {number} завершена по причине регистрации отказа от заявки."
    """The company's letter that closes a withdrawn appeal."""
    templates: list[AppealTemplate] = []
    """Texts that staff may start an answer from."""
    messages: Most = 500
    """Messages of one appeal, of both sides together."""
    files: Most = 2000
    """Files of one appeal."""
    per_hour: Most = 60
    """Appeals that one person begins."""
    messages_per_hour: Most = 60
    """Messages that one person writes."""
    searches_per_hour: Most = 100
    """Searches for an organisation by one person: each is a call that the supplier pays for."""
    filling_days: Most = 2
    """An appeal that was begun and neither saved nor sent is removed after so long."""

    @cached_property
    def catalogue(self) -> dict[str, AppealKind]:
        """Every kind that this host offers, by name."""
        return catalogue(self.kinds)

    def __post_init__(self) -> None:
        self.number.format(serial=1, year="26", region=self.region, person="Ю")
        self.receipt.format(date="", number="", supplier="")
        self.withdrawn.format(number="")
        _ = self.catalogue
