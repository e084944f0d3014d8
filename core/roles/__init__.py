"""Roles: who does what on a contract, how a role is given, asked for and taken away."""
