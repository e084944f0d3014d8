"""The operators by the names that rows and tables use."""

from typing import Final

from core.ports.edo_operator import EdoOperator, SecondEdoOperator
from core.sdk import Context
from plugins.edo.domain import OperatorName

PORTS: Final[dict[OperatorName, type[EdoOperator]]] = {"first": EdoOperator, "second": SecondEdoOperator}


def operator(ctx: Context, name: OperatorName) -> EdoOperator:
    """The adapter behind a name."""
    return ctx.port(PORTS[name])


def clean(text: str, most: int) -> str:
    """What came from outside, without control characters and no longer than a column may be."""
    return "".join(char if char.isprintable() else " " for char in text)[:most].strip()
