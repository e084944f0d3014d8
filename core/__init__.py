"""Abonent's core: identity, contracts, roles, notifications, and the host that runs plugins."""

__version__ = "0.1.0"
