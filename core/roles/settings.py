"""`[plugins.roles]`"""

from typing import Annotated

import msgspec


class RoleSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Settings of roles."""

    assigned_per_hour: Annotated[int, msgspec.Meta(ge=1)] = 100
    """Roles that one administrator gives by e-mail: each sends a letter to an address of his choice."""
    request_messages: Annotated[int, msgspec.Meta(ge=1)] = 200
    """Messages of one request, of both sides together."""
    request_files: Annotated[int, msgspec.Meta(ge=1)] = 30
    """Files of one request."""


class OwnRequestsSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[adapters.administrator_requests.roles]`: nothing is to be set."""
