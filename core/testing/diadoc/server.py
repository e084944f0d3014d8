"""The operator's API: JSON over HTTP, as an ASGI application and behind a socket."""

import asyncio
import base64
import json
from typing import Any, Literal, NamedTuple
from urllib.parse import parse_qs, urlsplit

from core.testing.diadoc.book import Book, Json, known, shown
from core.testing.sockets import HttpServer, Request, respond

Trouble = Literal["", "down", "slow", "garbage", "hasty", "stuck"]
"""down: nothing is answered; slow: after a while; garbage: no JSON; hasty: more events than asked for; stuck: events
without a new index key."""
_PAUSE = 0.05


class Reply(NamedTuple):
    """An answer."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


class Diadoc:
    """An operator. Its faults are set from outside and stay until they are taken back or used up."""

    def __init__(self, book: Book | None = None, *, client_id: str = "developer", login: str = "company") -> None:
        self.book = book or Book()
        self.client_id, self.login, self.password = client_id, login, "password"
        self.trouble: Trouble = ""
        self.failures = 0
        """So many of the next requests answer 503."""
        self.lost_answers = 0
        """So many of the next operations are done and answer 500."""
        self.pending = 0
        """So many of the next operations answer 204 and are done only when they are repeated."""
        self.refusal = 0
        """The status that operations answer instead of being done: 402, 403, 409; 0: they are done."""
        self.conflicts = False
        """True: an operation that is repeated answers 409 instead of its first answer."""
        self.overlap = 0
        """So many events of the page before are given once more."""
        self.hidden: set[str] = set()
        """Entities whose content is not there yet."""
        self.foreign: set[str] = set()
        """Boxes in whose name the account may not act."""
        self.nameless = False
        """True: nothing that is told bears the tag that it was posted with."""
        self.requests: list[Request] = []
        self._tokens: set[str] = set()
        self._entered = 0
        self._done: dict[str, bytes] = {}

    def expire(self) -> None:
        """No token is valid any more."""
        self._tokens.clear()

    def posted(self) -> int:
        """Operations that were done."""
        return len(self._done)

    def done(self, operation: str, body: bytes, made: Json) -> None:
        """Called for each operation that was done: `made` is the message or the patch. Whoever plays the other side
        overrides it."""

    def do(self, operation: str, body: bytes) -> None:
        """Does an operation as if it were posted: whoever keeps operations does them again after a restart."""
        self._operation({"operationId": operation}, body, self._patch if b'"MessageId"' in body else self._message)

    async def answer(self, request: Request) -> Reply:
        """The answer to a request."""
        self.requests.append(request)
        if self.trouble == "slow":
            await asyncio.sleep(_PAUSE)
        if self.failures or self.trouble == "down":
            self.failures = max(0, self.failures - 1)
            return Reply(503)
        parts = urlsplit(request.path)
        query = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        if (request.method, parts.path) == ("POST", "/V3/Authenticate"):
            return self._enter(request)
        known = f"DiadocAuth ddauth_api_client_id={self.client_id},ddauth_token="
        token = request.headers.get("authorization", "").removeprefix(known)
        if token not in self._tokens:
            return Reply(401)
        match request.method, parts.path:
            case "GET", "/V8/GetNewEvents":
                return self._events(query)
            case "GET", "/V4/GetEntityContent":
                return self._content(query)
            case "POST", "/V3/PostMessage":
                return self._operation(query, request.body, self._message)
            case "POST", "/V4/PostMessagePatch":
                return self._operation(query, request.body, self._patch)
        return Reply(404)

    def _enter(self, request: Request) -> Reply:
        given = json.loads(request.body)
        if request.headers.get("authorization") != f"DiadocAuth ddauth_api_client_id={self.client_id}":
            return Reply(401)
        if (given.get("login"), given.get("password")) != (self.login, self.password):
            return Reply(401)
        self._entered += 1
        token = base64.b64encode(f"token {self._entered}".encode()).decode()
        self._tokens.add(token)
        return Reply(200, token.encode())

    # ---- reading
    def _events(self, query: dict[str, str]) -> Reply:
        box, limit = known(query["boxId"]), int(query.get("limit", "100"))
        start = self.book.place(box, query.get("afterIndexKey", ""))
        if start is None or not 0 < limit <= 100:
            return Reply(400)
        if self.trouble == "garbage":
            return Reply(200, b'{"Events": [{"EventId": "1", ')
        if self.trouble == "hasty":
            limit += 1
        everything = self.book.events[box]
        first = max(0, start - min(self.overlap, limit - 1)) if start < len(everything) else start
        found = everything[first : first + limit]
        if self.trouble == "stuck" and found:
            found = [*found[:-1], found[-1] | {"IndexKey": query.get("afterIndexKey", "")}]
        total = {"TotalCount": len(everything) - start, "TotalCountType": "Equal"}
        return Reply(200, self._told({"Events": found, **total}))

    def _content(self, query: dict[str, str]) -> Reply:
        entity = query["entityId"]
        if entity in self.hidden or self.book.message_of.get(entity) != query["messageId"]:
            return Reply(404)
        return Reply(200, self.book.contents[entity])

    # ---- doing
    def _operation(self, query: dict[str, str], body: bytes, do: Any) -> Reply:
        operation = query.get("operationId", "").lower()
        if operation in self._done:
            return Reply(409) if self.conflicts else Reply(200, self._done[operation])
        if self.pending:
            self.pending -= 1
            return Reply(204, headers=(("Retry-After", "7"),))
        if self.refusal:
            return Reply(self.refusal, "Подписка на API закончилась".encode(), (("X-Diadoc-ErrorCode", "Refused"),))
        try:
            made = do(json.loads(body))
        except (KeyError, TypeError, ValueError) as error:
            return Reply(400, str(error).encode())
        if made is None:
            return Reply(403, "Нет доступа к ящику".encode())
        self._done[operation] = self._told(made)
        self.done(operation, body, made)
        if self.lost_answers:
            self.lost_answers -= 1
            return Reply(500)
        return Reply(200, self._done[operation])

    def _told(self, what: Json) -> bytes:
        return json.dumps(_untagged(what) if self.nameless else what).encode()

    def _message(self, posted: Json) -> Json | None:
        (attached,) = posted["DocumentAttachments"]
        sender, receiver = known(posted["FromBoxId"]), known(posted["ToBoxId"])
        if sender in self.foreign:
            return None
        if not {sender, receiver} <= self.book.boxes:
            raise ValueError("no such box")
        metadata = {item["Key"]: item["Value"] for item in attached["Metadata"]}
        custom = {item["Key"]: item["Value"] for item in attached.get("CustomData") or []}
        message_id, _ = self.book.post(
            sender,
            receiver,
            base64.b64decode(attached["SignedContent"]["Content"], validate=True),
            number=metadata.get("DocumentNumber", ""),
            day=metadata["DocumentDate"],
            kind=attached["TypeNamedId"],
            name=metadata["FileName"],
            awaits=attached["NeedRecipientSignature"],
            contract=custom.get("contract", ""),
            custom_id=attached["CustomDocumentId"],
            signature=base64.b64decode(attached["SignedContent"]["Signature"], validate=True),
        )
        return self.book.messages[message_id]

    def _patch(self, posted: Json) -> Json | None:
        box, message_id = known(posted["BoxId"]), posted["MessageId"]
        if box in self.foreign:
            return None
        message = self.book.messages[message_id]
        if shown(box) not in (message["FromBoxId"], message["ToBoxId"]):
            raise ValueError("not a message of this box")
        for one in posted.get("Signatures", []):
            about = self._about(one, message_id)
            if self._signed(message, about["parent_id"], box):
                raise ValueError("signed already")
            self.book.sign(box, signature=base64.b64decode(one.get("Signature") or ""), **about)
        for one in posted.get("XmlSignatureRejections", []):
            self.book.reject(box, text=_text(one), **self._about(one, message_id))
        for one in posted.get("RevocationRequests", []):
            self.book.revoke(box, text=_text(one), **self._about(one, message_id))
        patch: Json = message["Patches"][-1]
        return patch

    def _about(self, one: Json, message_id: str) -> Json:
        if self.book.message_of.get(one["ParentEntityId"]) != message_id:
            raise ValueError("no such parent in this message")
        return {"message_id": message_id, "parent_id": one["ParentEntityId"], "label": one["Labels"][0]}

    def _signed(self, message: Json, parent_id: str, box: str) -> bool:
        entities = [*message["Entities"], *(one for patch in message.get("Patches", []) for one in patch["Entities"])]
        return any(one.get("ParentEntityId") == parent_id and one.get("SignerBoxId") == shown(box) for one in entities)

    # ---- ASGI
    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serves one request in the process of whoever asks."""
        body, more = b"", True
        while more:
            part = await receive()
            body, more = body + part.get("body", b""), part.get("more_body", False)
        path = scope["path"] + (f"?{scope['query_string'].decode()}" if scope["query_string"] else "")
        headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
        reply = await self.answer(Request(scope["method"], path, headers, body))
        told = [(name.lower().encode(), value.encode()) for name, value in reply.headers]
        await send({"type": "http.response.start", "status": reply.status, "headers": told})
        await send({"type": "http.response.body", "body": reply.body})


def _untagged(value: Any) -> Any:
    if isinstance(value, list):
        return [_untagged(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {key: _untagged(one) for key, one in value.items() if key not in ("Labels", "CustomDocumentId")}


def _text(one: Json) -> str:
    return base64.b64decode(one["SignedContent"]["Content"]).decode()


class DiadocServer(HttpServer):
    """Puts an operator behind HTTP on 127.0.0.1."""

    def __init__(self, diadoc: Diadoc, port: int = 0) -> None:
        super().__init__(port=port)
        self.diadoc = diadoc

    async def _serve(self, request: Request, writer: asyncio.StreamWriter) -> None:
        reply = await self.diadoc.answer(request)
        await respond(writer, reply.status, reply.body, *(f"{key}: {value}" for key, value in reply.headers))
