"""Kinds of notifications. Whoever asked for a reminder gets it (NTF-14), and nobody else."""

from core.sdk import NotificationKind

_SUBMIT = "readings.submit"

WINDOW_OPENS = NotificationKind(
    "readings.window_opens", "О начале периода передачи показаний", permission=_SUBMIT, reminds="start"
)
WINDOW_CLOSES = NotificationKind(
    "readings.window_closes", "Об окончании периода передачи показаний", permission=_SUBMIT, reminds="end"
)

KINDS = (WINDOW_OPENS, WINDOW_CLOSES)
