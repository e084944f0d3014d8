"""HTTP of payments: /api/v1/payments."""

from plugins.payments.routes import bills, company, documents, history, paying, staff

ROUTES = (*bills.ROUTES, *paying.ROUTES, *documents.ROUTES, *history.ROUTES, *company.ROUTES, *staff.ROUTES)
