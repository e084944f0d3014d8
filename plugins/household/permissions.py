"""Permissions of household accounts that are attached to a contract; those of a client's own need no role."""

from core.sdk import Permission

_ROLES = ("Администратор", "Руководитель", "Энергетик")
ENTER = Permission("household.enter", "Ввод и передача показаний по ЛС бытовых потребителей", _ROLES)
HISTORY = Permission("household.history", "История показаний бытовых потребителей", _ROLES)
PERMISSIONS = (ENTER, HISTORY)
