"""Prepares a demonstration: the database, the supplier's data, the people. Everything goes in as in real life:
data through the exchange, people through the registration, keys through the use cases of the command line."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

import httpx
import msgspec

from core.app import create_app
from core.context import Context, Runtime
from core.contracts.public import grant
from core.errors import Problem
from core.host import Host
from core.identity.errors import EMAIL_TAKEN
from core.identity.public import create_service_account, create_staff, set_staff_scopes
from core.jobs import drain
from hosts.demo import appeals, edo, household, money, orders, seed
from hosts.demo.schemas import DemoGuide, DemoSignIn
from hosts.demo.services import guide_of, keep_guide
from hosts.demo.showcase import FIXED, SHOWCASE, WALK
from hosts.demo.signing import register_director
from hosts.demo.visitor import Unexpected, Visitor

PASSWORD = "Onegorsk1"  # noqa: S105 - printed on the demo's first page
SCOPES = ("exchange.load", "exchange.load:*", "exchange.feed", "exchange.answers")
_PIECE = 1 << 18
_ONCE = ("readings.previous", "readings.history", "readings.point_history", "payments.balances")
"""In a later month these go on from what visitors have submitted and paid, and from the periods closed since."""
_MONTHLY = ("payments.bills", "payments.balances", "payments.documents", "payments.executed")
"""Loaded once a month: what visitors have paid meanwhile stays paid."""
_PEOPLE = (
    ("admin@demo.example", "Администратор", {"surname": "Карелин", "given_name": "Павел"}),
    ("direktor@demo.example", "Руководитель", {"surname": "Ушакова", "given_name": "Нина"}),
    ("energetik@demo.example", "Энергетик", {"surname": "Зимин", "given_name": "Роман"}),
    ("buhgalter@demo.example", "Бухгалтер", {"surname": "Лапина", "given_name": "Дарья"}),
)
_STAFF = "operator@demo.example"


async def prepare(
    host: Host, contracts: int = seed.CONTRACTS, seed_number: int = seed.SEED, say: Callable[[str], Any] = print
) -> DemoGuide:
    """Migrates, loads and peoples a host; returns what a visitor needs. May be repeated: nothing is doubled.

    Raises Unexpected when the cabinet refuses what it should take.
    """
    await host.migrate()
    app = create_app(host)
    async with app.app.lifespan():
        runtime: Runtime = app.app.state.runtime
        transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url="http://demo") as http:
            key = await create_service_account(Context(runtime), "billing", list(SCOPES))
            today = Context(runtime).today()
            before, month = guide_of(runtime.data_dir), seed.period_of(today).month
            later = before is not None and before.month < month
            skipped = _ONCE if later else () if before is None else _MONTHLY
            files = await asyncio.to_thread(
                seed.write, runtime.data_dir / "seed", contracts, today, seed_number, before.month if before else None
            )
            files |= await asyncio.to_thread(household.write, runtime.data_dir / "seed", today, seed_number)
            for dataset, path in files.items():
                if dataset not in skipped:
                    say(f"{dataset}: {await _load(http, key, dataset, path)}")
            await _deliver_papers(http, key, contracts, today, seed_number)
            if "edo" in host.config.host.plugins:
                sample = next(iter(next(seed.trees(contracts, today, seed_number)).documents))
                await edo.deliver(http, key, month, money.paper(sample))
            people = await _people(host, runtime, http)
            if "appeals" in host.config.host.plugins:
                await _appeals(host, runtime, http, contracts, seed_number)
            if "services" in host.config.host.plugins:
                await _orders(host, runtime, http, key)
        guide = DemoGuide(people, key, SHOWCASE.id, SHOWCASE.number, WALK.number, WALK.email, contracts, month)
        await asyncio.to_thread(keep_guide, runtime.data_dir, guide)
    return guide


async def _load(http: httpx.AsyncClient, key: str, dataset: str, path: Path) -> str:
    """Loads a file; says how many rows ended how."""
    answer = await http.post(
        f"/api/v1/exchange/{dataset}",
        params={"answers": "refused"},
        headers={"Authorization": f"Bearer {key}", "Content-Type": "application/x-ndjson"},
        content=_pieces(path),
    )
    lines = [msgspec.json.decode(line) for line in answer.content.splitlines()]
    if answer.status_code != 200 or len(lines) != 1:
        raise Unexpected(f"{dataset}: {answer.status_code} {answer.text[:500]}")
    return ", ".join(f"{count} {outcome}" for outcome, count in lines[0]["summary"].items() if count)


async def _deliver_papers(http: httpx.AsyncClient, key: str, contracts: int, today: date, seed_number: int) -> None:
    """The files of the documents of the first contracts, which the demonstration is about."""
    for made in islice(seed.trees(contracts, today, seed_number), len(FIXED)):
        for document in made.documents:
            answer = await http.put(
                f"/api/v1/exchange/payments/documents/{document.id}/content",
                headers={"Authorization": f"Bearer {key}"},
                content=money.paper(document),
            )
            if answer.status_code != 200:
                raise Unexpected(f"{document.id}: {answer.status_code} {answer.text[:500]}")


async def _pieces(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        while piece := await asyncio.to_thread(file.read, _PIECE):
            yield piece


async def _people(host: Host, runtime: Runtime, http: httpx.AsyncClient) -> list[DemoSignIn]:
    """A client for each role on the showcase contract, and one of the supplier's staff."""
    for email, role, names in _PEOPLE:
        visitor = Visitor(http, lambda _: None)
        me = await visitor.enter(email, PASSWORD)
        if not me["email_confirmed"]:
            drained = await drain(runtime, host.jobs, host.config.jobs)
            if drained.failed:
                raise Unexpected(f"jobs failed: {drained.errors}")
            await visitor.confirm_email(await visitor.letter(email))
        if me["step"] != "done":
            await visitor.introduce(names, "+7 921 866-22-94")
        await grant(Context(runtime), me["account_id"], SHOWCASE.id, role)
        if role == "Руководитель":
            await register_director(runtime, me["account_id"])
    try:
        await create_staff(Context(runtime), _STAFF, PASSWORD, _staff_scopes(host))
    except Problem as problem:
        if problem.kind != EMAIL_TAKEN:
            raise
        await set_staff_scopes(Context(runtime), _STAFF, _staff_scopes(host))  # plugins may have come since
    return [
        *[DemoSignIn(email, PASSWORD, role) for email, role, _ in _PEOPLE],
        DemoSignIn(_STAFF, PASSWORD, "Сотрудник"),
    ]


