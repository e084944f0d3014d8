"""Files in a local folder or in an S3 bucket, through the same code (obstore)."""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Annotated
from uuid import uuid4

import msgspec
import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import LocalStore, S3Store

from core.adapters.environment import from_environment
from core.config import ConfigError
from core.ports.files import FileExists, FileMissing, FilesUnavailable, Stored, check_key
from core.sdk import AdapterHost

PART = 5 * 1024 * 1024
"""Bytes: the smallest part that S3 takes in an upload of several, and what one reading holds in memory."""
STAGING = ".staging"
"""Folder of unfinished large files; no key of ours can start so."""


class LocalSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[adapters.files.local]`"""

    folder: str = "files"
    """Where the files lie, under `[host] data_dir` unless the path is absolute."""


class S3Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[adapters.files.s3]`"""

    endpoint: str
    """URL of the service, `https://storage.example.ru`; with path_style = false the bucket is part of its name."""
    bucket: str
    key_id_env: str
    """The environment variable that holds the access key id."""
    secret_env: str
    """The environment variable that holds the secret access key."""
    region: str = "us-east-1"
    path_style: bool = True
    """True: endpoint/bucket/key."""
    allow_http: bool = False
    """True: an endpoint without TLS is all right."""
    timeout: Annotated[float, msgspec.Meta(gt=0)] = 60.0
    """Seconds for one request, which carries 5 MiB at most."""
    retry_seconds: Annotated[float, msgspec.Meta(ge=0)] = 15.0
    """How long a failing request is repeated before the store counts as unavailable."""


class StoredFiles:
    """The object store.

    A file of one part is created by a single conditional request. A larger one is uploaded in parts under a name of
    its own and copied to its key on condition that the key is free, so that neither a reader nor a rival writer ever
    meets a half of it.
    """

    def __init__(self, store: LocalStore | S3Store, settle: Callable[[str], None] | None = None) -> None:
        self._store = store
        self._settle = settle
        """Called with the key of a file just written, to make it survive a loss of power."""

    async def put(self, key: str, content: AsyncIterator[bytes]) -> Stored:
        check_key(key)
        source = _Source(content)
        head = await source.take(PART)
        if source.exhausted:
            with _writing(key, source):
                await obstore.put_async(self._store, key, head, mode="create")
        else:
            await self._put_in_parts(key, head, source)
        await self._make_lasting(key)
        return Stored(key, source.size, source.digest.hexdigest())

    async def _put_in_parts(self, key: str, head: bytes, source: "_Source") -> None:
        await self._refuse_taken(key)
        staged = f"{STAGING}/{uuid4().hex}"
        try:
            with _writing(key, source):
                await obstore.put_async(
                    self._store, staged, source.rest(head), chunk_size=PART, max_concurrency=2, use_multipart=True
                )
                await obstore.copy_async(self._store, staged, key, overwrite=False)
        finally:
            # Once copied, the file is stored: a staging place that cannot be cleared is only a leftover.
            with suppress(BaseError, OSError):
                await obstore.delete_async(self._store, staged)

    async def _make_lasting(self, key: str) -> None:
        if self._settle is None:
            return
        try:
            await asyncio.to_thread(self._settle, key)
        except OSError as error:
            with suppress(FilesUnavailable):
                await self.delete(key)
            raise FilesUnavailable(f"{key}: {error}") from error

    async def _refuse_taken(self, key: str) -> None:
        """Spares the upload of a large file whose key is taken; the copying decides in any case."""
        with suppress(FileMissing), _translated(key):
            await obstore.head_async(self._store, key)
            raise FileExists(key)

    async def get(self, key: str, *, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        check_key(key)
        if start < 0 or (end is not None and end < start):
            raise ValueError(f"bytes {start} to {end}")
        with _translated(key):
            size: int = (await obstore.head_async(self._store, key))["size"]
        stop = size if end is None else min(end, size)
        # One request a piece: a slow reader keeps no connection open and cannot run into its time limit.
        for position in range(start, stop, PART):
            with _translated(key):
                piece = await obstore.get_range_async(self._store, key, start=position, end=min(position + PART, stop))
            yield bytes(piece)

    async def delete(self, key: str) -> None:
        check_key(key)
        with suppress(FileMissing), _translated(key):
            await obstore.delete_async(self._store, key)

    async def close(self) -> None:
        """The store keeps its connections itself and drops them when they are idle."""


class _Source:
    """The stream being stored: counts and digests what passes, and remembers whether the stream itself failed."""

    def __init__(self, content: AsyncIterator[bytes]) -> None:
        self._content = aiter(content)
        self.digest = hashlib.sha256()
        self.size = 0
        self.exhausted = False
        self.failure: Exception | None = None

    async def take(self, most: int) -> bytes:
        """The beginning: everything, or the first chunks that exceed `most` together."""
        taken = bytearray()
        while len(taken) <= most and not self.exhausted:
            taken += await self._next()
        return bytes(taken)

    async def rest(self, head: bytes) -> AsyncIterator[bytes]:
        """`head`, and what follows it."""
        yield head
        while not self.exhausted:
            if chunk := await self._next():
                yield chunk

    async def _next(self) -> bytes:
        try:
            chunk = await anext(self._content)
        except StopAsyncIteration:
            self.exhausted = True
            return b""
        except Exception as error:
            self.failure = error
            raise
        self.digest.update(chunk)
        self.size += len(chunk)
        return chunk


@contextmanager
def _translated(key: str) -> Iterator[None]:
    """The store's errors as the port's."""
    try:
        yield
    except FileNotFoundError as error:
        raise FileMissing(key) from error
    except AlreadyExistsError as error:
        raise FileExists(key) from error
    except (BaseError, OSError) as error:
        raise FilesUnavailable(f"{key}: {error}") from error


@contextmanager
def _writing(key: str, source: _Source) -> Iterator[None]:
    """The same while writing: a failure of the stream passes as it is, and what is missing is the store itself."""
    try:
        with _translated(key):
            yield
    except Exception as error:
        if source.failure:
            raise source.failure from None
        if isinstance(error, FileMissing):
            raise FilesUnavailable(f"{key}: there is no such bucket or folder") from error
        raise


def make_local(settings: LocalSettings, host: AdapterHost) -> StoredFiles:
    """The adapter over a local folder, which it makes. Raises ConfigError when that is not possible."""
    folder = host.data_dir / settings.folder
    try:
        store = LocalStore(folder, mkdir=True)
    except (BaseError, OSError) as error:
        raise ConfigError(f"[adapters.files.local] folder: {error}") from error

    def settle(key: str) -> None:
        for path in (folder / key, *(folder / key).parents):
            _sync(path)
            if path == folder:
                break

    return StoredFiles(store, settle)


def _sync(path: Path) -> None:
    """Forces a file's content, or a folder's list of names, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_s3(settings: S3Settings, host: AdapterHost) -> StoredFiles:
    """The adapter over a bucket. Raises ConfigError for missing secrets or an endpoint that may not be used."""
    where = "[adapters.files.s3]"
    if not settings.endpoint.startswith("https://") and not settings.allow_http:
        raise ConfigError(f"{where} endpoint: not https, set allow_http if that is meant")
    try:
        return StoredFiles(_bucket(settings, where))
    except (BaseError, ValueError) as error:
        raise ConfigError(f"{where}: {error}") from error


def _bucket(settings: S3Settings, where: str) -> S3Store:
    return S3Store(
        settings.bucket,
        endpoint=settings.endpoint,
        region=settings.region,
        access_key_id=from_environment(settings.key_id_env, f"{where} key_id_env"),
        secret_access_key=from_environment(settings.secret_env, f"{where} secret_env"),
        virtual_hosted_style_request=not settings.path_style,
        conditional_put="etag",
        copy_if_not_exists="multipart",
        client_options={"allow_http": settings.allow_http, "timeout": timedelta(seconds=settings.timeout)},
        retry_config={"max_retries": 5, "retry_timeout": timedelta(seconds=settings.retry_seconds)},
    )
