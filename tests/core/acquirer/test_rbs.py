"""What is particular about the RBS dialect: signatures, codes, receipts, settings of the banks."""

import asyncio
import json
import logging
import re
import tomllib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from core.adapters import ADAPTERS
from core.adapters.acquirer_http import card_mask, without_cards
from core.adapters.acquirer_rbs import RbsAcquirer, make_rbs, wire
from core.adapters.acquirer_rbs.callbacks import by_hmac, read_callback, signed_text
from core.config import ConfigError
from core.ports.acquirer import (
    AcquirerRefused,
    AcquirerUnavailable,
    Callback,
    CallbackRefused,
    Hint,
    OutcomeUnknown,
    ReceiptItem,
)
from core.sdk import AdapterHost
from core.testing.bank import BankServer
from core.testing.clock import MovableClock
from core.testing.sockets import read_request, respond
from core.testing.suites.acquirer import order_of
from tests.core.acquirer.setups import KEY, rbs_settings

GENUINE = {
    "amount": "1999900",
    "mdOrder": "3ff6962a-7dcc-4283-ab50-a6d7dd3386fe",
    "operation": "deposited",
    "orderNumber": "LK-2026-000123",
    "status": "1",
}
CHECKSUM = "C30AFBEFA85895640A4216A4ED0461F6E9AC96C3ED24F3F849AA18BE7BA67369"
"""A vector from outside: HMAC-SHA256 of GENUINE with KEY."""


def callback(fields: dict[str, str], *, posted: bool = False) -> Callback:
    text = urlencode(fields)
    return Callback("" if posted else text, {}, text.encode() if posted else b"", "127.0.0.1")


# ---- callbacks
@pytest.mark.parametrize("posted", [False, True])
@pytest.mark.parametrize("checksum", [CHECKSUM, CHECKSUM.lower()])
def test_the_known_signature_holds(posted: bool, checksum: str) -> None:
    hint = read_callback(
        callback(GENUINE | {"checksum": checksum, "sign_alias": "x"}, posted=posted), by_hmac(KEY.encode())
    )
    assert hint == Hint(GENUINE["mdOrder"], GENUINE["orderNumber"], "deposited")


@pytest.mark.parametrize("name", [*GENUINE, "checksum"])
def test_a_field_altered_dropped_or_emptied_is_refused(name: str) -> None:
    genuine = GENUINE | {"checksum": CHECKSUM}
    for altered in (genuine | {name: genuine[name] + "0"}, genuine | {name: ""}, _without(genuine, name)):
        with pytest.raises(CallbackRefused):
            read_callback(callback(altered), by_hmac(KEY.encode()))


def _without(fields: dict[str, str], name: str) -> dict[str, str]:
    return {key: value for key, value in fields.items() if key != name}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "checksum=",
        "&".join(f"a{number}=1" for number in range(1000)),
        "a=%FF",
        "a=1" + "0" * 20_000,
        urlencode(GENUINE | {"checksum": "ЯЯ"}),
        urlencode(GENUINE | {"checksum": CHECKSUM}) + "&amount=1",
        urlencode(GENUINE | {"checksum": CHECKSUM}) + "&amount=1999900",
    ],
)
def test_noise_is_refused(text: str) -> None:
    for item in (Callback(text, {}, b"", "127.0.0.1"), Callback("", {}, text.encode(), "127.0.0.1")):
        with pytest.raises(CallbackRefused):
            read_callback(item, by_hmac(KEY.encode()))


def test_parts_of_the_signed_text_cannot_be_moved_into_each_other() -> None:
    moved = _without(GENUINE, "mdOrder") | {"amount": f"1999900;mdOrder;{GENUINE['mdOrder']}"}
    merged = {"amount": GENUINE["amount"], "mdOrder": f"{GENUINE['mdOrder']};operation;deposited"}
    merged |= {"orderNumber": GENUINE["orderNumber"], "status": "1"}
    for fields in (moved, merged):
        assert signed_text(fields) == signed_text(GENUINE)
        with pytest.raises(CallbackRefused):
            read_callback(callback(fields | {"checksum": CHECKSUM}), by_hmac(KEY.encode()))


