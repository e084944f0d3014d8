"""An operator that outlives its process: what happens at it is kept in a file and happens again."""

import json
from pathlib import Path
from random import Random
from typing import Any, Literal

import msgspec

from core.testing.diadoc.book import Book, Json, known
from core.testing.diadoc.server import Diadoc, Reply, Trouble
from core.testing.sockets import Request

_REQUESTS = 1000
"""So many of the last ones are remembered."""


class NewDocument(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody sends a document."""

    from_box: str
    to_box: str
    content: str
    number: str = ""
    day: str = "10.01.2026"
    """DD.MM.YYYY"""
    kind: str = "Nonformalized"
    function: str = "default"
    name: str = "Документ.txt"
    awaits: bool = True
    contract: str = ""


class NewReply(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody answers a document or a request for annulment."""

    do: Literal["sign", "reject", "revoke"]
    box: str
    message_id: str
    parent_id: str
    text: str = ""


class NewFaults(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The attributes of `Diadoc` of the same names."""

    trouble: Trouble = ""
    failures: int = 0
    lost_answers: int = 0
    pending: int = 0
    refusal: int = 0
    conflicts: bool = False
    nameless: bool = False


class _Kept(msgspec.Struct, frozen=True, omit_defaults=True):
    """One of them: an operation of the API, or a lever."""

    operation: str = ""
    body: bytes = b""
    document: NewDocument | None = None
    reply: NewReply | None = None


class KeptDiadoc(Diadoc):
    """Identifiers follow from the order of what happens, so that they are the same after a restart.

    `again`: what happened before is happening once more.
    """

    def __init__(self, boxes: set[str], path: Path, *, faults: float = 0.0, seed: int = 1) -> None:
        """`faults`: the share of requests that meet one: 503, a lost answer, or 204 with `Retry-After`."""
        super().__init__(Book("kept"))
        self.book.boxes |= {known(box) for box in boxes}
        self._dice = Random(seed)  # noqa: S311 - which requests fail is no secret
        self._faults, self._path, self.again = faults, path, True
        path.parent.mkdir(parents=True, exist_ok=True)
        for line in path.read_bytes().splitlines() if path.exists() else ():
            self._repeat(msgspec.json.decode(line, type=_Kept))
        self.again = False

    async def answer(self, request: Request) -> Reply:
        """The answer to a request of the API, or to a lever (/control/)."""
        if request.path.startswith("/control/"):
            return self._control(request)
        if self._dice.random() < self._faults:
            setattr(self, self._dice.choice(("failures", "lost_answers", "pending")), 1)
        del self.requests[:-_REQUESTS]
        return await super().answer(request)

    def done(self, operation: str, body: bytes, made: Json) -> None:
        self._keep(_Kept(operation, body))

    def _control(self, request: Request) -> Reply:
        try:
            match request.method, request.path:
                case "GET", "/control/messages":
                    return _said(list(self.book.messages.values()))
                case "POST", "/control/documents":
                    return _said(self.arrive(msgspec.json.decode(request.body, type=NewDocument)))
                case "POST", "/control/replies":
                    return _said(self.reply(msgspec.json.decode(request.body, type=NewReply)))
                case "PUT", "/control/faults":
                    wanted = msgspec.json.decode(request.body, type=NewFaults)
                    for name, value in msgspec.structs.asdict(wanted).items():
                        setattr(self, name, value)
                    return Reply(204)
        except (ValueError, KeyError) as error:
            return Reply(400, str(error).encode())
        return Reply(404)

    def arrive(self, one: NewDocument) -> Json:
        """Somebody sends a document. Raises ValueError for a strange box."""
        told = msgspec.structs.asdict(one)
        sender, receiver = known(told.pop("from_box")), known(told.pop("to_box"))
        if not {sender, receiver} <= self.book.boxes:
            raise ValueError("no such box")
        message_id, entity_id = self.book.post(sender, receiver, told.pop("content").encode(), **told)
        self._keep(_Kept(document=one))
        return {"message_id": message_id, "entity_id": entity_id}

    def reply(self, one: NewReply) -> Json:
        """Somebody answers. Raises ValueError, KeyError for what is not there."""
        if self.book.message_of.get(one.parent_id) != one.message_id:
            raise ValueError("no such parent in this message")
        place = known(one.box), one.message_id, one.parent_id
        if one.do == "sign":
            entity_id = self.book.sign(*place)
        else:
            entity_id = (self.book.reject if one.do == "reject" else self.book.revoke)(*place, one.text)
        self._keep(_Kept(reply=one))
        return {"entity_id": entity_id}

    def _repeat(self, one: _Kept) -> None:
        if one.document is not None:
            self.arrive(one.document)
        elif one.reply is not None:
            self.reply(one.reply)
        else:
            self.do(one.operation, one.body)

    def _keep(self, one: _Kept) -> None:
        if not self.again:
            with self._path.open("ab") as file:
                file.write(msgspec.json.encode(one) + b"\n")


def _said(what: Any) -> Reply:
    return Reply(200, json.dumps(what, ensure_ascii=False).encode())
