"""Household accounts of apartment houses: their readings in bulk."""
