"""`[plugins.imports]` of the host's TOML."""

from typing import Annotated

import msgspec

Days = Annotated[int, msgspec.Meta(ge=1)]


class ImportSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How long files are kept, and how many may wait."""

    staged_days: Days = 7
    """A file that was never sent goes after so many days without a change."""
    kept_days: Days = 1100
    """A file that was sent, and what became of it, goes after so many days."""
    staged_files: Annotated[int, msgspec.Meta(ge=1)] = 50
    """So many unsent files of one person may lie at a contract."""
