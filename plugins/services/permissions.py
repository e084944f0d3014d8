"""What a role may do here."""

from core.sdk import Permission

ORDER = Permission("services.order", "Заказ услуг по договору")

PERMISSIONS = (ORDER,)
