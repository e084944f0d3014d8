"""HTTP of notifications: the client's side, the staff's, and the link of mailings."""

from core.notifications.routes import client, leaving, office

ROUTES = (*client.ROUTES, *office.ROUTES, *leaving.ROUTES)
