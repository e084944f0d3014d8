"""What the demonstration shows and takes."""

from datetime import date, datetime
from typing import Annotated

import msgspec

from core.adapters.mail_folder import FolderLetter
from core.ports.billing import Answer
from hosts.demo.adapters.book import TroubleKind


class DemoSignIn(msgspec.Struct, frozen=True):
    """Somebody who can sign in."""

    email: str
    password: str
    role: str
    """On the showcase contract; for staff, what it is."""


class DemoGuide(msgspec.Struct, frozen=True):
    """`<data_dir>/demo.json`: what a visitor needs; written when the demonstration is prepared."""

    sign_ins: list[DemoSignIn]
    service_key: str
    """Of billing's own system."""
    contract_id: str
    """The showcase contract, held by everybody in `sign_ins`."""
    number: str
    free_number: str
    """A contract that nobody holds, to be added with `free_email`."""
    free_email: str
    contracts: int
    month: date
    """The billing period that was open when it was prepared."""


class DemoMailbox(msgspec.Struct, frozen=True):
    """The letters sent last, the newest first."""

    items: list[FolderLetter]


class DemoFact(msgspec.Struct, frozen=True):
    """A fact that the invented billing holds, with its answers."""

    id: str
    position: int
    kind: str
    subject: str
    occurred_at: datetime
    body: msgspec.Raw
    answers: list[Answer]


class DemoTrouble(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What spoils the next deliveries to billing, and how many of them; 0 ends the trouble."""

    kind: TroubleKind
    deliveries: Annotated[int, msgspec.Meta(ge=0, le=1000)] = 1


class DemoBilling(msgspec.Struct, frozen=True):
    """The invented billing: the facts that arrived last, the newest first, and the trouble it is in."""

    items: list[DemoFact]
    trouble: DemoTrouble | None
