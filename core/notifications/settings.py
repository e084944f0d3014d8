"""`[plugins.notifications]`"""

from typing import Annotated

import msgspec

_Positive = Annotated[int, msgspec.Meta(gt=0)]


class NotificationsSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Letters, files, mailings."""

    templates: str = ""
    """A folder with the supplier's own templates of letters; empty: the built-in ones."""
    magazine: str = "Подписка на журнал «ЭнергодIALOG»"
    """Title of the magazine's switch."""
    max_file: _Positive = 20_000_000
    """Bytes of one file of a publication."""
    deliveries_days: _Positive = 90
    """What became of a letter is known for so long."""
    notices_days: Annotated[int, msgspec.Meta(ge=0)] = 1095
    """Notifications are removed so long after their day, or after the end of their period; 0: never.

    What is shown until it is closed stays."""
    mailing_batch: _Positive = 500
    """Letters of a mailing that one transaction orders."""