@given(st.dictionaries(st.text(min_size=1, max_size=8), st.text(max_size=20), max_size=8), st.text(max_size=70))
def test_only_whoever_has_the_key_is_heard(fields: dict[str, str], checksum: str) -> None:
    try:
        item = callback({**GENUINE, **fields, "checksum": checksum})
    except UnicodeEncodeError:
        return
    if checksum.upper() != CHECKSUM or fields:
        with pytest.raises(CallbackRefused):
            read_callback(item, by_hmac(KEY.encode()))


def test_a_signature_by_certificate(host: AdapterHost, tmp_path: Path) -> None:
    private = rsa.generate_private_key(65537, 2048)
    file = tmp_path / "bank.pem"
    file.write_bytes(private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    adapter = make_rbs(rbs_settings("http://127.0.0.1:1", callbacks="rsa", callback_certificate=str(file)), host)
    checksum = private.sign(signed_text(GENUINE), PKCS1v15(), SHA512()).hex().upper()
    assert adapter.read_callback(callback(GENUINE | {"checksum": checksum})).order_id == GENUINE["mdOrder"]
    for altered in (GENUINE | {"amount": "1"}, GENUINE | {"checksum": CHECKSUM}, GENUINE | {"checksum": "zz"}):
        with pytest.raises(CallbackRefused):
            adapter.read_callback(callback({"checksum": checksum} | altered))


def test_callbacks_may_be_off(host: AdapterHost) -> None:
    adapter = make_rbs(rbs_settings("http://127.0.0.1:1", callbacks="off", callback_key_env=""), host)
    with pytest.raises(CallbackRefused):
        adapter.read_callback(callback(GENUINE | {"checksum": CHECKSUM}))


# ---- what goes out
def sent(server: BankServer, call: str) -> dict[str, str]:
    """The form of the last call of this name."""
    request = [item for item in server.requests if item.path.endswith(call)][-1]
    assert request.method == "POST"
    assert "?" not in request.path
    return dict(parse_qsl(request.body.decode()))


async def test_what_an_order_says(rbs: RbsAcquirer, rbs_server: BankServer, clock: MovableClock) -> None:
    order = order_of(clock)
    await rbs.register(order)
    assert sent(rbs_server, "register.do") == {
        "userName": "lk-api",
        "password": "lk-password",
        "orderNumber": order.number,
        "amount": "345238",
        "currency": "643",
        "returnUrl": order.return_url,
        "failUrl": order.fail_url,
        "description": order.description,
        "language": "ru",
        "sessionTimeoutSecs": "1200",
        "email": order.email,
    }


async def test_the_receipt_of_an_order(rbs_server: BankServer, host: AdapterHost, clock: MovableClock) -> None:
    codes = {"none": 0, "22/122": 12}
    adapter = make_rbs(
        rbs_settings(rbs_server.url, receipts=True, vat_codes=codes, callback_url="https://lk.example.ru/c"), host
    )
    items = (
        ReceiptItem("Электроэнергия по договору №1", 341_820, "22/122", "advance", "payment"),
        ReceiptItem("Комиссия", 3_418, "none"),
    )
    await adapter.register(order_of(clock, items=items))
    form = sent(rbs_server, "register.do")
    bundle = json.loads(form["orderBundle"])
    assert form["dynamicCallbackUrl"] == "https://lk.example.ru/c"
    assert bundle["customerDetails"] == {"email": "buhgalter@hleb.example"}
    first, second = bundle["cartItems"]["items"]
    assert (first["itemAmount"], first["tax"], second["itemAmount"]) == (341_820, {"taxType": 12}, 3_418)
    assert first["itemAttributes"]["attributes"] == [
        {"name": "paymentMethod", "value": "3"},
        {"name": "paymentObject", "value": "10"},
    ]
    with pytest.raises(AcquirerRefused, match="vat_codes has no code for '22'"):
        await adapter.register(order_of(clock, items=(ReceiptItem("Электроэнергия", 345_238, "22"),)))
    with pytest.raises(ValueError, match="do not add up"):
        await adapter.register(order_of(clock, items=items[:1]))
    await adapter.close()


async def test_a_token_in_place_of_a_password(rbs_server: BankServer, host: AdapterHost, clock: MovableClock) -> None:
    adapter = make_rbs(rbs_settings(rbs_server.url, auth="token", credentials_env="TEST_RBS_TOKEN"), host)
    await adapter.register(order_of(clock))
    assert sent(rbs_server, "register.do")["token"] == "a-token"
    await adapter.close()


async def test_a_wrong_password_is_refused_and_told_nowhere(
    rbs_server: BankServer,
    host: AdapterHost,
    clock: MovableClock,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("TEST_RBS", "lk-api:a-very-wrong-password")
    caplog.set_level(logging.DEBUG)
    adapter = make_rbs(rbs_settings(rbs_server.url), host)
    with pytest.raises(AcquirerRefused) as refused:
        await adapter.register(order_of(clock))
    assert refused.value.code == "5"
    assert "a-very-wrong-password" not in f"{refused.value!r} {caplog.text}"
    await adapter.close()


# ---- what comes back
Script = Callable[[str], Any]


@asynccontextmanager
async def scripted(script: Script) -> AsyncIterator[str]:
    """A gateway that answers each call by its name; None: silence."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                answer = script((await read_request(reader)).path.rpartition("/")[2])
                if answer is None:
                    await asyncio.sleep(60)
                await respond(writer, 200, answer if isinstance(answer, bytes) else json.dumps(answer).encode())
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            writer.transport.abort()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


async def _with(script: Script, host: AdapterHost, **settings: Any) -> AsyncIterator[RbsAcquirer]:
    async with scripted(script) as url:
        adapter = make_rbs(rbs_settings(url, **settings), host)
        yield adapter
        await adapter.close()


async def test_silence_after_sending_is_an_unknown_outcome(host: AdapterHost, clock: MovableClock) -> None:
    async for adapter in _with(lambda call: None, host, timeout=0.3):
        with pytest.raises(OutcomeUnknown):
            await adapter.register(order_of(clock))
        with pytest.raises(OutcomeUnknown):
            await adapter.refund("order", "key-1", 100)
        with pytest.raises(AcquirerUnavailable):
            await adapter.status("order")


@pytest.mark.parametrize(
    "reply",
    [
        b"",
        b"null",
        b"[]",
        b"\xff",
        b"[" * 50_000,
        b" " * 200_000,
        {"orderId": 1},
        {"orderId": "x"},
        {"orderId": "x", "formUrl": "javascript:alert(1)"},
        {"errorCode": "7", "errorMessage": "Системная ошибка"},
    ],
)
async def test_a_registration_without_a_sound_reply_is_unknown(
    host: AdapterHost, clock: MovableClock, reply: Any
) -> None:
    async for adapter in _with(lambda call: reply, host, max_reply=100_000):
        with pytest.raises(OutcomeUnknown):
            await adapter.register(order_of(clock))


@pytest.mark.parametrize("code", ["3", "4", "5", 5])
async def test_other_codes_refuse_a_registration(host: AdapterHost, clock: MovableClock, code: Any) -> None:
    async for adapter in _with(lambda call: {"errorCode": code, "errorMessage": "Нет"}, host):
        with pytest.raises(AcquirerRefused, match="Нет") as refused:
            await adapter.register(order_of(clock))
        assert (refused.value.reason, refused.value.code) == ("other", str(code))


async def test_a_duplicate_that_cannot_be_read_is_unknown(host: AdapterHost, clock: MovableClock) -> None:
    replies = {"register.do": {"errorCode": "1"}, "getOrderStatusExtended.do": {"errorCode": "6"}}
    async for adapter in _with(lambda call: replies[call], host):
        with pytest.raises(OutcomeUnknown):
            await adapter.register(order_of(clock))


def told(**more: Any) -> dict[str, Any]:
    """A paid order as the gateway tells it, unless told otherwise."""
    amounts = {"approvedAmount": 1000, "depositedAmount": 1000, "refundedAmount": 0}
    usual = {"orderNumber": "n-1", "orderStatus": 2, "amount": 1000, "currency": "643", "paymentAmountInfo": amounts}
    return usual | more


@pytest.mark.parametrize(
    ("status", "deposited", "refunded", "lowers", "meant"),
    [
        (2, 1000, 0, False, ("paid", 1000, 0)),
        (2, 1000, 300, False, ("partly_refunded", 1000, 300)),
        (4, 1000, 300, False, ("partly_refunded", 1000, 300)),
        (4, 1000, 1000, False, ("refunded", 1000, 1000)),
        (4, 700, 300, True, ("partly_refunded", 1000, 300)),
        (4, 0, 1000, True, ("refunded", 1000, 1000)),
        (1, 0, 0, False, ("held", 0, 0)),
        (3, 1000, 0, False, ("reversed", 0, 0)),
        (0, 0, 0, False, ("created", 0, 0)),
        (5, 0, 0, False, ("confirming", 0, 0)),
        (6, 0, 0, False, ("declined", 0, 0)),
    ],
)
async def test_what_a_status_means(
    host: AdapterHost, status: int, deposited: int, refunded: int, lowers: bool, meant: tuple[str, int, int]
) -> None:
    amounts = {"approvedAmount": 1000, "depositedAmount": deposited, "refundedAmount": refunded}
    reply = told(orderStatus=status, paymentAmountInfo=amounts)
    async for adapter in _with(lambda call: reply, host, refunds_lower_deposit=lowers):
        found = await adapter.status("o-1")
        assert (found.state, found.paid, found.refunded) == meant


async def test_a_gateway_that_tells_no_amounts(host: AdapterHost) -> None:
    async for adapter in _with(lambda call: told(paymentAmountInfo=None), host):
        assert (await adapter.status("o-1")).paid == 1000


@pytest.mark.parametrize("change", [{"orderStatus": 9}, {"orderStatus": None}, {"currency": "840"}, {"amount": "1000"}])
async def test_a_status_that_nobody_knows_is_never_paid(host: AdapterHost, change: dict[str, Any]) -> None:
    async for adapter in _with(lambda call: told(**change), host):
        with pytest.raises(AcquirerUnavailable):
            await adapter.status("o-1")


async def test_a_full_card_number_never_passes(host: AdapterHost) -> None:
    reply = told(cardAuthInfo={"pan": "2200000000000004", "expiration": 203412})
    async for adapter in _with(lambda call: reply, host):
        assert (await adapter.status("o-1")).mask == "220000**0004"


@pytest.mark.parametrize(
    ("text", "mask"),
    [
        ("220000**0004", "220000**0004"),
        ("2200000000**00004", "220000**0004"),
        ("220000XXXXXX0004", "220000**0004"),
        ("2200000000000004", "220000**0004"),
        ("**0004", "**0004"),
        ("", ""),
        ("2200 0000 0000 0004", ""),
    ],
)
def test_masks(text: str, mask: str) -> None:
    assert card_mask(text) == mask


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Карта 2200000000000004 отклонена", "Карта 220000**0004 отклонена"),
        ("2200 0000 0000 0004: нет денег", "220000**0004: нет денег"),
        ("pan=2200-0000-0000-0004&cvc2=739", "pan=220000**0004&cvc2=***"),
        (2200000000000004, "220000**0004"),
        ("CVV: 739", "CVV: ***"),
        ("2200000000000005", "2200000000000005"),
        ("01a22181-b385-4100-8000-000000000042", "01a22181-b385-4100-8000-000000000042"),
        ("RRN 402512345678", "RRN 402512345678"),
        (-2007, "-2007"),
    ],
)
def test_texts_keep_no_card(said: str | int, kept: str) -> None:
    assert without_cards(said) == kept


def test_the_shapes_ignore_what_they_do_not_know() -> None:
    assert wire.ORDER_INFO.decode(json.dumps(told(merchantOrderParams=[], ip="1.2.3.4")).encode()).amount == 1000


async def test_a_system_error_is_judged_by_the_order(host: AdapterHost) -> None:
    replies = {"refund.do": {"errorCode": "7"}, "reverse.do": {"errorCode": "7"}, "getOrderStatusExtended.do": told()}
    async for adapter in _with(lambda call: replies[call], host):
        with pytest.raises(OutcomeUnknown):
            await adapter.refund("o-1", "key-1", 1000)
        with pytest.raises(AcquirerRefused) as refused:
            await adapter.refund("o-1", "key-1", 1001)
        assert refused.value.reason == "amount"
        with pytest.raises(OutcomeUnknown):
            await adapter.reverse("o-1")
        replies["getOrderStatusExtended.do"] = {"errorCode": "7"}
        with pytest.raises(OutcomeUnknown):
            await adapter.refund("o-1", "key-1", 1000)


# ---- settings
@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"base_url": "ftp://bank.example"}, "base_url: not the URL"),
        ({"allow_http": False}, "base_url: not https"),
        ({"page_url": "http://bank.example/page"}, "page_url: say where the order goes"),
        ({"page_url": "http://bank.example/{0}?{order_id}"}, "page_url: say where the order goes"),
        ({"credentials_env": "TEST_NO_SUCH"}, "credentials_env"),
        ({"credentials_env": "TEST_RBS_TOKEN"}, "must hold user:password"),
        ({"callback_key_env": ""}, "callback_key_env"),
        ({"callbacks": "rsa"}, "callback_certificate"),
        ({"receipts": True}, "vat_codes"),
        ({"timezone": "Europe/Nowhere"}, "timezone"),
    ],
)
def test_wrong_settings_stop_the_start(host: AdapterHost, change: dict[str, Any], text: str) -> None:
    with pytest.raises(ConfigError, match=text):
        make_rbs(rbs_settings("http://127.0.0.1:1", **change), host)


def test_a_certificate_of_another_kind_stops_the_start(host: AdapterHost, tmp_path: Path) -> None:
    file = tmp_path / "bank.pem"
    elliptic = ec.generate_private_key(ec.SECP256R1()).public_key()
    file.write_bytes(elliptic.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    with pytest.raises(ConfigError, match="not an RSA key"):
        make_rbs(rbs_settings("http://127.0.0.1:1", callbacks="rsa", callback_certificate=str(file)), host)


PAGE = Path(__file__).parents[3] / "docs/supplier/adapters.md"
EXAMPLES = [
    tomllib.loads(text)["adapters"]["acquirer"]
    for text in re.findall(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    if "[adapters.acquirer" in text
]


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_the_page_s_banks_can_be_set_up(
    host: AdapterHost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, example: dict[str, dict[str, Any]]
) -> None:
    monkeypatch.chdir(tmp_path)
    public = rsa.generate_private_key(65537, 2048).public_key()
    (tmp_path / "sber.pem").write_bytes(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    [(name, table)] = example.items()
    for setting, variable in table.items():
        if setting.endswith("_env"):
            monkeypatch.setenv(variable, "user:password")
    [adapter] = [item for item in ADAPTERS if (item.port, item.name) == ("acquirer", name)]
    assert adapter.settings is not None
    assert adapter.make(msgspec.convert(table, adapter.settings), host).takes_cards
