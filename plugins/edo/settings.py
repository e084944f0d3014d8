"""`[plugins.edo]`"""

from typing import Annotated

import msgspec


class EdoSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of electronic documents."""

    codes_per_hour: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 20
    """So many codes for signing an account may ask for."""
    created_per_hour: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 100
    """So many documents an account may create."""
    file_bytes: Annotated[int, msgspec.Meta(ge=1, le=100_000_000)] = 50_000_000
    """The largest file of a document, from either side."""
