"""What the operator keeps: messages, their entities, and for each box the events in order."""

import base64
import hashlib
from collections import defaultdict
from typing import Any
from uuid import UUID, uuid5

Json = dict[str, Any]
_SPACE = UUID("5e1f2a52-3e3c-4f0e-9c55-0d5c7d3f1f10")
_TICKS = 639_000_000_000_000_000
"""December 2025; time stands still, so that all events have the same timestamp."""


class Book:
    """Grows only. Identifiers follow from the order of what happens, so that the same story has the same ones."""

    def __init__(self, name: str = "diadoc") -> None:
        self.name = name
        self.boxes: set[str] = set()
        self.messages: dict[str, Json] = {}
        self.entities: dict[str, Json] = {}
        self.message_of: dict[str, str] = {}
        self.contents: dict[str, bytes] = {}
        self.events: dict[str, list[Json]] = defaultdict(list)
        self._made = 0

    # ---- what the sides do
    def post(
        self,
        from_box: str,
        to_box: str,
        content: bytes,
        *,
        number: str = "",
        day: str = "10.01.2026",
        kind: str = "Nonformalized",
        function: str = "default",
        name: str = "Документ.pdf",
        awaits: bool = True,
        sound: bool = True,
        contract: str = "",
        custom_id: str = "",
        signature: bytes = b"signature",
    ) -> tuple[str, str]:
        """A message with one document, signed by its sender; returns the identifiers of both."""
        info = {
            "TypeNamedId": kind,
            "Function": function,
            "DocumentNumber": number,
            "DocumentDate": day,
            "SenderSignatureStatus": "SenderSignatureCheckedAndValid" if sound else "SenderSignatureCheckedAndInvalid",
            "CustomDocumentId": custom_id or None,
            "CustomData": [{"Key": "contract", "Value": contract}] if contract else [],
        }
        document = self._entity(
            "Attachment",
            content,
            AttachmentType="Nonformalized" if kind == "Nonformalized" else kind,
            FileName=name,
            NeedRecipientSignature=awaits,
            DocumentInfo=info,
        )
        own = self._entity("Signature", signature, ParentEntityId=document["EntityId"], SignerBoxId=shown(from_box))
        message: Json = {
            "MessageId": self._id(),
            "TimestampTicks": _TICKS,
            "FromBoxId": shown(from_box),
            "ToBoxId": shown(to_box),
            "MessageType": "Letter",
            "Entities": [document, own],
        }
        self.messages[message["MessageId"]] = message
        self._note(message, {"Message": message})
        return message["MessageId"], document["EntityId"]

    def sign(self, box: str, message_id: str, parent_id: str, *, label: str = "", signature: bytes = b"sig") -> str:
        """A signature of a document, or of a request for annulment."""
        made = self._entity(
            "Signature", signature, ParentEntityId=parent_id, SignerBoxId=shown(box), Labels=_labels(label)
        )
        return self._patch(message_id, [made])

    def reject(self, box: str, message_id: str, parent_id: str, text: str, *, label: str = "") -> str:
        """A refusal to sign, or to annul."""
        return self._written(box, message_id, parent_id, text, label, AttachmentType="XmlSignatureRejection")

    def revoke(self, box: str, message_id: str, parent_id: str, text: str, *, label: str = "") -> str:
        """A request for annulment."""
        asked = {"InitiatorBoxId": shown(box)}
        about: Json = {"AttachmentType": "RevocationRequest", "RevocationRequestInfo": asked}
        return self._written(box, message_id, parent_id, text, label, **about)

    def verdict(self, message_id: str, signature_id: str, *, valid: bool) -> str:
        """The operator has verified a signature."""
        report = b'{"IsValid": true}' if valid else b'{"IsValid": false}'
        made = self._entity(
            "Attachment", report, ParentEntityId=signature_id, AttachmentType="SignatureVerificationReport"
        )
        return self._patch(message_id, [made])

    def receipt(self, box: str, message_id: str, parent_id: str) -> str:
        """A service paper that changes nothing."""
        return self._written(box, message_id, parent_id, "получено", "", AttachmentType="Receipt")

    def strange(self, box: str) -> None:
        """An event that nobody understands."""
        self._append(box, {"EventId": self._id(), "Message": {"MessageId": self._id(), "TimestampTicks": "yesterday"}})

    def signature_of(self, message_id: str, document_id: str) -> str:
        """The sender's."""
        entities = self.messages[message_id]["Entities"]
        return next(str(one["EntityId"]) for one in entities if one.get("ParentEntityId") == document_id)

    # ---- what is read
    def place(self, box: str, key: str) -> int | None:
        """How many events of a box stand before and at an index key; None: no such key."""
        if not key:
            return 0
        return next((at for at, event in enumerate(self.events[box], 1) if event["IndexKey"] == key), None)

    # ---- inside
    def _written(self, box: str, message_id: str, parent_id: str, text: str, label: str, **more: Any) -> str:
        made = self._entity("Attachment", text.encode(), ParentEntityId=parent_id, Labels=_labels(label), **more)
        signed = self._entity("Signature", b"sig", ParentEntityId=made["EntityId"], SignerBoxId=shown(box))
        return self._patch(message_id, [made, signed])

    def _entity(self, kind: str, content: bytes, **more: Any) -> Json:
        made = {"EntityType": kind, "EntityId": self._id(), "Content": {"Size": len(content)}, **more}
        self.entities[made["EntityId"]] = made
        self.contents[made["EntityId"]] = content
        return made

    def _patch(self, message_id: str, entities: list[Json]) -> str:
        message = self.messages[message_id]
        patch = {"MessageId": message_id, "PatchId": self._id(), "TimestampTicks": _TICKS, "Entities": entities}
        message.setdefault("Patches", []).append(patch)
        self._note(message, {"Patch": patch})
        return str(entities[0]["EntityId"])

    def _note(self, message: Json, event: Json) -> None:
        for entity in (event.get("Message") or event["Patch"])["Entities"]:
            self.message_of[entity["EntityId"]] = message["MessageId"]
        event_id = self._id()
        for box in dict.fromkeys((message["FromBoxId"], message["ToBoxId"])):
            self._append(known(box), {"EventId": event_id, **event})

    def _append(self, box: str, event: Json) -> None:
        place = f"{self.name}:{box}:{len(self.events[box])}"
        key = base64.b64encode(hashlib.sha256(place.encode()).digest()).decode()
        self.events[box].append(event | {"IndexKey": key})

    def _id(self) -> str:
        self._made += 1
        return str(uuid5(_SPACE, f"{self.name}:{self._made}"))


def shown(box: str) -> str:
    """How the operator names a box that is asked for by its GUID."""
    return f"{UUID(box).hex}@diadoc.ru"


def known(box: str) -> str:
    """The GUID of a box, however it is named."""
    return str(UUID(box.removesuffix("@diadoc.ru")))


def _labels(label: str) -> list[str]:
    return [label] if label else []
