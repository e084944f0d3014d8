"""Interval data: what passed a metering point in each half-hour or hour of a day."""
