"""Permissions of contracts: Table 1 of the manual."""

from core.sdk import Permission

VIEW = Permission("contracts.view", "Отображение информации по договору")

PERMISSIONS = (VIEW,)
