"""An operator of electronic documents (оператор ЭДО): what happened in the company's box, and what is sent."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from datetime import date, datetime
from typing import Literal, Protocol

import msgspec

DocumentKind = Literal[
    "invoice", "transfer", "acceptance", "reconciliation", "contract", "agreement", "statement", "other"
]
"""счет-фактура, УПД, акт приема-передачи, акт сверки, договор, соглашение, ведомость, anything else."""
EventKind = Literal["document", "signature", "rejection", "revocation", "verdict", "other"]
"""A document has come or gone; somebody signed, rejected, asked for an annulment; the operator finds a signature
invalid; something that the adapter could not read."""
Reply = Literal["sign", "reject", "revoke"]
MOST_EVENTS = 100
"""Of a page."""


class Paper(msgspec.Struct, frozen=True):
    """What is known of a document besides its content."""

    kind: DocumentKind
    number: str
    issued_on: date | None
    file_name: str
    awaits: bool
    """Whether the receiver is to sign it."""
    sound: bool = True
    """False: the operator has found the sender's signature invalid."""
    comment: str = ""
    contract: str = ""
    """The company's key of the contract, if the sender has noted it."""


class OperatorEvent(msgspec.Struct, frozen=True):
    """Something that happened in the company's box. What does not apply is empty."""

    id: str
    """Of the thing that has appeared (document, signature): unique within the box, the same however often it comes."""
    kind: EventKind
    at: datetime
    box_id: str
    """Whose deed it is; empty where the operator does not say."""
    message_id: str
    parent_id: str = ""
    """What is signed, rejected, to be annulled or invalid: a document, a request for annulment, a signature."""
    to_box: str = ""
    """Of a document: who gets it."""
    tag: str = ""
    """The `operation_id` of what was sent from here; of a document and of its sender's signature, too."""
    text: str = ""
    """The reason, in the words of whoever gave it; of `other`: why it was not understood."""
    paper: Paper | None = None


class OperatorEvents(msgspec.Struct, frozen=True):
    """A page."""

    items: Sequence[OperatorEvent]
    """In their order; one step of the operator's may be several of them."""
    next: str
    """The cursor after the last of them; opaque. The same as was given only where nothing has come since."""
    more: bool


class Outgoing(msgspec.Struct, frozen=True):
    """A signed document to be sent."""

    from_box: str
    to_box: str
    paper: Paper
    size: int
    """Bytes."""
    content: Callable[[], AsyncIterator[bytes]]
    """Reads the document from its beginning."""
    signature: bytes
    """Detached CMS, DER."""


class Patch(msgspec.Struct, frozen=True):
    """What is done to a document, or to a request for its annulment, that the operator has already."""

    box_id: str
    """Whose deed it is."""
    message_id: str
    parent_id: str
    """The document; to answer a request for annulment, that request."""
    reply: Reply
    """sign also agrees to an annulment, reject also refuses one; revoke asks for one."""
    text: str = ""
    """The reason."""
    signature: bytes = b""
    """Detached CMS, DER; empty where there is none."""


class Sent(msgspec.Struct, frozen=True):
    """The operator has it."""

    message_id: str
    entity_id: str
    """Of what has appeared by it."""
    duplicate: bool = False
    """True: the operator says that it has it already, or that the other side takes nothing; it does not tell which. The
    identifiers are empty. Whether it was taken shows when it comes as an event with its `tag`."""


class OperatorUnavailable(Exception):
    """No answer, or none that can be trusted, or not yet: ask again with the same cursor or `operation_id`."""

    def __init__(self, reason: str, retry_after: float = 0.0) -> None:
        super().__init__(reason)
        self.retry_after = retry_after
        """Seconds; 0: the operator does not say."""


class OperatorRefused(Exception):
    """This will never be taken as it is."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"{code}: {text}")
        self.code, self.text = code, text


class EdoOperator(Protocol):
    """An operator, and a box of the company's in it."""

    works: bool
    """False: there is no operator; nothing is asked and nothing is sent."""
    box_id: str
    """The company's."""

    async def events(self, after: str, limit: int) -> OperatorEvents:
        """What happened in the company's box after a cursor (empty: from the beginning), by at most `limit` steps.

        Raises OperatorUnavailable; nothing is lost by it, since the reader still has its cursor.
        """
        ...

    def content(self, message_id: str, entity_id: str) -> AsyncGenerator[bytes, None]:
        """The bytes of a document; whoever stops early closes it.

        Raises OperatorUnavailable on any step, also while the content is not there yet.
        """
        ...

    async def send(self, operation_id: str, message: Outgoing) -> Sent:
        """Sends a document; the same `operation_id` again sends nothing more, even where the answer had got lost.

        Raises OperatorUnavailable, OperatorRefused, and whatever reading the content raises.
        """
        ...

    async def patch(self, operation_id: str, patch: Patch) -> Sent:
        """Adds to a message, likewise."""
        ...

    async def close(self) -> None:
        """Lets go of connections; may be called twice."""
        ...


class SecondEdoOperator(EdoOperator, Protocol):
    """Another operator, or another box, at the same time."""
