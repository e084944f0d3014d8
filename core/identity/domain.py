"""Rules of identity: passwords, addresses, phones, the steps of onboarding, browsers. Pure."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import cache
from ipaddress import IPv6Address, ip_address
from itertools import islice

import msgspec
import ua_parser
from zxcvbn.frequency_lists import FREQUENCY_LISTS  # type: ignore[import-untyped]

from core.identity import errors
from core.sdk import ErrorKind
from core.values import normal_email as normal_email
from core.values import normal_phone as normal_phone

CODE_LIFETIME = timedelta(minutes=10)
CHALLENGE_LIFETIME = timedelta(minutes=30)
CODE_PAUSE = timedelta(minutes=1)
CODE_ATTEMPTS = 5
SEEN_EVERY = timedelta(minutes=5)
"""A session notes at most so often that it is in use."""
TOTP_STEP = 30
TOTP_DRIFT = 1
"""Steps by which the clock of an authenticator application may be off, either way."""
RECOVERY_CODES = 10


def broken_password_lines(password: str, email: str = "", words: Iterable[str] = ()) -> Iterator[ErrorKind]:
    """The lines of the policy (IDN-04) that a password breaks, in the order of the form.

    Besides: it is none of those that are tried first, and no word (of the supplier's list, or the name in the address)
    that is only dressed up with digits.
    """
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
    word = _letters(password)
    if password.lower() in common_passwords() or (word and word in {*words, _letters(email.partition("@")[0])}):
        yield errors.PASSWORD_COMMON


def _letters(text: str) -> str:
    return re.sub(r"[^a-z]", "", text.lower())


@cache
def common_passwords() -> frozenset[str]:
    """The 3000 commonest passwords of 8 and more characters with letters and digits, in lower case (ASVS 6.2.4)."""
    mixed = re.compile(r"(?=.*[a-z])(?=.*\d).{8,}")
    return frozenset(islice(filter(mixed.fullmatch, FREQUENCY_LISTS["passwords"]), 3000))


def folded_name(*parts: str) -> str:
    """The parts of a person's name as they are compared: one space between, lower case, «е» for «ё»."""
    return " ".join(" ".join(parts).lower().replace("ё", "е").split())


def next_step(agreed: bool, surname: str, given_name: str, phone: str) -> str:
    """The hard gate that is still closed (IDN-11): agreement, personal_data, phone; done when none is."""
    if not agreed:
        return "agreement"
    if not (surname and given_name):
        return "personal_data"
    return "done" if phone else "phone"


def seconds_left(sent_at: datetime, now: datetime) -> int:
    """Whole seconds until another code may be asked for."""
    return max(0, -int((now - sent_at - CODE_PAUSE).total_seconds() // 1))


def network(address: str) -> str:
    """What a limit counts for a network address: of version 6 the /64, since that is what one subscriber has."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is None:
        return str(IPv6Address(int(parsed) >> 64 << 64))
    return str(getattr(parsed, "ipv4_mapped", None) or parsed)


def masked(target: str) -> str:
    """`i***@example.ru`, `+7***2294`: enough for its owner, who has just given the password."""
    name, at, host = target.partition("@")
    return f"{name[0]}***@{host}" if at else f"{target[:2]}***{target[-4:]}"


class Agent(msgspec.Struct, frozen=True):
    """A browser on a system, by its User-Agent; empty where that says nothing."""

    browser: str
    browser_version: str
    system: str
    system_version: str

    @property
    def identity(self) -> str:
        """What stays the same over updates: tells browsers and devices apart, though anybody could say it."""
        return f"{self.browser}/{self.system}"


def agent(user_agent: str) -> Agent:
    """Chrome 108.0.0.0 on Windows 10; of a program that is no browser, its own name and version."""
    user_agent = "".join(letter for letter in user_agent if letter.isprintable())
    parsed = ua_parser.parse(user_agent)
    browser, system = parsed.user_agent, parsed.os
    if browser is None:
        name, _, version = user_agent.partition(" ")[0].partition("/")
        return Agent(name[:64], version[:64], *_system(system))
    found = re.search(rf"(?:{_token(browser.family)}|Version)/([\d.]+)", user_agent)
    parts = (browser.major, browser.minor, browser.patch, browser.patch_minor)
    version = ".".join(part for part in parts if part)
    full = found[1] if found and found[1].startswith(version) else version
    return Agent(browser.family, full[:64], *_system(system))


def _system(system: ua_parser.OS | None) -> tuple[str, str]:
    if system is None:
        return "", ""
    return system.family, ".".join(part for part in (system.major, system.minor, system.patch) if part)


def _token(family: str) -> str:
    return {"Edge": "Edg", "Yandex Browser": "YaBrowser", "Opera": "OPR"}.get(family, re.escape(family))
