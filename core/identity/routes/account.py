"""«Изменение пароля» and «Удалить аккаунт»."""

from core.errors import TOO_MANY_REQUESTS
from core.identity import schemas
from core.identity.services import closing, passwords
from core.sdk import SESSION, Ctx, JSONBody, post, put


@put(
    "/api/v1/profile/password",
    access=SESSION,
    operation_id="change_password",
    status_code=204,
    raises=[TOO_MANY_REQUESTS],
    tags=["identity"],
)
async def change_password(ctx: Ctx, data: JSONBody[schemas.PasswordChange]) -> None:
    """Change the password; the other sessions of the account end, this one goes on."""
    await passwords.change(ctx, data)


@post(
    "/api/v1/profile/deletion",
    access=SESSION,
    operation_id="delete_account",
    status_code=204,
    raises=[TOO_MANY_REQUESTS],
    tags=["identity"],
)
async def delete_account(ctx: Ctx, data: JSONBody[schemas.AccountDeletion]) -> None:
    """Delete the caller's account: access ends at once, contracts and roles are released.

    The address may register again, as somebody new. The personal data are erased after the supplier's grace period.
    """
    await closing.close(ctx, data)


ROUTES = (change_password, delete_account)
