"""How the parts of the verifier say that a link failed."""

from typing import Any

from core.ports.signatures import Link, LinkName, LinkState
from core.sdk import ErrorKind


class Refused(Exception):
    """Why a link failed: a kind with its parameters."""

    def __init__(self, kind: ErrorKind, **params: Any) -> None:
        super().__init__(kind.code)
        self.kind, self.params = kind, params

    def link(self, name: LinkName, state: LinkState = "failed") -> Link:
        """The link that failed, or could not be examined, for this."""
        return Link(name, state, self.kind.code, self.kind.text("ru", self.params))