async def _appeals(host: Host, runtime: Runtime, http: httpx.AsyncClient, contracts: int, seed_number: int) -> None:
    """The directory of organisations, and what the accountant has asked."""
    today = Context(runtime).today()
    known = [made.contracts[0] for made in islice(seed.trees(contracts, today, seed_number), len(FIXED))]
    await asyncio.to_thread(appeals.write_registry, runtime.data_dir, known)
    client, staff = Visitor(http, lambda _: None), Visitor(http, lambda _: None)
    await client.enter(_PEOPLE[-1][0], PASSWORD)
    await appeals.save_draft(client, known[-1])
    if asked := await appeals.file_appeals(client):
        await drain(runtime, host.jobs, host.config.jobs)
        await staff.enter(_STAFF, PASSWORD)
        await appeals.answer_appeals(staff, asked)


async def _orders(host: Host, runtime: Runtime, http: httpx.AsyncClient, key: str) -> None:
    """What the supplier offers, and what the accountant has ordered."""
    path = await asyncio.to_thread(orders.write_services, runtime.data_dir / "seed")
    await _load(http, key, "services.services", path)
    client, staff = Visitor(http, lambda _: None), Visitor(http, lambda _: None)
    await client.enter(_PEOPLE[-1][0], PASSWORD)
    if sent := await orders.order_services(client):
        await staff.enter(_STAFF, PASSWORD)
        await orders.process(staff, sent)
        await drain(runtime, host.jobs, host.config.jobs)


def _staff_scopes(host: Host) -> list[str]:
    """Whatever staff may do on this host."""
    asked = [handler.opt["access"] for handler in host.manifest.routes]
    return sorted({access.name for access in asked if access.kind == "staff"})
