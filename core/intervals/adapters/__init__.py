"""Formats that interval data are given out in. Each writes piece by piece from days that are read already."""
