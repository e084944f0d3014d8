"""What a role may do here."""

from core.sdk import Permission

FILE = Permission("appeals.file", "Подача обращений по договору")

PERMISSIONS = (FILE,)
