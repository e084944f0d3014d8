"""The verifier of our own: CMS, certificates and revocation in this process, without any outside service."""

import asyncio
import os
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

import msgspec
import structlog

from core.gost.streebog import gcrypt
from core.ports.signatures import Content, Verification
from core.sdk import AdapterHost
from core.signatures.adapters.examination import Examination
from core.signatures.adapters.trust import Trust

_log = structlog.get_logger()
LARGE = 256 * 1024
"""Bytes: what takes longer to digest goes to a thread."""


class BuiltinSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[adapters.signatures.builtin]`"""

    roots: str = "signatures/roots"
    """Folder of the trusted root certificates (DER or PEM), under `[host] data_dir` unless the path is absolute."""
    crls: str = "signatures/crls"
    """Folder of revocation lists (DER or PEM), likewise."""
    revocation: Literal["off", "known", "require"] = "known"
    """off: never asked; known: a certificate in a list is refused; require: one without a current list, too."""


class BuiltinVerifier:
    """Verifies in threads, as many at once as there are processors."""

    def __init__(self, trust: Trust, revocation: str) -> None:
        self._trust, self._revocation = trust, revocation
        self._slots = asyncio.Semaphore(os.cpu_count() or 1)

    async def verify(
        self, signature: bytes, content: Content, *, at: datetime, known: Sequence[bytes] = ()
    ) -> Verification:
        async with self._slots:
            examination = Examination(self._trust, self._revocation, at)
            digest = await asyncio.to_thread(examination.begin, signature, list(known))
            if digest is not None:
                async for piece in content():
                    if len(piece) > LARGE:
                        await asyncio.to_thread(digest.update, bytes(piece))
                    else:
                        digest.update(bytes(piece))
            return await asyncio.to_thread(examination.end)

    async def close(self) -> None:
        """Nothing stays open."""


def make_builtin(settings: BuiltinSettings, host: AdapterHost) -> BuiltinVerifier:
    """The adapter. Folders that are not there (yet) are empty ones: then nobody is trusted."""
    if gcrypt() is None:
        _log.warning("signatures.slow", reason="no libgcrypt: Streebog is computed in Python, at some 0.3 MB a second")
    trust = Trust(host.data_dir / settings.roots, host.data_dir / settings.crls)
    return BuiltinVerifier(trust, settings.revocation)
