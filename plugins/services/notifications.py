"""Kinds of notifications."""

from core.sdk import NotificationKind

ABOUT_ORDERS = NotificationKind("services.orders", "О заказах услуг", permission="services.order")

KINDS = (ABOUT_ORDERS,)
