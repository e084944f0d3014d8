"""Adapters of the port `signatures`."""
