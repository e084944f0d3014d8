"""Accounts that are opened for somebody who was given something by e-mail."""

from datetime import timedelta
from hmac import compare_digest

from core.identity import errors, store
from core.identity.models import Account
from core.identity.settings import IdentitySettings
from core.passwords import hash_password
from core.sdk import Context, Problem, UnitOfWork, new_id

INVITATION = "identity.invitation"
"""Purpose of the first password of an invited account."""


class Invitation:
    """An account to be given something: an existing one, or one that `accept` opens in the transaction of the gift."""

    def __init__(self, email: str, account_id: str, password_hash: str | None) -> None:
        self.email, self.account_id, self._password_hash = email, account_id, password_hash

    @property
    def is_new(self) -> bool:
        """Whether the account is opened by this invitation, with the password `Secret("password", INVITATION, id)`."""
        return self._password_hash is not None

    async def accept(self, uow: UnitOfWork) -> str:
        """The account's id. Whoever was invited twice at once gets one account.

        Raises Problem when the address is not proven to be the account holder's: anybody can register with an address
        that is not his own, and would be given what was meant for its owner.
        """
        if self._password_hash is None:
            return await self._proven(uow)
        made = await uow.execute(
            uow.upsert(Account)
            .values(
                id=self.account_id,
                kind="client",
                email=self.email,
                email_confirmed_at=uow.now,  # the password came by this mailbox
                password_hash=self._password_hash,
                created_at=uow.now,
            )
            .on_conflict_do_nothing()
        )
        if made.rowcount == 0:
            self._password_hash = None
            return await self._proven(uow)
        uow.audit("identity.invited", self.account_id)
        return self.account_id

    async def _proven(self, uow: UnitOfWork) -> str:
        account_id = await uow.scalar(store.proven_account_id_of(self.email))
        if account_id is None:
            raise Problem(errors.ADDRESS_NOT_PROVEN)
        self.account_id = str(account_id)
        return self.account_id


def is_over(ctx: Context, account: store.AccountRow, password: str) -> bool:
    """Whether this is the password of an invitation that is too old: it lies in a mailbox, and was chosen by nobody."""
    invited_at = ctx.now() - timedelta(days=ctx.settings(IdentitySettings).invitation_days)
    if account.created_at > invited_at:
        return False
    return compare_digest(ctx.secrets.password(INVITATION, account.id).encode(), password.encode())


async def invite(ctx: Context, email: str) -> Invitation:
    """Prepares an account for an address (in its normal form); nothing is stored before `accept`."""
    account = await ctx.reader.first(store.ACCOUNT_BY_EMAIL, email=email)
    if account is not None:
        return Invitation(email, account.id, None)
    account_id = new_id()
    return Invitation(email, account_id, await hash_password(ctx.secrets.password(INVITATION, account_id)))
