"""Password hashes: Argon2id, off the event loop, a bounded number at once."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

# 19 MiB and two passes: about 16 ms. Two at a time bound the memory and leave a core to everybody else.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_POOL = ThreadPoolExecutor(2, thread_name_prefix="argon2")
_NOBODY = _HASHER.hash("the password of nobody")


async def hash_password(password: str) -> str:
    """The hash to store."""
    return await asyncio.get_running_loop().run_in_executor(_POOL, _HASHER.hash, password)


async def verify_password(stored: str | None, password: str) -> bool:
    """Whether the password is right. Without a stored hash (no such account) it takes as long and says no."""
    work = partial(_verify, stored or _NOBODY, password)
    right = await asyncio.get_running_loop().run_in_executor(_POOL, work)
    return right and stored is not None


def _verify(stored: str, password: str) -> bool:
    try:
        return _HASHER.verify(stored, password)
    except (VerifyMismatchError, InvalidHashError):
        return False
