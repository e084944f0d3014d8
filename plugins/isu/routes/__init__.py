"""HTTP of smart metering: /api/v1/isu, and staff's side of it."""

from plugins.isu.routes import archives, devices, staff, tree

ROUTES = (*tree.ROUTES, *devices.ROUTES, *archives.ROUTES, *staff.ROUTES)
