"""Edo as a plugin."""

from core.sdk import Hooks


class EdoPlugin(Hooks):
    """Table of contents."""

    name = "edo"
