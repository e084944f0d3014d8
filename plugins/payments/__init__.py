"""Payments: what a contract owes, how it is paid, and the documents and payments that the company has recorded."""
