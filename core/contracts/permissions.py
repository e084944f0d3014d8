"""Permissions of contracts: Table 1 of the manual."""

from core.sdk import Permission

VIEW = Permission("contracts.view", "Отображение информации по договору")
ANNEXES = Permission("contracts.annexes", "Отображение приложений к договору")
REMOVE = Permission("contracts.remove", "Удаление договора")

PERMISSIONS = (REMOVE, VIEW, ANNEXES)
