"""Queries of attachments."""

import sqlalchemy as sa

from core.identity.public import Account
from core.sdk import Query, any_of
from plugins.household.models import Attachment, HouseholdAccount
from plugins.household.schemas import HouseholdAttachmentItem
from plugins.household.store import LIMIT, text

ATTACHMENTS = Query(
    sa.select(Attachment.id, Attachment.account_id, HouseholdAccount.number, Attachment.contract_id, Account.email)
    .join(HouseholdAccount, HouseholdAccount.id == Attachment.account_id)
    .outerjoin(Account, Account.id == Attachment.client_id)
    .where(Attachment.id > text("after"))
    .order_by(Attachment.id)
    .limit(LIMIT),
    HouseholdAttachmentItem,
)
CLIENTS = sa.select(Account.email, Account.id).where(
    any_of(Account.email, "emails"), Account.kind == "client", Account.email_confirmed_at.is_not(None)
)
STANDING = sa.select(Attachment.id, Attachment.account_id, Attachment.contract_id, Attachment.client_id).where(
    sa.or_(any_of(Attachment.id, "ids"), any_of(Attachment.account_id, "accounts"))
)
"""Attachments with these keys, or of these accounts."""
