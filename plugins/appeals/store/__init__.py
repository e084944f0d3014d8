"""Queries of appeals."""
