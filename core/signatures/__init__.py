"""Certificates of clients and electronic signatures: registry, verification, evidence."""
