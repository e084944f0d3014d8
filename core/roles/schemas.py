"""Bodies of the calls on roles."""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=4000)]
Email = Annotated[str, msgspec.Meta(min_length=1, max_length=254)]
Objects = Annotated[list[str], msgspec.Meta(min_length=1, max_length=5000)]
RequestState = Literal["open", "granted", "refused"]


class RolePermission(msgspec.Struct, frozen=True):
    """Something that a role may do on a contract."""

    name: str
    title: str


class Role(msgspec.Struct, frozen=True):
    """A role and what it may do on this host."""

    name: str
    permissions: list[RolePermission]


class RoleMatrixRow(msgspec.Struct, frozen=True):
    """A row of Table 1: a permission and who holds it on this host."""

    permission: str
    title: str
    roles: dict[str, bool]


class RoleAssignment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """«Добавить роль»: role, e-mail and energy objects, all required."""

    role: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    email: Email
    energy_objects: Objects


class RoleChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Another role or other energy objects for somebody who is on the contract."""

    role: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    energy_objects: Objects | None = None
    """Null: all of the contract's, those that come later included."""


class RoleUser(msgspec.Struct, frozen=True):
    """Somebody who has the contract."""

    account_id: str
    email: str
    name: str
    role: str
    energy_objects: list[str] | None
    """Null: all of the contract's."""


class RoleDeed(msgspec.Struct, frozen=True):
    """An entry of the audit trail: who did what to the contract's roles, and when."""

    at: datetime
    actor: str
    """E-mail of a client or of staff; `system` for the host itself."""
    action: str
    details: dict[str, Any]


class RoleRequestText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """«Информация по обращению»"""

    text: Text


class RoleRequestMessage(msgspec.Struct, frozen=True):
    """A message of the dialogue."""

    by_staff: bool
    text: str
    created_at: datetime


class RoleRequestFile(msgspec.Struct, frozen=True):
    """A file sent with a request."""

    id: str
    name: str
    size: int


class RoleRequestItem(msgspec.Struct, frozen=True):
    """A request of the role «Администратор»."""

    id: str
    contract_id: str
    contract_number: str
    topic: str
    section: str
    state: RequestState
    created_at: datetime
    closed_at: datetime | None


class RoleRequestDetails(RoleRequestItem, frozen=True):
    """A request with its dialogue."""

    messages: list[RoleRequestMessage]
    files: list[RoleRequestFile]


class RoleRequestForStaff(RoleRequestDetails, frozen=True):
    """The same, with who asks."""

    account_id: str
    email: str
    name: str


class RoleDecision(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Staff's decision. Granting gives the role at once."""

    decision: Literal["grant", "refuse"]
    text: Text


class RoleAdministrator(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whom staff makes «Администратор»."""

    account_id: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class RoleClient(msgspec.Struct, frozen=True):
    """A client as staff tells him from others."""

    account_id: str
    email: str
    name: str
    contracts: int
    """How many contracts the account holds."""


class RoleClientContract(msgspec.Struct, frozen=True):
    """A contract that a client holds, in a role."""

    contract_id: str
    number: str
    name: str
    role: str
    has_administrator: bool
    """Somebody is its «Администратор»: it cannot get another one."""


class ForgetFiles(msgspec.Struct, frozen=True):
    """Remove the files of somebody's requests from the store."""

    keys: list[str]
