"""HTTP of payments: /api/v1/payments."""

from plugins.payments.routes import bills, company, documents, history

ROUTES = (*bills.ROUTES, *documents.ROUTES, *history.ROUTES, *company.ROUTES)
