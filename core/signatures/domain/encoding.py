"""The encodings in which a signature arrives."""

import binascii
import re
from base64 import b64decode

MOST_BYTES = 512 * 1024
"""Of a signature in DER: CAdES XLT1 with its certificates, answers and stamps is some 30 KB, a CRL inside it more."""
MOST_RECEIVED = MOST_BYTES * 3 // 2
_ARMOUR = re.compile(rb"-----BEGIN [A-Z0-9 ]{1,40}-----([^-]*)-----END [A-Z0-9 ]{1,40}-----")


class NotEncoded(ValueError):
    """Neither DER nor base64."""


def decoded(received: bytes) -> bytes:
    """The DER of a signature given as DER, as base64 (with line breaks, with a BOM) or as PEM. Raises NotEncoded."""
    if received[:1] == b"\x30" and received[1:2] >= b"\x80":  # base64 has ASCII there
        return received
    text = received.removeprefix(b"\xef\xbb\xbf").strip()
    if armoured := _ARMOUR.fullmatch(text):
        text = armoured[1]
    try:
        return b64decode(re.sub(rb"[\r\n\t ]", b"", text), validate=True)
    except (binascii.Error, ValueError) as error:
        raise NotEncoded from error
