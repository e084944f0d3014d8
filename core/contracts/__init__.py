"""Contracts: the cabinet's copy of the company's contracts and what stands under them, and who is linked to which."""
