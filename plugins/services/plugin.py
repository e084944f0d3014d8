"""Services as a plugin."""

from core.sdk import Hooks


class ServicesPlugin(Hooks):
    """Table of contents."""

    name = "services"
