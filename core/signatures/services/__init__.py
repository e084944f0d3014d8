"""Use cases of signatures."""
