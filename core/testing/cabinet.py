"""A whole cabinet in the test's own event loop, called over HTTP like any other."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import msgspec

from core.adapters.mail_folder import FolderLetter, FolderMail
from core.config import Config, HostSettings
from core.context import Context, Runtime
from core.host import Host
from core.http.middleware import Observer
from core.identity.public import create_service_account, create_staff
from core.jobs import Drained, drain
from core.ports.mail import Mail
from core.testing.applications import Application, application
from core.testing.clock import MovableClock
from core.testing.description import Description

PASSWORD = "Abcdef12"  # noqa: S105 - the manual's example
SCOPES = ("exchange.load", "exchange.load:*", "exchange.feed", "exchange.answers")
SECRET_KEY = "a secret key that only tests may know, 32 and more"  # noqa: S105


class Caller(httpx.AsyncClient):
    """Somebody who calls the cabinet; `sign` gives him a credential. Every answer is held to the API description."""

    def __init__(self, app: Observer, description: Description, address: str = "192.0.2.1") -> None:
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False, client=(address, 40000))  # type: ignore[arg-type]
        super().__init__(transport=transport, base_url="http://cabinet.test", event_hooks={"response": [self._check]})
        self._description = description

    async def _check(self, answer: httpx.Response) -> None:
        await answer.aread()
        self._description.check(answer)

    def sign(self, token: str) -> "Caller":
        """Presents a session token or a service key from now on."""
        self.headers["Authorization"] = f"Bearer {token}"
        return self


class Cabinet:
    """The application, its clock, its letters and its jobs."""

    def __init__(self, host: Host, application: Application, clock: MovableClock) -> None:
        self.host, self.app, self.description, self.clock = host, application.app, application.description, clock
        self._callers: list[Caller] = []

    @property
    def runtime(self) -> Runtime:
        """What services run with."""
        runtime: Runtime = self.app.app.state.runtime
        return runtime

    def anonymous(self, address: str = "192.0.2.1") -> Caller:
        """A caller without credentials."""
        self._callers.append(Caller(self.app, self.description, address))
        return self._callers[-1]

    async def drain(self, *, failing: bool = False) -> Drained:
        """Runs every job that is due. A job that fails fails the test, unless failures are expected."""
        drained = await drain(self.runtime, self.host.jobs, self.host.config.jobs)
        assert failing or not drained.failed, drained.errors
        return drained

    async def letters(self, to: str | None = None) -> list[FolderLetter]:
        """Letters sent so far (after the due jobs have run), the newest first."""
        await self.drain()
        mail = self.runtime.ports[Mail]
        assert isinstance(mail, FolderMail)
        return [letter for letter in await mail.read_all() if to is None or to in letter.to]

    async def code_for(self, email: str) -> str:
        """The digits of the newest letter to an address."""
        found = re.search(r"\b\d{5}\b", (await self.letters(email))[0].subject)
        assert found
        return found[0]

    async def link_token(self, email: str) -> str:
        """The token of the link in the newest letter to an address."""
        found = re.search(r"token=(\S+)", (await self.letters(email))[0].text)
        assert found
        return found[1]

    # ---- people and systems
    async def register(self, email: str = "ivanova@example.ru", **more: Any) -> Caller:
        """A client right after the registration form."""
        caller = self.anonymous()
        answer = await caller.post(
            "/api/v1/registration", json={"email": email, "password": PASSWORD, "agreement": True, **more}
        )
        assert answer.status_code == 201, answer.text
        return caller.sign(answer.json()["token"])

    async def client(self, email: str = "ivanova@example.ru", *, confirmed: bool = True) -> Caller:
        """A client whose registration is complete."""
        caller = await self.register(email)
        names = {"surname": "Иванова", "given_name": "Анна"}
        assert (await caller.put("/api/v1/profile/personal-data", json=names)).status_code == 204
        assert (await caller.put("/api/v1/profile/phone", json={"phone": "+7 921 866-22-94"})).status_code == 204
        if confirmed:
            code = await self.code_for(email)
            answer = await caller.post("/api/v1/registration/email-confirmation", json={"code": code})
            assert answer.status_code == 200, answer.text
        return caller

    async def service(
        self, name: str = "billing", scopes: Iterable[str] = ("exchange.load:*", "exchange.load")
    ) -> Caller:
        """One of the company's systems."""
        key = await create_service_account(Context(self.runtime), name, list(scopes))
        return self.anonymous().sign(key)

    async def staff(self, email: str = "support@supplier.example", scopes: Iterable[str] = ()) -> Caller:
        """A member of the supplier's staff."""
        await create_staff(Context(self.runtime), email, PASSWORD, list(scopes))
        caller = self.anonymous()
        answer = await caller.post("/api/v1/sessions", json={"email": email, "password": PASSWORD})
        return caller.sign(answer.json()["token"])

    # ---- the company's data
    async def load(self, dataset: str, *rows: Mapping[str, Any]) -> dict[str, int]:
        """Feeds rows in as the company does; returns the summary. Asserts that no row is refused."""
        company = await self.service()
        lines = b"\n".join(msgspec.json.encode(row) for row in rows)
        answer = await company.post(f"/api/v1/exchange/{dataset}", content=lines)
        assert answer.status_code == 200, answer.text
        answers = [msgspec.json.decode(line) for line in answer.content.splitlines()]
        refused = [row for row in answers if row.get("status") == "refused"]
        assert not refused, refused
        summary: dict[str, int] = answers[-1]["summary"]
        return summary

    async def link(self, caller: Caller, number: str, email: str) -> str:
        """Adds a contract and follows the letter's link; returns the contract's id."""
        answer = await caller.post("/api/v1/contracts", json={"number": number, "email": email})
        assert answer.status_code == 202, answer.text
        token = await self.link_token(email)
        confirmed = await self.anonymous().post("/api/v1/contracts/confirmations", json={"token": token})
        assert confirmed.status_code == 200, confirmed.text
        contract_id: str = answer.json()["contract_id"]
        return contract_id

    async def close(self) -> None:
        """Closes the callers."""
        for caller in self._callers:
            await caller.aclose()


def config_for_tests(database_url: str, data_dir: Path, **changes: Any) -> Config:
    """A host file for tests: the embedded defaults; `changes` replace its tables."""
    host = HostSettings(
        name="Тестэнерго",
        database=database_url,
        data_dir=str(data_dir),
        secret_key=SECRET_KEY,
        secure_cookies=False,
        plugins=changes.pop("enabled", []),
        optional=changes.pop("optional", []),
    )
    return Config(host=host, **changes)


@asynccontextmanager
async def running(host: Host, clock: MovableClock) -> AsyncIterator[Cabinet]:
    """The cabinet of a host, started and stopped."""
    with application(host) as made:
        async with _lifespan(made.app):
            cabinet = Cabinet(host, made, clock)
            try:
                yield cabinet
            finally:
                await cabinet.close()


@asynccontextmanager
async def _lifespan(app: Observer) -> AsyncIterator[None]:
    started, ended = asyncio.Event(), asyncio.Event()

    async def live() -> None:
        async with app.app.lifespan():
            started.set()
            await ended.wait()

    living = asyncio.create_task(live())  # a lifespan must end in the task that began it; fixtures end in another
    await asyncio.wait({living, waiting := asyncio.create_task(started.wait())}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if living.done():
        living.result()
    try:
        yield
    finally:
        ended.set()
        await living
