"""The directory of organisations: who stands behind a taxpayer's number."""

from typing import Protocol

import msgspec


class Party(msgspec.Struct, frozen=True):
    """An organisation, a branch of one, or an entrepreneur. What the directory does not know is empty."""

    inn: str
    kpp: str
    name: str
    """«Полное наименование организации»"""
    short_name: str = ""
    ogrn: str = ""
    okpo: str = ""
    address: str = ""
    manager_post: str = ""
    manager_name: str = ""

    @property
    def key(self) -> str:
        """Tells the parties of one number apart."""
        return f"{self.inn}-{self.kpp}"


class DirectoryUnavailable(Exception):
    """The directory does not answer, or answers nonsense."""


class OrganisationDirectory(Protocol):
    """Finds organisations by INN."""

    async def find(self, inn: str) -> list[Party]:
        """Every party with this (valid) number, head office first, at most 50; empty: none is known.

        Raises DirectoryUnavailable.
        """
        ...

    async def close(self) -> None:
        """Lets go of connections; may be called twice."""
        ...


class ExtendedDirectory(OrganisationDirectory, Protocol):
    """Another directory, asked where the first one knows nothing («К расширенному поиску»)."""
