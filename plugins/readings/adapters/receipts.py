"""Receipts for files: JSON signed as a compact JWS, and XML in the style of layout 60091."""

import hashlib
from base64 import urlsafe_b64encode
from xml.sax.saxutils import escape, quoteattr

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from plugins.readings.schemas.intervals import IntervalReceipt, IntervalReceiptKey

RECEIPT_LAYOUT = "60091"
_ENCODER = msgspec.json.Encoder()


def public_key(seed: bytes) -> IntervalReceiptKey:
    """The verification key of the pair that `seed` (32 bytes) makes; its identifier is its thumbprint (RFC 7638)."""
    x = _base64(Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw())
    thumbprint = hashlib.sha256(f'{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}'.encode()).digest()
    return IntervalReceiptKey(x, _base64(thumbprint))


def sign(receipt: IntervalReceipt, seed: bytes) -> str:
    """A compact JWS that holds the receipt."""
    header = _ENCODER.encode({"alg": "EdDSA", "typ": "JWS", "kid": public_key(seed).kid})
    signed = f"{_base64(header)}.{_base64(_ENCODER.encode(receipt))}"
    return f"{signed}.{_base64(Ed25519PrivateKey.from_private_bytes(seed).sign(signed.encode()))}"


def _base64(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def as_xml(receipt: IntervalReceipt) -> bytes:
    """The same for programs of the wholesale market: message, file, result, errors."""
    stamp = f"{receipt.issued_at:%Y%m%d%H%M%S}"
    points = "".join(
        f"    <measuringpoint name={quoteattr(point.title)}>\n"
        + "".join(f"      <error>{escape(reason)}</error>\n" for reason in point.reasons)
        + "    </measuringpoint>\n"
        for point in receipt.refused_points
    )
    errors = "".join(f"    <error>{escape(reason)}</error>\n" for reason in receipt.reasons)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<message class="{RECEIPT_LAYOUT}" version="1" number={quoteattr(receipt.file_id)}>\n'
        f"  <datetime><timestamp>{stamp}</timestamp></datetime>\n"
        f"  <sender><name>{escape(receipt.issuer)}</name></sender>\n"
        f"  <file name={quoteattr(receipt.file_name)} size={quoteattr(str(receipt.size))} "
        f"sha256={quoteattr(receipt.sha256)} received={quoteattr(f'{receipt.received_at:%Y%m%d%H%M%S}')}>\n"
        f"    <status>{escape(receipt.status)}</status>\n"
        f'    <result loaded="{receipt.loaded}" unchanged="{receipt.unchanged}" refused="{receipt.refused}"/>\n'
        f"{errors}{points}  </file>\n</message>\n"
    ).encode()
