"""Readings: what the meters of a contract show, sent by the client and answered by billing."""
