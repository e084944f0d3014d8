"""GOST R 34.10-2012 (signatures) and GOST R 34.11-2012 (Streebog): the algorithms alone, without any format."""
