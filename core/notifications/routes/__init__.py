"""HTTP of notifications: the client's side, and the staff's."""

from core.notifications.routes import client, office

ROUTES = (*client.ROUTES, *office.ROUTES)
