"""Permissions of electronic documents: those of the documents (ROL-25), so «Энергетик» is left out."""

from core.sdk import Permission

_ROLES = ("Администратор", "Руководитель", "Бухгалтер")
VIEW = Permission("edo.view", "Просмотр электронных документов", _ROLES)
SIGN = Permission("edo.sign", "Создание, подписание и отклонение электронных документов", _ROLES)
PERMISSIONS = (VIEW, SIGN)
