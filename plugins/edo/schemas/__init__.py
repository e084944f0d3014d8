"""Shapes of electronic documents on the wire."""
