"""Appeals as a plugin."""

from core.sdk import Hooks


class AppealsPlugin(Hooks):
    """Table of contents."""

    name = "appeals"
