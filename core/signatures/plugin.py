"""Signatures as a part of the core."""

from core.sdk import Hooks


class SignaturesPlugin(Hooks):
    """Table of contents."""

    name = "signatures"
