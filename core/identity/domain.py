"""Rules of identity: passwords, addresses, phones, the steps of onboarding. Pure."""

import re
from collections.abc import Iterator
from datetime import timedelta

from core.identity import errors
from core.sdk import ErrorKind

CODE_LIFETIME = timedelta(minutes=30)
CODE_PAUSE = timedelta(minutes=1)
CODE_ATTEMPTS = 5
_EMAIL = re.compile(r"^[^\s@<>()\[\],;:\\\"]{1,64}@(?=.{4,253}$)([^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_]{2,63}$")


def normal_email(text: str) -> str | None:
    """The address in lower case, None when it is malformed."""
    return text.lower() if _EMAIL.match(text) and len(text) <= 254 else None


def broken_password_lines(password: str) -> Iterator[ErrorKind]:
    """The lines of the policy (IDN-04) that a password breaks, in the order of the form."""
    if any(letter.isalpha() and not letter.isascii() for letter in password):
        yield errors.PASSWORD_LATIN
    if len(password) < 8:
        yield errors.PASSWORD_LENGTH
    if not re.search(r"[A-Z]", password):
        yield errors.PASSWORD_UPPER
    if not re.search(r"[a-z]", password):
        yield errors.PASSWORD_LOWER
    if not re.search(r"[0-9]", password):
        yield errors.PASSWORD_DIGIT
    if re.search(r"\s", password):
        yield errors.PASSWORD_SPACE


def normal_phone(text: str) -> str | None:
    """`+7XXXXXXXXXX` for any usual way of writing it, None for anything else."""
    if not re.fullmatch(r"\+?[\d\s()-]{10,24}", text, re.ASCII):
        return None
    digits = re.sub(r"\D", "", text)
    if len(digits) == 11 and digits[0] in "78":
        digits = digits[1:]
    elif text.startswith("+"):
        return None
    return f"+7{digits}" if len(digits) == 10 else None


def next_step(agreed: bool, surname: str, given_name: str, phone: str) -> str:
    """The hard gate that is still closed (IDN-11): agreement, personal_data, phone; done when none is."""
    if not agreed:
        return "agreement"
    if not (surname and given_name):
        return "personal_data"
    return "done" if phone else "phone"
