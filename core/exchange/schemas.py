"""What the exchange reads and writes on the wire."""

from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec

from core.ports.billing import Answer, Fact


class RowAnswer(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """What became of one line. `code`, `field` and `message` only where it is refused."""

    line: int
    """Counted from 1; blank lines count but are not answered."""
    key: str
    """The row's key, its parts joined by `/`; empty where it could not be read."""
    status: Literal["accepted", "unchanged", "refused"]
    code: str = ""
    field: str = ""
    message: str = ""


class Totals(msgspec.Struct):
    """How many lines ended how."""

    accepted: int = 0
    unchanged: int = 0
    refused: int = 0

    def count(self, answers: Sequence[RowAnswer]) -> None:
        """Adds the answers of a batch."""
        found = Counter(answer.status for answer in answers)
        self.accepted += found["accepted"]
        self.unchanged += found["unchanged"]
        self.refused += found["refused"]


class Summary(msgspec.Struct, frozen=True):
    """The last line of the answers: the load came to its end."""

    summary: Totals


class AnswerRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The company's answer to one fact."""

    fact_id: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    outcome: Literal["accepted", "refused"]
    code: Annotated[str, msgspec.Meta(max_length=64)] = ""
    """The company's stable code of a refusal."""
    text: Annotated[str, msgspec.Meta(max_length=2000)] = ""
    """Shown to the client as it is."""
    item: Annotated[str, msgspec.Meta(max_length=200)] = ""
    """Which part of the fact; empty: all of it."""

    def answer(self) -> Answer:
        """The same as the billing port says it."""
        return Answer(self.fact_id, self.outcome, self.code, self.text, self.item)


class FeedPage(msgspec.Struct, frozen=True):
    """Facts in the order of their positions. `next` is the `after` of the following call."""

    items: Sequence[Fact]
    next: int


class Acknowledgement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The caller has safely kept every fact up to and including `position`."""

    position: Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
