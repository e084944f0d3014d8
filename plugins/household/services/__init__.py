"""Use cases of household accounts."""
