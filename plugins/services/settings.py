"""`[plugins.services]` of the host's TOML."""

from typing import Annotated

import msgspec

NOTE = "Указанная информация не является офертой. После отправки заявки с вами свяжется менеджер и уточнит стоимость."


class ServicesSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What every card shows unless the service has its own, and how much may be ordered."""

    note: str = NOTE
    """Note of a card."""
    link: str = ""
    """Address of «Подать документы в электронном виде»; empty: no link."""
    link_title: str = "Подать документы в электронном виде"
    hourly_orders: Annotated[int, msgspec.Meta(ge=1)] = 20
    """One person may send so many orders within an hour."""
