"""Shapes on the wire. Money is a decimal string in roubles with two decimals: `"3375720.97"`."""
