"""HTTP of electronic documents."""

from plugins.edo.routes import company, documents, signing

ROUTES = (*documents.ROUTES, *signing.ROUTES, *company.ROUTES)
