"""Ports: what the cabinet asks of the outside world, as typed protocols. Exactly one adapter answers for each."""
