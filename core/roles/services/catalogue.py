"""The four roles and what each may do on this host: Table 1 and what plugins declare."""

from core.roles import schemas
from core.sdk import ROLES, Context, Permission


def roles(ctx: Context) -> list[schemas.Role]:
    """Each role with its permissions."""
    declared = ctx.declared(Permission)
    return [
        schemas.Role(
            role,
            [
                schemas.RolePermission(item.name, item.title)
                for item in declared
                if role in ctx.runtime.permissions[item.name]
            ],
        )
        for role in ROLES
    ]


def matrix(ctx: Context) -> list[schemas.RoleMatrixRow]:
    """Each permission with who holds it."""
    return [
        schemas.RoleMatrixRow(
            item.name, item.title, {role: role in ctx.runtime.permissions[item.name] for role in ROLES}
        )
        for item in ctx.declared(Permission)
    ]
