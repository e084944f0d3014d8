"""Words that the wire, the tables and the rules share."""

from typing import Literal

Level = Literal["energy_object", "connection_point", "metering_point", "device"]
NodeLevel = Literal["connection_point", "metering_point", "device"]
"""Levels that the platform gives; the first is the company's."""
Channel = Literal["A+", "A-", "R+", "R-"]
ReadingKind = Literal["day_end", "month_end", "consumption", "current"]
ArchiveKind = Literal["day_end", "month_end", "consumption", "current", "profile"]
FileForm = Literal["xlsx", "csv", "green_button"]
EventKind = Literal[
    "power",
    "currents",
    "switching",
    "corrections",
    "influences",
    "connections",
    "access",
    "diagnostics",
    "tangent",
    "other",
]
"""«Вид события»"""
Criticality = Literal["critical", "not_critical"]
"""«Тип события»"""
