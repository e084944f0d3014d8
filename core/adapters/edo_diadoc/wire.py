"""Diadoc's structures in JSON, and what they mean in the port's words."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec

from core.ports.edo_operator import DocumentKind, OperatorEvent, Outgoing, Paper, Patch

_BEGINNING = datetime(1, 1, 1, tzinfo=UTC)
_INVALID = "SenderSignatureCheckedAndInvalid"
_REJECTIONS: Final = frozenset({"SignatureRequestRejection", "XmlSignatureRejection"})
_REVOCATION, _REPORT = "RevocationRequest", "SignatureVerificationReport"
_CONTRACT = "contract"
"""The key of a document's custom data under which the company's system notes its contract."""
_KINDS: Final[dict[str, DocumentKind]] = {
    "Invoice": "invoice",
    "InvoiceRevision": "invoice",
    "InvoiceCorrection": "invoice",
    "InvoiceCorrectionRevision": "invoice",
    "UniversalTransferDocument": "transfer",
    "UniversalTransferDocumentRevision": "transfer",
    "UniversalCorrectionDocument": "transfer",
    "UniversalCorrectionDocumentRevision": "transfer",
    "AcceptanceCertificate": "acceptance",
    "XmlAcceptanceCertificate": "acceptance",
    "ReconciliationAct": "reconciliation",
    "Contract": "contract",
    "SupplementaryAgreement": "agreement",
    "ServiceDetails": "statement",
}
"""TypeNamedId -> kind; what is not here is `other`."""
_WORDS: Final = re.compile(r"<(Текст[А-Яа-я]*)[^>]*>(.*?)</\1>", re.DOTALL)
"""Where the files of rejections and of requests for annulment hold their reason."""


_BOX: Final = re.compile(r"([0-9a-f]{32})(@diadoc\.ru)?", re.IGNORECASE)


def box(identifier: str | None) -> str:
    """A box by its GUID, in lower case; Diadoc names the same box `<32 digits>@diadoc.ru`, too."""
    found = _BOX.fullmatch((identifier or "").replace("-", ""))
    return str(UUID(found[1])) if found else identifier or ""


class _Shape(msgspec.Struct, frozen=True, rename="pascal"):
    """Diadoc's names; whatever else an answer holds is passed over, and null is as good as absent."""


class _Content(_Shape, frozen=True):
    data: str | None = None


class _CustomData(_Shape, frozen=True):
    key: str
    value: str | None = None


class _Document(_Shape, frozen=True):
    type_named_id: str | None = None
    function: str | None = None
    document_date: str | None = None
    document_number: str | None = None
    file_name: str | None = None
    custom_document_id: str | None = None
    sender_signature_status: str | None = None
    custom_data: list[_CustomData] | None = None


class _Revocation(_Shape, frozen=True):
    initiator_box_id: str | None = None


class Entity(_Shape, frozen=True):
    entity_id: str
    entity_type: str | None = None
    parent_entity_id: str | None = None
    attachment_type: str | None = None
    file_name: str | None = None
    need_recipient_signature: bool | None = None
    signer_box_id: str | None = None
    document_info: _Document | None = None
    revocation_request_info: _Revocation | None = None
    labels: list[str] | None = None
    content: _Content | None = None


class Message(_Shape, frozen=True):
    message_id: str
    timestamp_ticks: int | str = 0
    from_box_id: str | None = None
    to_box_id: str | None = None
    message_type: str | None = None
    is_draft: bool | None = None
    entities: list[Entity] | None = None
    patch_id: str | None = None


class Step(_Shape, frozen=True):
    """A BoxEvent."""

    event_id: str
    message: Message | None = None
    patch: Message | None = None


class Place(_Shape, frozen=True):
    """The part of a BoxEvent without which a page is none."""

    event_id: str
    index_key: str


class Page(_Shape, frozen=True):
    """A BoxEventList, its events not yet looked into."""

    events: list[msgspec.Raw] | None = None


class Report(_Shape, frozen=True):
    """A SignatureVerificationResult."""

    is_valid: bool


def events_of(step: Step) -> list[tuple[OperatorEvent, Entity | None]]:
    """What a step means. An entity besides the event: its content says more (a reason, a verdict)."""
    if step.message is not None:
        return [(event, None) for event in _arrived(step.message)]
    return _added(step.patch) if step.patch is not None else []


def not_understood(place: Place, why: str) -> OperatorEvent:
    """What stands for a step that makes no sense."""
    return OperatorEvent(place.event_id, "other", _BEGINNING, "", "", text=why)


def _arrived(message: Message) -> list[OperatorEvent]:
    """The documents of a new message, each followed by its sender's signature."""
    if message.is_draft or message.message_type in ("Draft", "Template"):
        return []
    entities, at, found = message.entities or [], moment(message.timestamp_ticks), list[OperatorEvent]()
    for one in entities:
        info = one.document_info
        if one.entity_type == "Signature" or info is None:
            continue
        sender, tag = box(message.from_box_id), info.custom_document_id or ""
        about: dict[str, Any] = {"at": at, "message_id": message.message_id, "tag": tag}
        paper, receiver = _paper(one, info), box(message.to_box_id)
        found.append(OperatorEvent(one.entity_id, "document", box_id=sender, to_box=receiver, paper=paper, **about))
        found += [
            OperatorEvent(
                other.entity_id,
                "signature",
                box_id=box(other.signer_box_id) or sender,
                parent_id=one.entity_id,
                **about,
            )
            for other in entities
            if other.entity_type == "Signature" and other.parent_entity_id == one.entity_id
        ]
    return found


