"""Whatever a newcomer does, in whatever order: no gate opens before its key was turned."""

import asyncio
import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from core.config import Config
from core.context import Context
from core.contracts.public import grant
from core.host import Host
from core.identity.public import INVITATION, invite
from core.sdk import Hooks
from core.testing.cabinet import PASSWORD, Cabinet, Caller, running
from core.testing.clock import MovableClock
from tests.core.identity.visitors import another, codes, refusal

REGISTRATION, PROFILE = "/api/v1/registration", "/api/v1/profile"
CONTRACT = {"id": "C-1", "number": "78000000012345", "name": "ООО «Ромашка»", "inn": "7830002293", "kpp": "783001001"}
NAMES = {"surname": "Иванова", "given_name": "Анна"}
PHONES = {"+7 921 866-22-94": True, "8 (921) 866-22-95": True, "+7 921": False, "нет телефона": False}
CONFIRMED = (409, "email_confirmed_already")
DOORS = (
    ("POST", f"{REGISTRATION}/email-code", None),
    ("POST", f"{REGISTRATION}/email-confirmation", {"code": "00000"}),
    ("PUT", f"{PROFILE}/personal-data", NAMES),
    ("PUT", f"{PROFILE}/phone", {"phone": "+7 921 866-22-94"}),
    ("PUT", f"{PROFILE}/email", {"email": "stranger@example.ru"}),
    ("POST", f"{PROFILE}/deletion", {"password": PASSWORD, "confirmed": True}),
    ("GET", "/api/v1/sessions", None),
)
inside = precondition(lambda self: self.caller is not None and not self.closed)
outside = precondition(lambda self: self.caller is None or self.closed)


