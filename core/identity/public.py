"""What others may use of identity."""

from core.identity.domain import normal_email as normal_email
