"""Creating calls are safe to repeat: each has a test that repeats it, and a service that keeps its answer."""

import ast
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from core.context import SYSTEM, Context
from core.db.tables import Audit
from core.db.uow import IdempotencyClaim
from core.testing.cabinet import Cabinet
from tests.house.repository import ROOT
from tests.operations import Operation

NOT_CREATING = {
    "register": "the answer holds a token, which is stored nowhere; after a lost answer, sign in",
    "sign_in": "the answer holds a token; signing in again only opens another session",
    "send_email_code": "a second call within a minute is refused",
    "confirm_email": "the code works once",
    "accept_agreement": "a second call is refused",
    "confirm_sign_in": "the answer holds a token; the code works once",
    "send_sign_in_code": "a second call within a minute is refused",
    "ask_recovery": "a second letter only replaces the first; their number is limited",
    "recover_password": "the link works once",
    "verify_session": "the password given twice is the password given",
    "end_other_sessions": "those that have ended stay ended",
    "delete_account": "the session that asked is gone afterwards",
    "enrol_totp": "the answer holds a secret, which is stored nowhere; a second call replaces the first",
    "confirm_totp": "the code works once",
    "renew_recovery_codes": "the answer holds secrets; a second call replaces them",
    "unsubscribe": "what is switched off stays off",
    "confirm_contract": "the link works once",
    "upload_notification_file": "of a file uploaded twice and published once, the other is removed after a day",
    "upload_import": "a file uploaded twice lies there twice for people to see; nothing is sent by it",
    "undo_household_file": "what stood before the file stands again, however often",
    "upload": "a file uploaded twice lies there twice until one is attached; the other goes by itself",
    "staff_upload": "likewise",
    "cancel_import": "a cancelled file stays cancelled",
    "attach_to_role_request": "the same file sent again is recognised by its content",
    "exchange_load": "rows are upserted by their keys",
    "exchange_answer_facts": "an answer repeated changes nothing",
    "exchange_acknowledge": "a position acknowledged again stays where it is",
    "quote_payment": "only reckons; nothing is stored",
    "payments_callback_posted": "only orders a look at the payment; copies mean the same",
    "reject_edo_document": "a rejected document stays rejected; a second call is refused",
    "withdraw_edo_document": "likewise",
    "annul_edo_document": "the request stands; a second call is refused",
    "answer_edo_annulment": "the answer stands; a second call is refused",
    "sign_edo_simply": "the code works once, and nothing is signed twice",
    "sign_edo_qualified": "what is signed is not signed again",
    "repeat_edo_sending": "only what was refused is sent once more; a second call is refused",
    "reread_edo_operator": "reading from the beginning twice doubles nothing",
    "demo_confirm": "the link works once",
    "demo_trouble": "switches the simulator to a state",
}
"""POST operations that take no Idempotency-Key, and why that is right."""


def marked(marker: str) -> Iterator[str]:
    """The arguments of a marker, wherever a test bears it."""
    for path in (ROOT / "tests").rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == marker:
                yield from (str(arg.value) for arg in node.args if isinstance(arg, ast.Constant))


def test_every_creating_call_is_repeated_by_a_test(operations: list[Operation]) -> None:
    creating = {one.id for one in operations if one.handler.opt["creating"]}
    assert creating
    assert creating == set(marked("repeats"))


def test_every_other_post_has_a_reason(operations: list[Operation]) -> None:
    others = {one.id for one in operations if one.method == "POST" and not one.handler.opt["creating"]}
    assert others == set(NOT_CREATING)


def test_only_a_post_creates(operations: list[Operation]) -> None:
    assert not [one.id for one in operations if one.handler.opt["creating"] and one.method != "POST"]


async def test_a_service_that_forgets_to_keep_its_answer_commits_nothing(cabinet: Cabinet) -> None:
    claim = IdempotencyClaim("a" * 64, "b" * 64)
    with pytest.raises(RuntimeError, match=r"uow\.answer"):
        async with Context(cabinet.runtime, SYSTEM, claim=claim).uow() as uow:
            uow.audit("test.created", "thing")
    async with cabinet.runtime.database.writer.connect() as connection:
        made = sa.select(sa.func.count()).where(Audit.action == "test.created")
        assert await connection.scalar(made) == 0