class Newcomer(RuleBasedStateMachine):
    """One account from its first day to its last. The attributes are what ought to be true of it."""

    numbers = count()

    def __init__(self, cabinet: Cabinet, runner: asyncio.Runner) -> None:
        super().__init__()
        self.cabinet, self.runner = cabinet, runner
        number = next(self.numbers)
        self.email, self.address = f"newcomer{number}@example.ru", f"2001:db8:{number:x}::1"
        self.stranger = cabinet.anonymous(self.address)
        self.caller: Caller | None = None
        self.sent_at: datetime | None = None
        """When the code that counts was sent; None: none does."""
        self.verified_at = cabinet.clock.now()
        """When the session in use began, or the password was given in it again."""
        self._forget()

    def _forget(self) -> None:
        self.agreed = self.named = self.reachable = self.confirmed = self.closed = False
        self.password, self.sent_at, self.wrong_attempts = PASSWORD, None, 0
        self.earlier: list[str] = []

    # ---- two ways to begin
    @initialize(invited=st.booleans(), closed_gate=st.sampled_from(["none", "agreement", "names", "phone", "all"]))
    def begin(self, invited: bool, closed_gate: str) -> None:
        """Most start in front of one gate: otherwise chance would rarely lead through all of them."""
        account_id = self._invited() if invited else self._registered()
        self.runner.run(grant(Context(self.cabinet.runtime), account_id, "C-1", "Руководитель"))
        if invited:
            self.sign_in()
        if closed_gate not in ("all", "agreement"):
            self.accept_the_agreement(True)
        if closed_gate not in ("all", "names"):
            self.give_names(True)
        if closed_gate not in ("all", "phone"):
            self.give_phone("+7 921 866-22-94")

    @precondition(lambda self: self.closed)
    @rule()
    def begin_again(self) -> None:
        """With the same address: nothing of the former account helps."""
        self._forget()
        self.begin(invited=False, closed_gate="all")

    def _registered(self) -> str:
        form = {"email": self.email, "password": PASSWORD, "agreement": True}
        answer = self._ask(self.stranger, "POST", REGISTRATION, form)
        assert answer.status_code == 201, answer.text
        self._enter(answer)
        self.agreed = True
        self._code_was_sent()
        account_id: str = answer.json()["me"]["account_id"]
        return account_id

    def _invited(self) -> str:
        async def open_account() -> str:
            ctx = Context(self.cabinet.runtime)
            invitation = await invite(ctx, self.email)
            async with ctx.uow() as uow:
                return await invitation.accept(uow)

        account_id = self.runner.run(open_account())
        self.password = self.cabinet.runtime.secrets.password(INVITATION, account_id)
        self.confirmed = True
        return account_id

    # ---- the keys
    @inside
    @rule(agreement=st.sampled_from([True, True, False]))
    def accept_the_agreement(self, agreement: bool) -> None:
        answer = self._call("POST", f"{REGISTRATION}/agreement", {"agreement": agreement})
        if not agreement:
            assert codes(answer) == {("agreement", "agreement_required")}
            return
        assert answer.status_code == (409 if self.agreed else 200)
        self.agreed = True

    @inside
    @rule(good=st.sampled_from([True, True, False]))
    def give_names(self, good: bool) -> None:
        answer = self._call("PUT", f"{PROFILE}/personal-data", NAMES if good else {**NAMES, "surname": " "})
        assert answer.status_code == (204 if good else 422)
        self.named |= good

    @inside
    @rule(phone=st.sampled_from(list(PHONES)))
    def give_phone(self, phone: str) -> None:
        ask = self._verified if self.reachable and PHONES[phone] else self._call
        answer = ask("PUT", f"{PROFILE}/phone", {"phone": phone})
        assert answer.status_code == (204 if PHONES[phone] else 422)
        self.reachable |= PHONES[phone]

    @inside
    @rule()
    def ask_for_a_code(self) -> None:
        before = self._code()
        answer = self._call("POST", f"{REGISTRATION}/email-code")
        if self.confirmed:
            assert refusal(answer) == CONFIRMED
        elif self.sent_at and self.cabinet.clock.now() - self.sent_at < timedelta(minutes=1):
            assert refusal(answer) == (429, "too_many_requests")
        elif answer.status_code != 429:  # too many within the hour
            assert answer.status_code == 200, answer.text
            self.earlier.append(before)
            self._code_was_sent()

    @inside
    @rule()
    def enter_the_code_of_the_letter(self) -> None:
        answer = self._call("POST", f"{REGISTRATION}/email-confirmation", {"code": self._code()})
        if self.confirmed:
            assert refusal(answer) == CONFIRMED
        elif self._code_counts():
            assert answer.status_code == 200, answer.text
            self.confirmed, self.sent_at = True, None
        else:
            assert codes(answer) == {("code", "code_expired")}

    @inside
    @rule(attempts=st.integers(1, 6))
    def guess(self, attempts: int) -> None:
        for _ in range(attempts):
            self._enter_wrong(another(self._code()))

    @inside
    @rule()
    def enter_an_earlier_code(self) -> None:
        if self.earlier and self.earlier[-1] != self._code():
            self._enter_wrong(self.earlier[-1])

    def _enter_wrong(self, code: str) -> None:
        answer = self._call("POST", f"{REGISTRATION}/email-confirmation", {"code": code})
        if self.confirmed:
            assert refusal(answer) == CONFIRMED
        else:
            assert codes(answer) == {("code", "code_wrong" if self._code_counts() else "code_expired")}
            self.wrong_attempts += 1

    @inside
    @rule()
    def change_the_address(self) -> None:
        before, email = self._code(), f"newcomer{next(self.numbers)}@example.ru"
        answer = self._verified("PUT", f"{PROFILE}/email", {"email": email})
        if answer.status_code != 429:  # too many within the hour
            assert answer.status_code == 204, answer.text
            self.email, self.confirmed = email, False
            self.earlier.append(before)
            self._code_was_sent()

    # ---- comings and goings
    @outside
    @rule(door=st.sampled_from(DOORS))
    def knock(self, door: tuple[str, str, Any]) -> None:
        answer = self._ask(self.caller or self.stranger, *door)
        assert answer.status_code == 401, answer.text

    @rule(minutes=st.sampled_from([0.5, 1, 10, 31]))
    def wait(self, minutes: float) -> None:
        self.cabinet.clock.move(timedelta(minutes=minutes))

    @inside
    @rule()
    def sign_out(self) -> None:
        assert self._call("DELETE", "/api/v1/sessions/current").status_code == 204
        self.caller = None

    @rule()
    def sign_in(self) -> None:
        credentials = {"email": self.email, "password": self.password}
        answer = self._ask(self.stranger, "POST", "/api/v1/sessions", credentials)
        if self.closed:
            assert refusal(answer) in [(401, "sign_in_refused"), (429, "too_many_requests")]
        else:
            assert answer.status_code == 201, answer.text
            self._enter(answer)

    @rule()
    def recover_the_password(self) -> None:
        asked = self._ask(self.stranger, "POST", "/api/v1/recovery", {"email": self.email})
        if self.closed or asked.status_code == 429:  # too many within the hour
            return
        token = self.runner.run(self.cabinet.link_token(self.email))
        self.password = f"Novyi{next(self.numbers)}parol"
        new = {"token": token, "password": self.password}
        assert self._ask(self.stranger, "POST", "/api/v1/recovery/password", new).status_code == 204
        if self.caller:
            assert self._ask(self.caller, "GET", PROFILE).status_code == 401
        self.caller = None

    @inside
    @rule(sure=st.sampled_from([False, False, True]))
    def delete_the_account(self, sure: bool) -> None:
        answer = self._call("POST", f"{PROFILE}/deletion", {"password": self.password, "confirmed": sure})
        assert answer.status_code == (204 if sure else 422)
        self.closed = sure

    # ---- what must hold after every step
    @invariant()
    def the_gates_stand_where_they_ought_to(self) -> None:
        caller = self.caller or self.stranger
        reading = self._ask(caller, "GET", "/api/v1/contracts")
        sending = self._ask(caller, "POST", "/api/v1/readings/contracts/C-1/submissions", {})
        if self.caller is None or self.closed:
            assert (reading.status_code, sending.status_code) == (401, 401)
            return
        me = self._ask(caller, "GET", "/api/v1/sessions/current").json()
        assert (me["step"], me["email_confirmed"], me["email"]) == (self._step(), self.confirmed, self.email)
        if self._step() != "done":
            assert refusal(reading) == refusal(sending) == (403, "onboarding_incomplete")
            return
        assert [item["id"] for item in reading.json()["items"]] == ["C-1"]
        assert refusal(sending) == ((422, "invalid") if self.confirmed else (403, "email_not_confirmed"))

    def _step(self) -> str:
        if not self.agreed:
            return "agreement"
        if not self.named:
            return "personal_data"
        return "done" if self.reachable else "phone"

    def _code_counts(self) -> bool:
        fresh = self.sent_at and self.cabinet.clock.now() - self.sent_at <= timedelta(minutes=10)
        return bool(fresh) and self.wrong_attempts < 5

    # ---- means
    def _verified(self, method: str, path: str, body: Any) -> httpx.Response:
        """Calls what takes a verified session; gives the password first if the sign-in is too long ago."""
        answer = self._call(method, path, body)
        stale = self.cabinet.clock.now() - self.verified_at >= timedelta(minutes=15)
        if answer.status_code == 429:
            return answer
        assert (answer.status_code == 403) == stale, answer.text
        if not stale:
            return answer
        assert answer.json()["code"] == "password_needed"
        given = self._call("POST", "/api/v1/sessions/current/verification", {"password": self.password})
        assert given.status_code == 204, given.text
        self.verified_at = self.cabinet.clock.now()
        return self._call(method, path, body)

    def _code_was_sent(self) -> None:
        self.sent_at, self.wrong_attempts = self.cabinet.clock.now(), 0

    def _enter(self, answer: httpx.Response) -> None:
        self.caller = self.cabinet.anonymous(self.address).sign(answer.json()["token"])
        self.verified_at = self.cabinet.clock.now()

    def _code(self) -> str:
        """The code in the newest such letter; any, where there is none."""
        letters = self.runner.run(self.cabinet.letters(self.email))
        found = (re.search(r"подтверждения: (\d{5})$", letter.subject) for letter in letters)
        return next((match[1] for match in found if match), "00000")

    def _call(self, method: str, path: str, body: Any = None) -> httpx.Response:
        assert self.caller
        return self._ask(self.caller, method, path, body)

    def _ask(self, caller: Caller, method: str, path: str, body: Any = None) -> httpx.Response:
        return self.runner.run(caller.request(method, path, json=body))


@pytest.mark.timeout(300)
def test_no_gate_opens_before_its_key_was_turned(
    host_config: Config, clock: MovableClock, available_plugins: Mapping[str, Callable[[], type[Hooks]]]
) -> None:
    with asyncio.Runner() as runner:
        living = running(Host(host_config, clock=clock, available=available_plugins), clock)
        cabinet = runner.run(living.__aenter__())
        try:
            runner.run(cabinet.load("contracts", CONTRACT))
            run_state_machine_as_test(
                lambda: Newcomer(cabinet, runner),  # type: ignore[arg-type] # any factory will do
                settings=settings(
                    max_examples=25,
                    stateful_step_count=25,
                    deadline=None,
                    suppress_health_check=list(HealthCheck),
                    derandomize=True,
                    database=None,
                ),
            )
        finally:
            runner.run(living.__aexit__(None, None, None))
