"""Signatures as a part of the core."""

from collections.abc import Sequence
from pathlib import Path

import msgspec
from litestar.handlers import HTTPRouteHandler

from core.ports.files import Files
from core.ports.signatures import SignatureVerifier
from core.sdk import Adapter, ErrorKind, Forgetter, Hooks, Migrations, Port
from core.signatures import routes
from core.signatures.adapters.builtin import BuiltinSettings, make_builtin
from core.signatures.errors import ERRORS
from core.signatures.services import registry
from core.signatures.settings import SignatureSettings


class SignaturesPlugin(Hooks):
    """Certificates of clients, and what is signed with them, for every plugin that has documents signed."""

    name = "signatures"

    def settings(self) -> type[msgspec.Struct]:
        return SignatureSettings

    def errors(self) -> Sequence[ErrorKind]:
        return ERRORS

    def routes(self) -> Sequence[HTTPRouteHandler]:
        return routes.ROUTES

    def ports(self) -> Sequence[Port]:
        return (Port("signatures", SignatureVerifier, default="builtin"),)

    def requires(self) -> Sequence[type]:
        return (SignatureVerifier, Files)

    def adapters(self) -> Sequence[Adapter]:
        return (Adapter("signatures", "builtin", make_builtin, BuiltinSettings),)

    def forgetters(self) -> Sequence[Forgetter]:
        return (Forgetter("signatures.certificates", registry.forget_account),)

    def migrations(self) -> Migrations:
        return Migrations(Path(__file__).parent / "migrations")
