"""What every answer tells a browser and a cache, and what the logs are not told."""

from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa

from core.config import Config
from core.identity.models import Account
from core.testing.cabinet import Cabinet, config_for_tests


@pytest.fixture
def host_config(database_url: str, tmp_path: Path) -> Config:
    """Served over TLS, as by default."""
    config = config_for_tests(database_url, tmp_path)
    return msgspec.structs.replace(config, host=msgspec.structs.replace(config.host, secure_cookies=True))


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/sessions/current", 401),
        ("/nowhere", 404),
        ("/health", 200),
        ("/docs", 200),
        ("/api/v1/documents", 200),
    ],
)
async def test_every_answer_is_guarded_from_browsers_and_caches(cabinet: Cabinet, path: str, status: int) -> None:
    answer = await cabinet.anonymous().get(path)
    assert answer.status_code == status
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "x-powered-by" not in answer.headers
    assert "access-control-allow-origin" not in answer.headers


async def test_a_page_runs_no_script_but_its_own(cabinet: Cabinet) -> None:
    policy = (await cabinet.anonymous().get("/docs")).headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "base-uri 'none'" in policy


async def test_other_origins_are_not_let_in(cabinet: Cabinet) -> None:
    asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    answer = await cabinet.anonymous().options("/api/v1/sessions", headers=asked)
    assert not [name for name in answer.headers if name.startswith("access-control-")]


async def test_an_error_of_the_database_does_not_repeat_what_was_entered(cabinet: Cabinet) -> None:
    with pytest.raises(sa.exc.IntegrityError) as raised:
        async with cabinet.runtime.transaction("test") as uow:
            await uow.execute(sa.insert(Account).values(id="A-1", email="secret@example.ru", password_hash="$argon2-x"))
    assert "secret@example.ru" not in str(raised.value)
    assert "$argon2-x" not in str(raised.value)
