"""`[plugins.edo]`"""

from typing import Annotated

import msgspec


class EdoSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of electronic documents."""

    codes_per_hour: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 20
    """So many codes for signing an account may ask for."""
    created_per_hour: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 100
    """So many documents an account may create."""
    poll_minutes: Annotated[int, msgspec.Meta(ge=1, le=1440)] = 5
    """An operator is asked for events so often."""
    poll_page: Annotated[int, msgspec.Meta(ge=1, le=100)] = 100
    """Steps that an operator is asked for at once; each page is one transaction."""
    poll_pages: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 100
    """Pages of one poll; the rest comes with the next one."""
    file_bytes: Annotated[int, msgspec.Meta(ge=1, le=100_000_000)] = 50_000_000
    """The largest file of a document, from either side."""
