"""Household as a plugin."""

from core.sdk import Hooks


class HouseholdPlugin(Hooks):
    """Table of contents."""

    name = "household"
