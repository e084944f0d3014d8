"""What a role may do here (ROL-15 to ROL-20)."""

from core.sdk import Permission

_ROLES = ("Администратор", "Руководитель", "Бухгалтер")

BILLS = Permission("payments.bills", "Отображение неоплаченных платежных документов по договору", _ROLES)
DEBT = Permission("payments.debt", "Отображение информации о задолженности по договору", _ROLES)
PAY = Permission("payments.pay", "Совершение платежа по договору", _ROLES)
HISTORY = Permission("payments.history", "Отображение истории платежей по договору", _ROLES)
DOCUMENTS = Permission("payments.documents", "Отображение истории документов по договору", _ROLES)
ACTS = Permission("payments.acts", "Запрос акта сверки", _ROLES)

PERMISSIONS = (BILLS, DEBT, PAY, HISTORY, DOCUMENTS, ACTS)
