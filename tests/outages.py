"""The object store when it does not answer, and what lies in it."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

from core.ports.files import Files, FilesUnavailable, Stored
from core.testing.cabinet import Cabinet


class Silent:
    """Files that cannot be reached."""

    async def put(self, key: str, content: AsyncIterator[bytes]) -> Stored:
        """As a store that is lost half-way."""
        async for _ in content:
            break
        raise FilesUnavailable(key)

    async def get(self, key: str, *, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """Nothing."""
        if key:
            raise FilesUnavailable(key)
        yield b""

    async def delete(self, key: str) -> None:
        """Nothing."""
        raise FilesUnavailable(key)

    async def close(self) -> None:
        """Nothing is open."""


@contextmanager
def files_silent(cabinet: Cabinet) -> Iterator[None]:
    """The object store of a cabinet does not answer."""
    files = cabinet.runtime.ports[Files]
    cabinet.runtime.ports[Files] = Silent()  # type: ignore[index]
    try:
        yield
    finally:
        cabinet.runtime.ports[Files] = files  # type: ignore[index]


def lying(cabinet: Cabinet, folder: str) -> set[str]:
    """The keys below a folder of the local store."""
    files = Path(cabinet.host.config.host.data_dir) / "files"
    return {str(path.relative_to(files)) for path in files.glob(f"{folder}/**/*") if path.is_file()}
