"""What a role may do here (ROL-13)."""

from core.sdk import Permission

SUBMIT = Permission("readings.submit", "Передача показаний", ("Администратор", "Руководитель", "Энергетик"))
"""To see the form of a contract's readings and to submit them."""
