"""What forms are made of. A field says what may be entered; where its choices and its default come from it only names.

The plugin that shows the form answers for the names: `source` of a choice («devices», «branches»), `default` of any
field («profile.phone»), so that a supplier can declare fields in TOML that nobody has programmed.
"""

from typing import Annotated, Any

import msgspec

Name = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]{0,39}$(?!\n)")]
Title = Annotated[str, msgspec.Meta(min_length=1, max_length=1500)]
Count = Annotated[int, msgspec.Meta(ge=1, le=100_000)]
Amount = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,12}(\.[0-9]{1,2})?$(?!\n)")]


class Option(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An entry of a list: what is stored, what is read, and what else helps to tell it from others."""

    value: str
    title: str
    details: dict[str, str] = {}


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="type"):
    """What all fields have in common."""

    name: Name
    title: Title
    required: bool = True
    when: dict[Name, list[bool | str]] = {}
    """The field is there only while each of the fields named has one of the values; otherwise it is not stored."""
    default: str = ""
    """Name of what it is filled with to begin with; the client may change it."""
    block: str = ""
    """Heading under which it stands."""
    hint: str = ""


class Text(Part, frozen=True, tag="text"):
    """A text; `lines`: it may have several."""

    most: Count = 255
    """Characters."""
    lines: bool = False


class PhoneField(Part, frozen=True, tag="phone"):
    """A Russian phone number in any usual writing; stored as `+7XXXXXXXXXX`.

    `Phone` to those who declare forms; in the API description that name is identity's.
    """


class Email(Part, frozen=True, tag="email"):
    """An address; stored in lower case."""


class Inn(Part, frozen=True, tag="inn"):
    """A taxpayer's number of 10 or 12 digits with right check digits."""


class Choice(Part, frozen=True, tag="choice"):
    """One of a list: `options`, or those of a `source` (a contract, a device, a branch)."""

    options: list[Option] = []
    source: str = ""


class Flag(Part, frozen=True, tag="flag"):
    """A check box. Nothing sent means not ticked; `required`: it has to be ticked."""


class Addresses(Part, frozen=True, tag="addresses"):
    """A list of addresses that grows with «+»; each entry must be filled."""

    most: Count = 50
    """Entries."""
    length: Count = 500
    """Characters of each."""


class Day(Part, frozen=True, tag="date"):
    """A calendar day."""

    past: bool = True
    """False: today at the earliest."""


class Hours(Part, frozen=True, tag="hours"):
    """A time of day from and to: `{"from": "08:00", "to": "16:00"}`."""


class Sum(Part, frozen=True, tag="money"):
    """An amount in roubles, a string of at most two places."""

    least: Amount = "0"
    most: Amount = "999999999999"


class FileField(Part, frozen=True, tag="file"):
    """A kind of document. Its value is the list of the files' identifiers; the files come by another way."""

    many: bool = False
    most: Count = 50
    """Files, where there may be many."""
    suffix: str = ""
    """The only ending of names that is taken, in lower case: `.cer`."""
    url: str = ""
    """Where the blank form can be fetched («Скачать форму с сайта»)."""


Field = Text | PhoneField | Email | Inn | Choice | Flag | Addresses | Day | Hours | Sum | FileField
Values = dict[str, Any]


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A page of a form."""

    name: Name
    title: Title
    fields: list[Field] = []
    shows: str = ""
    """Name of what it shows besides, to be read only."""

    def files(self) -> list[FileField]:
        """The fields that are documents."""
        return [field for field in self.fields if isinstance(field, FileField)]
