"""`[plugins.help]`"""

from typing import Annotated

import msgspec

Link = Annotated[str, msgspec.Meta(pattern=r"^(https?://\S+)?$(?!\n)")]


class HelpSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who the supplier is to its clients; the name and the portal's URL stand in `[host]`."""

    support_email: Annotated[str, msgspec.Meta(pattern=r"^([^\s@]+@[^\s@]+)?$(?!\n)")] = ""
    """Where clients write when the cabinet gives them trouble."""
    application_form: Link = ""
    """Page of the supplier's site with the form of an application."""
