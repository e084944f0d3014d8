"""HTTP of appeals: /api/v1/appeals, /api/v1/staff/appeals, /api/v1/exchange/appeals."""

from plugins.appeals.routes import company, dialogue, files, forms, staff

ROUTES = (*forms.ROUTES, *dialogue.ROUTES, *files.ROUTES, *staff.ROUTES, *company.ROUTES)
