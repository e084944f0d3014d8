"""Use cases of contracts: links, the card, annexes and contacts."""
