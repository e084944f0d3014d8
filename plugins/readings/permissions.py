"""What a role may do here (ROL-13, ROL-14)."""

from core.sdk import Permission

_ROLES = ("Администратор", "Руководитель", "Энергетик")

SUBMIT = Permission("readings.submit", "Передача показаний", _ROLES)
"""To see the form of a contract's readings and to submit them."""
HISTORY = Permission("readings.history", "Просмотр истории показаний", _ROLES)
"""To see what was submitted and accepted in former months, and the peak hours."""
