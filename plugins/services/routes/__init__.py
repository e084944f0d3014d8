"""HTTP of services."""

from plugins.services.routes import orders, staff

ROUTES = (*orders.ROUTES, *staff.ROUTES)
