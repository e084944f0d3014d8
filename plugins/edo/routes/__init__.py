"""HTTP of electronic documents."""

from plugins.edo.routes import company, documents, signing, staff

ROUTES = (*documents.ROUTES, *signing.ROUTES, *company.ROUTES, *staff.ROUTES)
