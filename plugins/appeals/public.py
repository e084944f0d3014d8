"""What others may import: the plugin's events, and the port behind which appeals are registered."""

from datetime import datetime
from typing import Any, Protocol

import msgspec

FILED = "appeals.filed"
"""Name of the event `AppealFiled`."""
MESSAGE_SENT = "appeals.message_sent"
"""Name of the event `AppealMessageSent`."""
WITHDRAWN = "appeals.withdrawn"
"""Name of the event `AppealWithdrawn`."""
SIGNED = "appeals.documents_signed"
"""Name of the event `AppealDocumentsSigned`."""


class AppealFileFact(msgspec.Struct, frozen=True):
    """A file of a fact; its content is at `/api/v1/exchange/appeals/{appeal}/files/{id}`."""

    id: str
    field: str
    """`<step>.<field>` of the form; empty: of a message."""
    name: str
    size: int
    sha256: str


class AppealFiled(msgspec.Struct, frozen=True):
    """An appeal has been sent. The company's CRM tells appeals by `attempt`: each may come more than once."""

    appeal_id: str
    attempt: str
    """Name it in `appeals.registrations`."""
    kind: str
    topic: str
    section: str
    subsection: str
    contract_id: str | None
    inn: str
    """Of the organisation that it is for; empty: none was asked."""
    organisation: str
    values: dict[str, dict[str, Any]]
    """step -> field -> value"""
    files: list[AppealFileFact]
    number: str
    """Empty: the company is to give one."""
    registered_at: datetime | None
    author: str
    """`client:<account>`"""
    filed_at: datetime


class AppealMessageSent(msgspec.Struct, frozen=True):
    """The client has written."""

    appeal_id: str
    message_id: str
    text: str
    files: list[AppealFileFact]
    sent_at: datetime


class AppealWithdrawn(msgspec.Struct, frozen=True):
    """The client has withdrawn the appeal, which is closed."""

    appeal_id: str
    number: str
    text: str
    withdrawn_at: datetime


class AppealDocumentsSigned(msgspec.Struct, frozen=True):
    """The client has signed what the company asked to be signed."""

    appeal_id: str
    files: list[AppealFileFact]
    signed_at: datetime


# ---- the port
class Registration(msgspec.Struct, frozen=True):
    """What the registering side gave an appeal."""

    number: str
    """Empty: the cabinet is to number it."""
    registered_at: datetime | None = None
    """None: now."""


class RegistrationUnavailable(Exception):
    """The registering side does not answer, or its answer was lost; it is asked again under the same `attempt`."""


class RegistrationRefused(Exception):
    """The registering side takes this appeal under no circumstances; the reason is its own, for staff."""


class Registrar(Protocol):
    """Registers appeals: the company's CRM, or the cabinet's own staff side."""

    async def register(self, appeal: AppealFiled) -> Registration | None:
        """Registers an appeal; None: the answer comes later through the exchange (`appeals.registrations`).

        Called at least once for each `attempt`; the same one is the same appeal and gets the same number. Raises
        RegistrationUnavailable, RegistrationRefused.
        """
        ...

    async def close(self) -> None:
        """Lets go of connections; may be called twice."""
        ...
