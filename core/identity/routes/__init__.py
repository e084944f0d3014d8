"""HTTP of identity: /api/v1/registration, /api/v1/sessions, /api/v1/recovery, /api/v1/profile."""

from core.identity.routes import account, entry, profile, sessions, two_factor

ROUTES = (*entry.ROUTES, *sessions.ROUTES, *profile.ROUTES, *account.ROUTES, *two_factor.ROUTES)
