"""Bodies of identity's calls."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec

Email = Annotated[str, msgspec.Meta(min_length=1, max_length=254, examples=["energetik@example.ru"])]
Password = Annotated[
    str, msgspec.Meta(min_length=1, max_length=200, description="Latin letters, 8 or more characters.")
]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
Line = Annotated[str, msgspec.Meta(max_length=250)]
Transport = Literal["bearer", "cookie"]


class Registration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A new account. `agreement` must be true. `transport` cookie: the token goes into a cookie, not into the body."""

    email: Email
    password: Password
    agreement: bool = False
    advertising: bool = False
    transport: Transport = "bearer"


class Agreement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The explicit acceptance: only true is taken."""

    accepted: Literal[True]


class SignIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Credentials of a client or of staff."""

    email: Email
    password: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    transport: Transport = "bearer"


class EmailCodeEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The five digits of the letter."""

    code: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{5}$", examples=["04417"])]


class PersonalData(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """«Личные данные»: surname and given name are required."""

    surname: Name
    given_name: Name
    patronymic: Line = ""
    organisation: Line = ""
    position: Line = ""
    address: Line = ""


class Phone(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A Russian phone number in any usual form."""

    phone: Annotated[str, msgspec.Meta(min_length=1, max_length=40, examples=["+7 921 866-22-94"])]


class Me(msgspec.Struct, frozen=True):
    """Who is signed in and what the registration still lacks."""

    account_id: str
    kind: Literal["client", "staff"]
    email: str
    email_confirmed: bool
    step: str
    """agreement, personal_data, phone: do this next; done: everything is open."""
    scopes: list[str]
    code_seconds_left: int
    """Seconds until another code may be asked for."""


class Opened(msgspec.Struct, frozen=True):
    """An opened session. `token` is null for the cookie transport; `csrf` is what a browser echoes in X-CSRF-Token."""

    token: str | None
    csrf: str
    expires_at: datetime
    me: Me


class Profile(msgspec.Struct, frozen=True):
    """«Профиль»"""

    email: str
    email_confirmed: bool
    surname: str
    given_name: str
    patronymic: str
    organisation: str
    position: str
    address: str
    phone: str
    advertising: bool
    agreement_version: str | None
    agreement_accepted_at: datetime | None


class CodeSent(msgspec.Struct, frozen=True):
    """A code is on its way."""

    email: str
    seconds_left: int
