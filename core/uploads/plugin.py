"""Uploads as a part of the core."""

from core.sdk import Hooks


class UploadsPlugin(Hooks):
    """Table of contents."""

    name = "uploads"
