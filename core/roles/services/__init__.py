"""Use cases of roles: the catalogue, assigning, requests, and what staff does."""
