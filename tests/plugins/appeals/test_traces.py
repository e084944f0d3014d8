"""What the logs of a whole day at the cabinet must not hold: passwords, codes, tokens, addresses, what people wrote."""

import json
import re
from datetime import timedelta
from typing import Any

import pyotp
import pytest

from core.ports.mail import Mail, MailUnavailable, Message
from core.testing.cabinet import PASSWORD, Cabinet, Caller
from core.testing.clock import MovableClock
from core.testing.signing import Signatory
from tests.plugins.appeals.supplier import (
    CONCLUSION,
    SCOPES,
    STAFF,
    ask_support,
    attach,
    client,
    fill_signed,
    good,
    send_signed,
)
from tests.traces import Logs

EMAIL, OTHER, STRANGER = "ivanova@example.ru", "Sidorova@Example.ru", "nikto@example.ru"
FRESH, WRONG = "Novyi1parol", "Wrong123Wrong"
QUESTION, ANSWER = "Почему пени за декабрь", "Пени пересчитаны полностью"
PHONE = "9218662294"
FILE = b"%PDF-1.7 the content of an attachment"
SWITCH = "/api/v1/profile/two-factor"


class AwayMail:
    """The mailbox in a folder, behind a server that refuses every letter once, and quotes the address as it likes."""

    def __init__(self, mail: Any) -> None:
        self.mail, self.refused = mail, set[str]()

    async def send(self, message: Message) -> None:
        if message.id not in self.refused:
            self.refused.add(message.id)
            quoted = f"<{message.to.title()}>, {message.to}: greylisted, see {message.to.upper()}"
            raise MailUnavailable(f"letter {message.id}: the server answered 450 {quoted}")
        await self.mail.send(message)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.mail, name)


async def sign_in(caller: Caller, password: str, email: str = EMAIL, **more: Any) -> Any:
    body = {"email": email, "password": password, **more}
    return await caller.post("/api/v1/sessions", json=body, headers={"User-Agent": "Firefox/115.0"})


async def enter(supplier: Cabinet, secrets: set[str]) -> Caller:
    """Registration and sign-in, with every mistake that people make."""
    caller = await client(supplier, EMAIL)
    secrets |= {caller.headers["Authorization"].removeprefix("Bearer ")}
    other = await supplier.register(OTHER, password=PASSWORD)
    wrong = await other.post("/api/v1/registration/email-confirmation", json={"code": "00000"})
    assert wrong.status_code == 422
    code = await supplier.code_for(OTHER.lower())
    secrets.add(code)
    good(await other.post("/api/v1/registration/email-confirmation", json={"code": code}))
    anonymous = supplier.anonymous()
    form = {"email": EMAIL, "password": PASSWORD, "agreement": True}
    assert (await anonymous.post("/api/v1/registration", json=form)).status_code == 409
    assert (await sign_in(anonymous, WRONG)).status_code == 401
    assert (await sign_in(anonymous, WRONG, STRANGER)).status_code == 401
    for body in (json.dumps(form)[:-1], json.dumps({**form, EMAIL: PASSWORD}), json.dumps({"email": [EMAIL]})):
        told = await anonymous.post("/api/v1/registration", content=body, headers={"Content-Type": "application/json"})
        assert told.status_code in (400, 422)
    assert (await anonymous.get(f"/api/v1/{EMAIL}/{PASSWORD}")).status_code == 404
    anonymous.headers["Authorization"] = f"Bearer {PASSWORD}"
    assert (await anonymous.get("/api/v1/profile", params={"token": PASSWORD})).status_code == 401
    return caller