def _paper(entity: Entity, info: _Document) -> Paper:
    kind = _KINDS.get(info.type_named_id or "", "other")
    if kind == "transfer" and info.function == "Invoice":
        kind = "invoice"  # a УПД that is nothing but a счет-фактура
    return Paper(
        kind,
        info.document_number or "",
        _day(info.document_date),
        entity.file_name or info.file_name or "",
        bool(entity.need_recipient_signature) or kind == "transfer",
        sound=info.sender_signature_status != _INVALID,
        contract=next((one.value or "" for one in info.custom_data or [] if one.key == _CONTRACT), ""),
    )


def _added(patch: Message) -> list[tuple[OperatorEvent, Entity | None]]:
    """Signatures, rejections and so on of a patch; receipts and other service papers mean nothing here."""
    entities, at = patch.entities or [], moment(patch.timestamp_ticks)
    own = {one.entity_id for one in entities if one.entity_type != "Signature"}
    signers = {one.parent_entity_id: box(one.signer_box_id) for one in entities if one.entity_type == "Signature"}
    found = list[tuple[OperatorEvent, Entity | None]]()
    for one in entities:
        about: dict[str, Any] = {
            "at": at,
            "message_id": patch.message_id,
            "parent_id": one.parent_entity_id or "",
            "tag": next(iter(one.labels or []), ""),
        }
        signer, kind = signers.get(one.entity_id, ""), one.attachment_type or ""
        if one.entity_type == "Signature":
            if one.parent_entity_id not in own:
                found.append((OperatorEvent(one.entity_id, "signature", box_id=box(one.signer_box_id), **about), None))
        elif kind == _REVOCATION:
            asked = one.revocation_request_info
            signer = (box(asked.initiator_box_id) if asked else "") or signer
            found.append((OperatorEvent(one.entity_id, "revocation", box_id=signer, **about), one))
        elif kind in _REJECTIONS:
            found.append((OperatorEvent(one.entity_id, "rejection", box_id=signer, **about), one))
        elif kind == _REPORT:
            found.append((OperatorEvent(one.entity_id, "verdict", box_id="", **about), one))
        elif kind.endswith("BuyerTitle") or (kind == "Title" and one.parent_entity_id):
            found.append((OperatorEvent(one.entity_id, "signature", box_id=signer, **about), None))
    return found


def moment(ticks: int | str) -> datetime:
    """Ticks of 100 ns since the first day of our era. Raises ValueError, OverflowError."""
    return _BEGINNING + timedelta(microseconds=int(ticks) // 10)


def _day(text: str | None) -> date | None:
    """«31.01.2026»"""
    try:
        return datetime.strptime(text or "", "%d.%m.%Y").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        return None


def reason(content: bytes) -> str:
    """What a rejection or a request for annulment says: the words of its file, or all of a plain text."""
    for encoding in ("utf-8", "windows-1251"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not text.lstrip("\ufeff \r\n").startswith("<"):
            return text
        declared = re.search(r'encoding="([\w-]+)"', text[:200])
        if declared and declared[1].lower() != encoding:
            continue
        found = _WORDS.search(text)
        return found[2].strip() if found else ""
    return ""


# ---- what is posted
def message_frame(operation_id: str, message: Outgoing, gap: str) -> bytes:
    """A MessageToPost in which `gap` stands for the document's base64."""
    paper = message.paper
    metadata = {
        "FileName": paper.file_name,
        "DocumentNumber": paper.number,
        "DocumentDate": f"{paper.issued_on:%d.%m.%Y}" if paper.issued_on else "",
    }
    attachment = {
        "SignedContent": {"Content": gap, "Signature": message.signature},
        "Comment": paper.comment,
        "NeedRecipientSignature": paper.awaits,
        "CustomDocumentId": operation_id,
        "TypeNamedId": "ReconciliationAct" if paper.kind == "reconciliation" else "Nonformalized",
        "Metadata": [{"Key": key, "Value": value} for key, value in metadata.items() if value],
        "CustomData": [{"Key": _CONTRACT, "Value": paper.contract}] if paper.contract else [],
    }
    posted = {"FromBoxId": message.from_box, "ToBoxId": message.to_box, "DocumentAttachments": [attachment]}
    return msgspec.json.encode(posted)


def patch_body(operation_id: str, patch: Patch) -> bytes:
    """A MessagePatchToPostV2."""
    about = {"ParentEntityId": patch.parent_id, "Labels": [operation_id]}
    if patch.reply == "sign":
        part: dict[str, Any] = {"Signatures": [about | ({"Signature": patch.signature} if patch.signature else {})]}
    else:
        name = "RevocationRequests" if patch.reply == "revoke" else "XmlSignatureRejections"
        part = {name: [about | {"SignedContent": {"Content": patch.text.encode()}}]}
    return msgspec.json.encode({"BoxId": patch.box_id, "MessageId": patch.message_id, **part})


def entity_sent(reply: Message, operation_id: str) -> str:
    """The identifier of what has appeared by the operation: what bears its tag, or the first that is no mere signature
    of another part. Empty: the answer does not tell."""
    entities = reply.entities or []
    for one in entities:
        info = one.document_info
        if operation_id in (one.labels or []) or (info is not None and info.custom_document_id == operation_id):
            return one.entity_id
    attached = [one.entity_id for one in entities if one.entity_type != "Signature"]
    return next(iter([*attached, *(one.entity_id for one in entities)]), "")
