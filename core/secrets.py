"""Confirmation codes, link tokens and session tokens.

Codes and link tokens are derived, not stored: HMAC-SHA256 of the host's secret key over a purpose and the identifier
of the thing confirmed. A stolen database holds nothing to guess from (a hashed five-digit code would fall at once), and
a letter that has to be sent twice carries the same code.
"""

import hashlib
import hmac
import secrets
from base64 import b32encode, urlsafe_b64encode

SESSION_PREFIX = "abs_"
SERVICE_PREFIX = "abk_"
CHALLENGE_PREFIX = "abc_"
DEVICE_PREFIX = "abd_"


class Secrets:
    """Derives and checks what only this host can know."""

    def __init__(self, key: bytes) -> None:
        if len(key) < 32:
            raise ValueError("the host's secret key must be at least 32 bytes")
        self._key = key

    def code(self, purpose: str, subject: str, digits: int = 5) -> str:
        """The decimal code that confirms `subject`."""
        number = int.from_bytes(self._mac("code", purpose, subject)[:8], "big")
        return f"{number % 10**digits:0{digits}d}"

    def token(self, purpose: str, subject: str) -> str:
        """The link token `subject.signature` that proves the link came out of our letter."""
        mac = urlsafe_b64encode(self._mac("token", purpose, subject)[:24]).decode()
        return f"{subject}.{mac}"

    def password(self, purpose: str, subject: str) -> str:
        """The first password of an account that was opened for somebody; keeps every line of the password policy."""
        mac = urlsafe_b64encode(self._mac("password", purpose, subject)).decode()
        return "Aa1" + "".join(letter for letter in mac if letter.isalnum())[:13]

    def subject_of(self, purpose: str, token: str) -> str | None:
        """The identifier inside a genuine token, None for any other text."""
        subject, _, _ = token.rpartition(".")
        genuine = subject and hmac.compare_digest(self.token(purpose, subject).encode(), token.encode())
        return subject if genuine else None

    def matches(self, purpose: str, subject: str, code: str) -> bool:
        """Whether `code` is the one for `subject`; takes the same time either way."""
        return hmac.compare_digest(self.code(purpose, subject).encode(), code.encode())

    def base32(self, purpose: str, subject: str) -> str:
        """A secret of 160 bits to share with an authenticator application, as these take it (RFC 4648)."""
        return b32encode(self._mac("shared", purpose, subject)[:20]).decode()

    def seed(self, purpose: str) -> bytes:
        """32 bytes for a key pair of ours: the public key stays the same as long as the host's key does."""
        return self._mac("seed", purpose)

    def _mac(self, *parts: str) -> bytes:
        return hmac.digest(self._key, "\x00".join(parts).encode(), "sha256")


def new_token(prefix: str) -> str:
    """An opaque bearer token with 256 bits of chance; the prefix tells its kind to the guard and to leak scanners."""
    return prefix + secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What is stored of a token. Plain SHA-256 is enough for 256 random bits."""
    return hashlib.sha256(token.encode()).hexdigest()


def csrf_token(token: str) -> str:
    """The value that a browser must echo in `X-CSRF-Token`; derived, so it needs no storage."""
    return hashlib.sha256(b"csrf\x00" + token.encode()).hexdigest()[:32]