async def guard(supplier: Cabinet, caller: Caller, clock: MovableClock, secrets: set[str]) -> None:
    """Two-factor authentication by letter, by an application and by a recovery code."""
    good(await caller.put(SWITCH, json={"on": True}))
    asked = good(await sign_in(supplier.anonymous(), PASSWORD))
    code = await supplier.code_for(EMAIL)
    confirmed = {"challenge": asked["challenge"], "code": code}
    opened = good(await supplier.anonymous().post("/api/v1/sessions/confirmations", json=confirmed))
    enrolment = good(await caller.post(f"{SWITCH}/totp", json={"password": PASSWORD}))
    application = pyotp.TOTP(enrolment["secret"])
    made = good(await caller.post(f"{SWITCH}/totp/confirmation", json={"code": application.at(clock.now())}))
    secrets |= {code, asked["challenge"], opened["token"], opened["device"], enrolment["secret"], *made["codes"]}
    asked = good(await sign_in(supplier.anonymous(), PASSWORD))
    for code in ("000000", made["codes"][0]):
        body = {"challenge": asked["challenge"], "code": code, "method": "recovery_code"}
        await supplier.anonymous().post("/api/v1/sessions/confirmations", json=body)
    good(await caller.put(SWITCH, json={"on": False}))


async def recover(supplier: Cabinet, secrets: set[str]) -> None:
    """A forgotten password."""
    for email in (EMAIL, STRANGER):
        good(await supplier.anonymous().post("/api/v1/recovery", json={"email": email}))
    token = await supplier.link_token(EMAIL)
    secrets.add(token)
    for body in ({"token": token, "password": "short"}, {"token": token, "password": FRESH}, {"token": token[:-1]}):
        await supplier.anonymous().post("/api/v1/recovery/password", json=body)
    secrets.add(good(await sign_in(supplier.anonymous(), FRESH))["token"])


async def write(supplier: Cabinet, director: Signatory) -> None:
    """Appeals: a question with a file and its answer, and a signed one."""
    caller = await client(supplier, "appeals@example.ru")
    appeal_id = await ask_support(supplier, caller, QUESTION)
    assert (await attach(caller, "no-such-appeal", "files", FILE, f"{EMAIL}.pdf")).status_code == 404
    support = await supplier.staff(scopes=SCOPES)
    good(await support.post(f"{STAFF}/{appeal_id}/messages", json={"text": ANSWER}))
    await send_signed(supplier, caller, await fill_signed(caller, CONCLUSION, director), director)
    assert (await caller.post(f"/api/v1/appeals/{appeal_id}/messages", json={"text": QUESTION, "x": 1})).status_code


@pytest.mark.requirement("IDN-01", "IDN-16", "IDN-28")
async def test_the_logs_hold_nothing_of_anybody(
    supplier: Cabinet, director: Signatory, clock: MovableClock, logs: Logs
) -> None:
    ports: Any = supplier.runtime.ports
    secrets = {PASSWORD, FRESH, WRONG, EMAIL, STRANGER, PHONE, QUESTION, ANSWER, FILE.decode(), "appeals@example.ru"}
    caller = await enter(supplier, secrets)
    await guard(supplier, caller, clock, secrets)
    ports[Mail] = away = AwayMail(ports[Mail])
    good(await supplier.anonymous().post("/api/v1/recovery", json={"email": EMAIL}))
    await supplier.drain(failing=True)
    clock.move(timedelta(hours=2))
    await supplier.drain(failing=True)
    assert away.refused
    secrets |= set(re.findall(r"token=(\S+)", (await away.mail.read_all())[0].text))
    ports[Mail] = away.mail
    await recover(supplier, secrets)
    await write(supplier, director)

    lines = [line for line in logs.text("abonent", "core", "plugins", "hosts", "litestar").splitlines() if line]
    assert any("status=401" in line for line in lines)
    assert any("450" in line for line in lines)
    found = {(line, secret) for line in lines for secret in secrets if secret.lower() in line.lower()}
    found |= {(line, "?") for line in lines if re.search(r"ab[skd]_[0-9A-Za-z_-]{8}|[^\s@<]+@[^\s@>]+\.\w", line)}
    assert not found
