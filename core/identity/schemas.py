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
Channel = Literal["email", "phone", "totp"]
Method = Literal["code", "totp", "recovery_code"]
Secret = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
"""A password or a token to be checked: whatever it looks like, only the right one is right."""
FiveDigits = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{5}$(?!\n)", examples=["04417"])]
SixDigits = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{6}$(?!\n)", examples=["492039"])]


class Registration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A new account. `agreement` must be true. `transport` cookie: the token goes into a cookie, not into the body."""

    email: Email
    password: Password
    agreement: bool = False
    advertising: bool = False
    transport: Transport = "bearer"


class Agreement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """«Я принимаю пользовательское соглашение»: must be true."""

    agreement: bool


class SignIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Credentials of a client or of staff. `device`: the token that was given when this device was confirmed."""

    email: Email
    password: Secret
    device: Annotated[str, msgspec.Meta(max_length=200)] = ""
    transport: Transport = "bearer"


class SignInConfirmation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The answer to a challenge. `code` is what was sent (five digits), what the application shows (six), or an unused
    recovery code, by `method`."""

    challenge: Secret
    code: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    method: Method = "code"
    transport: Transport = "bearer"


class SignInCodeRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Asks for another code. Without `channel` it goes where the profile says."""

    challenge: Secret
    channel: Literal["email", "phone"] | None = None


class EmailCodeEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The five digits of the letter."""

    code: FiveDigits


class RecoveryRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The address that somebody registered with."""

    email: Email


class RecoveryAsked(msgspec.Struct, frozen=True):
    """If somebody is registered with the address, a letter is on its way."""

    minutes: int
    """The link works for so long."""


class NewPassword(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A new password, by the token of the letter's link."""

    token: Secret
    password: Password


class PasswordChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """«Изменение пароля»"""

    old_password: Secret
    new_password: Password
    new_password_again: Password


class EmailChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Another e-mail address."""

    email: Email


class AccountDeletion(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """«Удалить аккаунт»: `confirmed` must be true, and the password right."""

    password: Secret
    confirmed: bool = False


class OwnPassword(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The caller's password once more, before something that a session left open must not be enough for."""

    password: Secret


class TwoFactorSwitch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """«Запрашивать подтверждение при входе с нового устройства/браузера». Without `channel` it stays as it is."""

    on: bool
    channel: Channel | None = None


class TotpCodeEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The six digits that the application shows."""

    code: SixDigits


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
    device: str | None = None
    """After a confirmation: keep it, and send it with the next sign-in. A browser gets it as a cookie instead."""
    status: Literal["opened"] = "opened"


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
    two_factor: bool
    agreement_version: str | None
    agreement_accepted_at: datetime | None


class ConfirmationNeeded(msgspec.Struct, frozen=True):
    """No session yet: confirm that it is you. `methods` says what is taken."""

    challenge: str
    expires_at: datetime
    sent_to: str | None
    """Where the code went, in part; null: the application shows it."""
    seconds_left: int
    """Seconds until another code may be asked for."""
    methods: list[Method]
    status: Literal["confirmation_needed"] = "confirmation_needed"


class SignInCodeSent(msgspec.Struct, frozen=True):
    """A code is on its way."""

    sent_to: str
    seconds_left: int


class SessionItem(msgspec.Struct, frozen=True):
    """A line of «Сессии». Moments are to the second."""

    id: str
    browser: str
    browser_version: str
    system: str
    system_code: str
    """`windows-10`"""
    address: str
    opened_at: datetime
    last_seen_at: datetime
    """To some minutes."""
    live: bool
    current: bool
    """The session that this call was made with: «Текущая»."""


class SessionsEnded(msgspec.Struct, frozen=True):
    """How many sessions were ended."""

    count: int


class TwoFactor(msgspec.Struct, frozen=True):
    """«Двухфакторная аутентификация»"""

    on: bool
    channel: Channel
    """How a new device is confirmed: a code by letter or message, or the application."""
    channels: list[Channel]
    """What may be chosen now."""
    totp_confirmed: bool
    recovery_codes_left: int


class TotpEnrolment(msgspec.Struct, frozen=True):
    """What an authenticator application needs, shown this once: `link` as a QR code, or `secret` typed in."""

    secret: str
    link: str
    expires_at: datetime
    """Confirm by then."""


class RecoveryCodes(msgspec.Struct, frozen=True):
    """One-time codes, shown this once."""

    codes: list[str]


class CodeSent(msgspec.Struct, frozen=True):
    """A code is on its way."""

    email: str
    seconds_left: int
