"""Use cases of help."""
