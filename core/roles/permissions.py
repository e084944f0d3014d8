"""Permissions of roles: the rows of Table 1 about roles themselves."""

from core.sdk import ADMINISTRATOR, Permission

REQUEST = Permission("roles.request", "Запрос роли «Администратор»")
ASSIGN = Permission("roles.assign", "Назначение ролей на договор", (ADMINISTRATOR,))
REVOKE = Permission("roles.revoke", "Удаление назначенной роли", (ADMINISTRATOR,))

PERMISSIONS = (REQUEST, ASSIGN, REVOKE)
