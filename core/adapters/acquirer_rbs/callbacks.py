"""Callbacks of the RBS family: signed parameters in the query or in a form."""

import hmac
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import parse_qsl

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from cryptography.x509 import load_pem_x509_certificate

from core.adapters.acquirer_http import without_cards
from core.config import ConfigError
from core.ports.acquirer import ORDER_NUMBER, Callback, CallbackRefused, Hint

Check = Callable[[bytes, str], bool]
"""(what was signed, the checksum as sent) -> whether they belong together"""
_UNSIGNED = ("checksum", "sign_alias")
_MAX_PARAMETERS = 60
_MAX_BODY = 16_384
_ORDER_ID = re.compile(r"[0-9A-Za-z-]{0,64}", re.ASCII)
_NUMBER = re.compile(ORDER_NUMBER, re.ASCII)
_EVENT = re.compile(r"[0-9A-Za-z_.]{1,64}", re.ASCII)


def read_callback(callback: Callback, check: Check) -> Hint:
    """Which order a genuine callback is about; both names empty: about none. Raises CallbackRefused."""
    fields = _parameters(callback)
    checksum = fields.get("checksum", "")
    if not checksum or not check(signed_text(fields), checksum):
        raise CallbackRefused("the signature is wrong or missing")
    order_id, number, event = (fields.get(name, "") for name in ("mdOrder", "orderNumber", "operation"))
    # The signed text has no escapes, so a strict form of what we read is what keeps its parts apart.
    sound = _ORDER_ID.fullmatch(order_id) and _EVENT.fullmatch(event) and (not number or _NUMBER.match(number))
    if not sound or bool(order_id) != bool(number):
        raise CallbackRefused("the parameters are not as agreed")
    return Hint(order_id, number, without_cards(event))


def signed_text(fields: Mapping[str, str]) -> bytes:
    """What the bank signs: `name;value;` of every parameter but the signature's own, by name."""
    return "".join(f"{name};{fields[name]};" for name in sorted(fields) if name not in _UNSIGNED).encode()


def by_hmac(key: bytes) -> Check:
    """HMAC-SHA256 with a shared key, in hexadecimal digits."""

    def check(text: bytes, checksum: str) -> bool:
        expected = hmac.digest(key, text, "sha256").hex().upper()
        return hmac.compare_digest(expected.encode(), checksum.upper().encode())

    return check


def by_certificate(file: str, where: str) -> Check:
    """RSA with SHA-512 and the bank's key. Raises ConfigError for a file that holds none."""
    key = _public_key(file, where)

    def check(text: bytes, checksum: str) -> bool:
        try:
            key.verify(bytes.fromhex(checksum), text, PKCS1v15(), SHA512())
        except (ValueError, InvalidSignature):
            return False
        return True

    return check


def _public_key(file: str, where: str) -> RSAPublicKey:
    try:
        pem = Path(file).read_bytes()
        key = load_pem_x509_certificate(pem).public_key() if b"CERTIFICATE" in pem else load_pem_public_key(pem)
    except (OSError, ValueError) as error:
        raise ConfigError(f"{where} {file!r}: {error}") from error
    if not isinstance(key, RSAPublicKey):
        raise ConfigError(f"{where} {file!r}: not an RSA key")
    return key


def _parameters(callback: Callback) -> dict[str, str]:
    if len(callback.body) > _MAX_BODY or len(callback.query) > _MAX_BODY:
        raise CallbackRefused("too long")
    try:
        text = callback.query or callback.body.decode()
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=_MAX_PARAMETERS, errors="strict")
    except ValueError as error:
        raise CallbackRefused("the parameters cannot be read") from error
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise CallbackRefused("a parameter comes twice")
    return fields
