"""Use cases of imports."""
