"""Use cases of electronic documents."""
