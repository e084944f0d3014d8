"""A directory of organisations in a file: for the demonstration, for tests, and where no provider may be reached."""

import asyncio
from pathlib import Path

import msgspec

from core.ports.organisations import DirectoryUnavailable, Party
from core.sdk import AdapterHost

MOST = 50
_LINES = msgspec.json.Decoder(Party)


class RegistrySettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[adapters.organisations.registry]`"""

    file: str = "organisations.ndjson"
    """A JSON object of a party on each line; a relative path is in `data_dir`. A missing file knows nobody."""


class RegistryDirectory:
    """Reads the file anew when it has changed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp: tuple[int, int] | None = None
        self._parties: dict[str, list[Party]] = {}

    async def find(self, inn: str) -> list[Party]:
        try:
            await asyncio.to_thread(self._refresh)
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise DirectoryUnavailable(f"{self._path}: {error!r}") from error
        return self._parties.get(inn, [])[:MOST]

    async def close(self) -> None:
        """Holds nothing."""

    def _refresh(self) -> None:
        if not self._path.exists():
            self._parties, self._stamp = {}, None
            return
        status = self._path.stat()
        stamp = (status.st_mtime_ns, status.st_size)
        if stamp == self._stamp:
            return
        parties: dict[str, list[Party]] = {}
        for line in self._path.read_bytes().splitlines():
            if line.strip():
                party = _LINES.decode(line)
                parties.setdefault(party.inn, []).append(party)
        self._parties, self._stamp = parties, stamp


def make_registry(settings: RegistrySettings, host: AdapterHost) -> RegistryDirectory:
    """The adapter."""
    return RegistryDirectory(host.data_dir / settings.file)


class ExtendedRegistrySettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[adapters.organisations_extended.registry]`"""

    file: str = "organisations-extended.ndjson"
    """A JSON object of a party on each line; a relative path is in `data_dir`. A missing file knows nobody."""


def make_extended_registry(settings: ExtendedRegistrySettings, host: AdapterHost) -> RegistryDirectory:
    """The adapter of the second port."""
    return RegistryDirectory(host.data_dir / settings.file)
