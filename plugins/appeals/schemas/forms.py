"""Kinds, the wizard and drafts."""

from typing import Annotated, Any, Literal

import msgspec

from core.forms.public import Field, Option
from core.ports.organisations import Party

Tab = Literal["open", "drafts", "closed"]
State = Literal["filling", "draft", "sending", "open", "closed"]
Base64 = Annotated[str, msgspec.Meta(min_length=1, max_length=800_000)]


class AppealKindItem(msgspec.Struct, frozen=True):
    """A kind of appeals in the catalogue, and the choices of «Тип обращения» that lead to it."""

    name: str
    title: str
    topic: str
    sections: list[str]
    subsections: list[str]
    contract: Literal["required", "optional", "none"]
    signed: bool
    drafts: bool
    steps: list[str]
    """Titles, in their order."""


class AppealKindStep(msgspec.Struct, frozen=True):
    """A step of a form, and the JSON Schema of its values."""

    name: str
    title: str
    position: int
    """k of «k из n»."""
    total: int
    fields: list[Field]
    shows: str
    """Not empty: it shows something to be read only."""
    json_schema: dict[str, Any]


class AppealKindForm(AppealKindItem, frozen=True):
    """A kind with everything that a client needs to draw it."""

    forms: list[AppealKindStep]


class AppealValues(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is filled in on a step: field -> value. Files are attached apart and are not named here."""

    values: dict[str, Any]


class AppealPoint(msgspec.Struct, frozen=True):
    """A step in the progress counter."""

    name: str
    title: str
    done: bool


class AppealShown(msgspec.Struct, frozen=True):
    """A value to be read."""

    name: str
    value: str


class AppealFile(msgspec.Struct, frozen=True):
    """A file of an appeal."""

    id: str
    field: str
    """`<step>.<field>`; empty: of the dialogue."""
    name: str
    media_type: str
    size: int
    sha256: str
    """Hexadecimal."""
    signed: bool
    ready: bool
    """False: the company has named it and not sent it yet."""


class AppealSlot(msgspec.Struct, frozen=True):
    """A kind of documents on the step shown."""

    field: str
    upload: bool
    """Another file is taken."""


class AppealFailure(msgspec.Struct, frozen=True):
    """Why the last sending failed."""

    code: str
    text: str


class AppealForm(msgspec.Struct, frozen=True):
    """An appeal that is being filled in, at one of its steps."""

    id: str
    kind: str
    state: State
    title: str
    step: AppealKindStep
    """The step asked for; without one the first that is not done."""
    current: int
    """Number of the first step that is not done, from 1."""
    total: int
    steps: list[AppealPoint]
    values: dict[str, dict[str, Any]]
    """step -> field -> value, of the steps that are done."""
    defaults: dict[str, Any]
    """What the fields of the step shown are filled with to begin with."""
    choices: dict[str, list[Option]]
    """Lists of the step shown whose source is not the form itself."""
    slots: list[AppealSlot]
    shown: list[AppealShown]
    """What the step shows to be read only."""
    files: list[AppealFile]
    to_sign: list[AppealFile]
    """Documents that need a signature, with the digest of what is stored."""
    party: Party | None
    failure: AppealFailure | None


class AppealSignature(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A detached CMS signature of a stored file."""

    file_id: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    signature: Base64


class AppealPower(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A machine-readable power of attorney (МЧД) and the principal's signature of it, both in base64."""

    xml: Base64
    signature: Base64


class AppealSubmission(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """«Подписать и отправить», «Отправить»: signatures of every document, none for unsigned kinds."""

    signatures: Annotated[list[AppealSignature], msgspec.Meta(max_length=2000)] = []
    power: AppealPower | None = None


class AppealSending(msgspec.Struct, frozen=True):
    """The sending has begun."""

    id: str
    state: State
    text: str


class AppealOrganisations(msgspec.Struct, frozen=True):
    """What a directory knows of an INN."""

    items: list[Party]
    text: str
    """What to do when nobody was found; empty otherwise."""
