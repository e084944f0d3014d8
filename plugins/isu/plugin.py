"""Isu as a plugin."""

from core.sdk import Hooks


class IsuPlugin(Hooks):
    """Table of contents."""

    name = "isu"
