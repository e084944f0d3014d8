"""HTTP of help: /api/v1/help, /api/v1/documents, /api/v1/menu, and staff's side of them."""

from litestar.handlers import HTTPRouteHandler

from core.help.routes import documents, pages, staff

ROUTES: tuple[HTTPRouteHandler, ...] = (*pages.ROUTES, *documents.ROUTES, *staff.ROUTES)
