"""`[plugins.household]`"""

from typing import Annotated

import msgspec


class HouseholdSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of household accounts."""

    notice_text: str = ""
    """Shown at the menu entry: where the previous version of the cabinet is. Empty: nothing."""
    notice_link: str = ""
    """The sign-in page of the previous version."""
    notice_title: str = "Перейти в предыдущую версию личного кабинета"
    """Text of the link."""
    decimals: Annotated[int, msgspec.Meta(ge=0, le=6)] = 2
    """So many digits a reading may have after the point."""
    answer_seconds: Annotated[int, msgspec.Meta(ge=1, le=86400)] = 900
    """So long a transmission waits for billing before it says that not everything was passed."""
    months_back: Annotated[int, msgspec.Meta(ge=0, le=24)] = 2
    """So many months before the current one the history reaches back."""
