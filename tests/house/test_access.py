"""Deny by default: who may call what, held to on every route that the application really has."""

from typing import Any

import pytest

from core.app import create_app
from core.host import Host
from core.http.access import authorize
from core.testing.cabinet import Cabinet
from tests.operations import Operation, call, handlers_of, operations_of

PUBLIC = {
    # the host itself
    "health",
    "ready",
    "metrics",
    "openapi",
    "docs",
    "docs_asset",
    # before there is a session
    "register",
    "sign_in",
    "confirm_sign_in",  # whoever holds the challenge and the code
    "send_sign_in_code",
    "ask_recovery",
    "recover_password",  # whoever opens the letter's link
    "confirm_contract",  # whoever opens the letter's link
    # what the bank calls; its signature is checked
    "payments_callback",
    "payments_callback_posted",
    # whoever holds a mailing's letter
    "unsubscription",
    "unsubscribe",
    # what anybody may read
    "help_company",
    "documents",
    "document",
    "document_versions",
    "document_version",
    "download_document",
    "download_document_version",
    "interval_receipt_keys",
}
CONTRACT = {"id": "C-1", "number": "78000000012345", "name": "ООО «Ромашка»", "inn": "7830002293", "kpp": "783001001"}
EMAIL = "dogovor@romashka.example"


def test_every_route_says_who_may_call_and_is_guarded(full_host: Host) -> None:
    for method, path, handler in handlers_of(create_app(full_host).app):
        if method == "OPTIONS" and "access" not in handler.opt:
            assert handler.fn.__name__ == "options_handler", path  # the framework's: tells the methods of a path
            continue
        assert "access" in handler.opt, f"{method} {path}"
        assert authorize in handler.resolve_guards(), f"{method} {path}"


def test_the_public_routes_are_these(operations: list[Operation]) -> None:
    public = {one.id for one in operations if one.access.kind == "public" and not one.path.startswith("/demo")}
    assert public == PUBLIC


def test_staff_and_exchange_routes_belong_to_staff_and_to_the_company(operations: list[Operation]) -> None:
    assert any(one.path.startswith("/api/v1/exchange/") for one in operations)
    for one in operations:
        for area, kind in (("staff", "staff"), ("exchange", "service")):
            inside = one.path.startswith(f"/api/v1/{area}/")
            assert inside == (one.access.kind == kind), f"{one.id} at {one.path} is for {one.access.kind}"


def test_a_permission_on_a_route_is_declared(operations: list[Operation], full_host: Host) -> None:
    declared = {name for hook, name in full_host.manifest.owners if hook == "permissions"}
    used = {one.access.name for one in operations if one.access.kind == "permission"}
    assert used <= declared


@pytest.mark.requirement("IDN-19")
async def test_without_a_live_session_everything_else_is_closed(cabinet: Cabinet) -> None:
    ended = await cabinet.register()
    assert (await ended.delete("/api/v1/sessions/current")).status_code == 204
    anonymous, malformed = cabinet.anonymous(), cabinet.anonymous().sign("abs_no-such-token")
    shapes: set[tuple[Any, ...]] = set()
    closed = [one for one in operations_of(cabinet.app.app) if one.access.kind != "public"]
    assert len(closed) > 10
    for one in closed:
        for caller in (anonymous, malformed, ended):
            answer = await call(caller, one)
            assert answer.status_code == 401, f"{one.id}: {answer.text}"
            problem = answer.json()
            problem.pop("request_id")
            shapes.add(tuple(sorted((name, str(value)) for name, value in problem.items())))
    assert len(shapes) == 1


async def test_a_foreign_contract_looks_like_a_missing_one(cabinet: Cabinet) -> None:
    await cabinet.load("contracts", CONTRACT)
    await cabinet.load("contract_emails", {"contract_id": "C-1", "email": EMAIL})
    owner, stranger = await cabinet.client("owner@example.ru"), await cabinet.client("stranger@example.ru")
    await cabinet.link(owner, CONTRACT["number"], EMAIL)
    on_contracts = [one for one in operations_of(cabinet.app.app) if "contract_id" in one.params]
    assert len(on_contracts) > 1
    for one in on_contracts:
        answers = [await call(stranger, one, contract_id=contract_id) for contract_id in ("C-1", "C-2")]
        told = [answer.text.replace(answer.headers["x-request-id"], "") for answer in answers]
        assert told[0] == told[1], one.id
        assert [answer.status_code for answer in answers] == [404, 404], one.id
        headers = [
            {name: value for name, value in answer.headers.items() if name != "x-request-id"} for answer in answers
        ]
        assert headers[0] == headers[1], one.id


async def test_staff_sign_in_and_out_like_anybody(cabinet: Cabinet) -> None:
    staff = await cabinet.staff(scopes=["roles.manage"])
    me = (await staff.get("/api/v1/sessions/current")).json()
    assert (me["kind"], me["scopes"]) == ("staff", ["roles.manage"])
    assert (await staff.delete("/api/v1/sessions/current")).status_code == 204
    assert (await staff.get("/api/v1/sessions/current")).status_code == 401
