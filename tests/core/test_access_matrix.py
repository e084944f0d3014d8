"""Every operation of the application, called by every kind of actor: the answer is what docs/api.md says.

The expectation is computed here, from the access that a route declares and the roles that a permission declares; the
guard's own code is not asked.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import httpx
import msgspec
import sqlalchemy as sa

from core.contracts.public import hold
from core.db.types import Base
from core.http.access import Access
from core.sdk import ROLES, Context, Permission
from core.testing.cabinet import SCOPES, Cabinet, Caller
from tests.operations import Operation, call, operations_of

ADMINISTRATOR, MANAGER, ENGINEER, ACCOUNTANT = ROLES
OURS, THEIRS = "C-OURS", "C-THEIRS"
PRIVATE = {
    "id": OURS,
    "number": "78000000012345",
    "name": "ООО «Тайное имя»",
    "inn": "7830002293",
    "kpp": "783001001",
    "address": "Тайная улица, 5",
    "phone": "+7 812 000-11-22",
}
OBJECTS = [
    {"id": "O-1", "contract_id": OURS, "number": "10186912_1", "name": "Тайный цех", "address": "Тайный проезд, 7"},
    {"id": "O-2", "contract_id": OURS, "number": "10186912_2", "name": "Тайный склад", "address": "Тайный тупик, 9"},
]
FIELDS = {"type", "title", "status", "code", "detail", "request_id", "errors", "params"}
GATES = {"edo.unavailable"}
"""Refusals of a section that needs more than a role, whoever asks: the guard has let the caller in."""
Verdict = tuple[int, str] | None
"""Status and code of a refusal; None: let in."""


class Who(msgspec.Struct):
    """An actor, as the documents tell actors apart."""

    name: str
    caller: Caller
    kind: str = "client"
    step: str = "done"
    confirmed: bool = True
    roles: dict[str, str] = {}
    """Contract -> role."""
    scopes: frozenset[str] = frozenset()


def expected(access: Access, who: Who, contract_id: str | None, roles_of: dict[str, Sequence[str]]) -> Verdict:
    """What docs/api.md promises to this actor at a route of this access."""
    if access.kind == "public":
        return None
    if who.kind == "anonymous":
        return 401, "unauthenticated"
    if access.kind in ("staff", "service"):
        return None if who.kind == access.kind and access.name in who.scopes else (403, "forbidden")
    if access.kind == "session":
        return None if who.kind in ("client", "staff") else (403, "forbidden")
    if who.kind != "client":
        return 403, "forbidden"
    if who.step != "done":
        return 403, "onboarding_incomplete"
    if access.kind == "permission" and contract_id is not None:
        if contract_id not in who.roles:
            return 404, "not_found"
        if who.roles[contract_id] not in roles_of[access.name]:
            return 403, "role_forbids"
    if access.confirmed_email and not who.confirmed:
        return 403, "email_not_confirmed"
    return None


async def with_role(cabinet: Cabinet, role: str, contract_id: str = OURS, *objects: str, confirmed: bool = True) -> Who:
    """A client with a role on a contract, on all of it or on some energy objects."""
    email = f"{ROLES.index(role)}.{contract_id}.{len(objects)}.{confirmed}@client.example".lower()
    caller = await cabinet.client(email, confirmed=confirmed)
    account_id = (await caller.get("/api/v1/sessions/current")).json()["account_id"]
    async with Context(cabinet.runtime).uow() as uow:
        await hold(uow, account_id, contract_id, role, objects or None)
    name = f"{role} of {contract_id} {' '.join(objects)} {'' if confirmed else 'unconfirmed'}"
    return Who(name.strip(), caller, confirmed=confirmed, roles={contract_id: role})


async def everybody(cabinet: Cabinet, operations: Iterable[Operation]) -> list[Who]:
    """One actor of each kind."""
    await cabinet.load("contracts", PRIVATE, {"id": THEIRS, "number": "2", "name": "ООО «Сосед»", "inn": "7830002293"})
    await cabinet.load("energy_objects", *OBJECTS)
    clients = [await with_role(cabinet, role) for role in ROLES]
    clients.append(await with_role(cabinet, ADMINISTRATOR, THEIRS))
    clients.append(await with_role(cabinet, ENGINEER, OURS, "O-1"))
    clients.append(await with_role(cabinet, MANAGER, confirmed=False))
    scopes = {
        kind: {one.access.name for one in operations if one.access.kind == kind} | extra
        for kind, extra in (("staff", set()), ("service", set(SCOPES)))
    }
    return [
        Who("anonymous", cabinet.anonymous(), "anonymous"),
        Who("just registered", await cabinet.register("fresh@client.example"), step="personal_data", confirmed=False),
        Who("without contracts", await cabinet.client("nobody@client.example")),
        *clients,
        Who("staff without scopes", await cabinet.staff("new@supplier.example"), "staff"),
        Who(
            "staff with all scopes",
            await cabinet.staff("old@supplier.example", scopes["staff"]),
            "staff",
            scopes=frozenset(scopes["staff"]),
        ),
        Who("service without scopes", await cabinet.service("new", ()), "service"),
        Who(
            "service with all scopes",
            await cabinet.service("old", scopes["service"]),
            "service",
            scopes=frozenset(scopes["service"]),
        ),
    ]


class Snapshot:
    """All rows of the database, to put back after a call that was let in and did its work (a session ended, ...)."""

    def __init__(self, cabinet: Cabinet) -> None:
        owners = tuple(f"{owner.name}_" for owner in cabinet.host.owners())
        self._tables = [table for table in Base.metadata.sorted_tables if table.name.startswith(owners)]
        self._engine = cabinet.runtime.database.writer
        self._rows: dict[str, list[dict[str, Any]]] = {}

    async def take(self) -> None:
        async with self._engine.connect() as connection:
            for table in self._tables:
                found = await connection.execute(sa.select(table))
                self._rows[table.name] = [dict(row) for row in found.mappings()]

    async def restore(self) -> None:
        async with self._engine.begin() as connection:
            for table in reversed(self._tables):
                await connection.execute(sa.delete(table))
            for table in self._tables:
                if rows := self._rows[table.name]:
                    await connection.execute(sa.insert(table), rows)


def fault(one: Operation, who: Who, verdict: Verdict, answer: httpx.Response) -> str:
    """What is wrong with an answer; empty: nothing."""
    said = f"{one.id} by {who.name}: {answer.status_code} {answer.text[:200]}"
    if verdict is None:
        missing = answer.status_code == 404 and not set(one.params) - {"contract_id"} and OURS in who.roles
        gated = answer.status_code == 403 and answer.json().get("code") in GATES
        refused = (answer.status_code in (401, 403) and not gated) or answer.status_code >= 500 or missing
        return f"{said}, should be let in" if refused else ""
    problem = answer.json() if answer.headers["content-type"] == "application/problem+json" else {}
    if (answer.status_code, problem.get("code")) != verdict:
        return f"{said}, should be {verdict}"
    return "" if is_bare(answer, problem, who) else f"{said}, tells more than the refusal"


def is_bare(answer: httpx.Response, problem: dict[str, Any], who: Who) -> bool:
    """Whether a refusal says nothing but itself: of the contract nothing at all, of the caller the role or the step."""
    allowed = {"role": who.roles.get(OURS, "")} if problem["code"] == "role_forbids" else {}
    if problem["code"] == "onboarding_incomplete":
        allowed = {"step": who.step}
    private = [value for row in (PRIVATE, *OBJECTS) for value in row.values()]
    told = answer.text + str(answer.headers)
    return (
        set(problem) == FIELDS
        and problem["errors"] == []
        and problem["params"] == allowed
        and not [value for value in private if value in told]
        and not {"set-cookie", "etag", "location", "content-disposition"} & set(answer.headers)
    )


async def walk(
    cabinet: Cabinet,
    operations: Sequence[Operation],
    actors: Sequence[Who],
    expect: Callable[[Operation, Who], Verdict],
) -> list[str]:
    """Calls everything by everybody; returns what was wrong. Who is refused calls at once, who is let in in turn."""
    faults: list[str] = []
    snapshot = Snapshot(cabinet)
    await snapshot.take()
    for one in operations:
        verdicts = [(who, expect(one, who)) for who in actors]
        refused = [(who, verdict) for who, verdict in verdicts if verdict is not None]
        answers = await asyncio.gather(*[call(who.caller, one, contract_id=OURS) for who, _ in refused])
        faults += [fault(one, *asked, answer) for asked, answer in zip(refused, answers, strict=True)]
        for who, verdict in verdicts:
            if verdict is None:
                who.caller.cookies.clear()
                answer = await call(who.caller, one, contract_id=OURS)
                faults.append(fault(one, who, None, answer))
                if one.method != "GET" and answer.is_success:
                    await snapshot.restore()
    return [found for found in faults if found]


async def test_every_operation_answers_every_actor_as_declared(cabinet: Cabinet) -> None:
    operations = operations_of(cabinet.app.app)
    actors = await everybody(cabinet, operations)
    roles_of: dict[str, Sequence[str]] = {item.name: item.roles for item in cabinet.host.manifest.declared[Permission]}

    def expect(one: Operation, who: Who) -> Verdict:
        return expected(one.access, who, OURS if "contract_id" in one.params else None, roles_of)

    assert await walk(cabinet, operations, actors, expect) == []
    classes = {expect(one, who) for one in operations for who in actors}
    assert {verdict[1] for verdict in classes if verdict} == {
        "unauthenticated",
        "forbidden",
        "onboarding_incomplete",
        "not_found",
        "role_forbids",
        "email_not_confirmed",
    }


async def test_the_matrix_notices_a_route_that_lets_the_wrong_ones_in(cabinet: Cabinet) -> None:
    operations = [one for one in operations_of(cabinet.app.app) if one.id in ("contracts", "who_am_i")]
    actors = [Who("anonymous", cabinet.anonymous(), "anonymous"), Who("client", await cabinet.client())]
    wrong: list[Verdict] = [(403, "forbidden"), None]
    for verdict in wrong:
        found = await walk(cabinet, operations, actors, lambda one, who, verdict=verdict: verdict)  # type: ignore[misc]
        assert len(found) == (4 if verdict else 2), found
