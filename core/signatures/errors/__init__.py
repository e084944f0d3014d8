"""What signatures refuse: files of certificates, registrations, signatures, powers of attorney."""

from core.sdk import ErrorKind
from core.signatures.errors import certificates, powers, verification

ERRORS: tuple[ErrorKind, ...] = tuple(
    value
    for module in (certificates, verification, powers)
    for value in list(vars(module).values())
    if isinstance(value, ErrorKind)
)
