"""The port of operators of electronic documents: Diadoc's adapter against the simulator, over a socket and without."""

import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from core.adapters.edo_diadoc import DiadocOperator, DiadocSettings, make_diadoc, wire
from core.adapters.edo_diadoc.adapter import Keys
from core.adapters.edo_operator_off import EdoOperatorOff
from core.config import ConfigError
from core.ports.edo_operator import OperatorUnavailable, Patch
from core.testing.diadoc import Diadoc, DiadocServer
from core.testing.suites.edo_operator import OperatorSuite, outgoing, read_all, whole
from hosts.operator import BOXES

COMPANY, CLIENT = "3f2a1c0e-0000-4000-8000-5d0c7d3f1f10", "7b1d4e55-0000-4000-8000-0d5c7d3f1f99"


class Harness:
    """A simulated operator, reached by the adapter."""

    client_box, attempts = CLIENT, 3

    def __init__(self, diadoc: Diadoc, adapter: DiadocOperator) -> None:
        self.diadoc, self.adapter = diadoc, adapter
        diadoc.book.boxes |= {COMPANY, CLIENT}

    def arrive(self, number: str, content: bytes = b"content") -> tuple[str, str]:
        return self.diadoc.book.post(COMPANY, CLIENT, content, number=number)

    def reject(self, message_id: str, document_id: str, text: str) -> None:
        self.diadoc.book.reject(CLIENT, message_id, document_id, text)

    def strange(self) -> None:
        self.diadoc.book.strange(COMPANY)

    def fail(self, times: int) -> None:
        self.diadoc.failures = times

    def lose_answers(self, times: int) -> None:
        self.diadoc.lost_answers = times

    def delay(self, times: int) -> None:
        self.diadoc.pending = times

    def refuse(self, status: int) -> None:
        self.diadoc.refusal = status

    def expire(self) -> None:
        self.diadoc.expire()

    def hide(self, entity_id: str, hidden: bool) -> None:
        self.diadoc.hidden = {entity_id} if hidden else set()

    def repeat(self, events: int) -> None:
        self.diadoc.overlap = events

    def make_trouble(self, kind: str) -> None:
        self.diadoc.trouble = kind  # type: ignore[assignment]

    def sent(self) -> int:
        return self.diadoc.posted()


def made(url: str, transport: httpx.AsyncBaseTransport | None = None, **changes: object) -> DiadocOperator:
    told: dict[str, object] = {"box_id": COMPANY, "url": url, "allow_http": True, "pause": 0.0, **changes}
    return DiadocOperator(DiadocSettings(**told), Keys("developer", "company", "password"), transport)  # type: ignore[arg-type]


@pytest.fixture
async def server() -> AsyncIterator[DiadocServer]:
    async with DiadocServer(Diadoc()).running() as running:
        yield running


class TestSocket(OperatorSuite):
    @pytest.fixture
    async def operator(self, server: DiadocServer) -> AsyncIterator[Harness]:
        adapter = made(server.url)
        yield Harness(server.diadoc, adapter)
        await adapter.close()


class TestInProcess(OperatorSuite):
    @pytest.fixture
    async def operator(self) -> AsyncIterator[Harness]:
        diadoc = Diadoc()
        adapter = made("http://diadoc.example", httpx.ASGITransport(app=diadoc))
        yield Harness(diadoc, adapter)
        await adapter.close()


@pytest.fixture
async def operator(server: DiadocServer) -> AsyncIterator[Harness]:
    adapter = made(server.url)
    yield Harness(server.diadoc, adapter)
    await adapter.close()


async def test_a_wrong_password_is_told_and_not_tried_on_and_on(server: DiadocServer) -> None:
    adapter = DiadocOperator(DiadocSettings(COMPANY, url=server.url, attempts=1), Keys("developer", "company", "no"))
    with pytest.raises(OperatorUnavailable, match="401"):
        await adapter.events("", 10)
    with pytest.raises(OperatorUnavailable, match="401"):
        await adapter.patch("o-1", Patch(CLIENT, "m", "e", "sign"))
    assert len(server.diadoc.requests) == 2
    await adapter.close()


async def test_one_token_serves_all(operator: Harness) -> None:
    for _ in range(5):
        await operator.adapter.events("", 10)
    entered = [one for one in operator.diadoc.requests if one.path.startswith("/V3/Authenticate")]
    assert len(entered) == 1


async def test_a_page_has_a_largest_size_and_a_longest_time(operator: Harness, server: DiadocServer) -> None:
    for number in range(20):
        operator.arrive(str(number))
    small = made(server.url, max_reply=1000)
    with pytest.raises(OperatorUnavailable, match="exceeds 1000 bytes"):
        await small.events("", 100)
    operator.make_trouble("slow")
    hasty = made(server.url, timeout=0.01, attempts=1)
    with pytest.raises(OperatorUnavailable):
        await hasty.events("", 10)
    await small.close()
    await hasty.close()


async def test_a_document_that_comes_too_slowly_is_not_waited_for(operator: Harness, server: DiadocServer) -> None:
    message_id, document_id = operator.arrive("1", b"x" * 3_000_000)
    hasty = made(server.url, content_timeout=0.000001)
    with pytest.raises(OperatorUnavailable, match="too slowly"):
        await whole(hasty.content(message_id, document_id))
    with pytest.raises(OperatorUnavailable):
        await hasty.send("o-1", outgoing(operator, b"y" * 100_000))
    await hasty.close()


async def test_a_verdict_is_told_only_when_it_is_bad(operator: Harness) -> None:
    message_id, document_id = operator.arrive("1")
    signature = operator.diadoc.book.signature_of(message_id, document_id)
    _, cursor = await read_all(operator.adapter)
    operator.diadoc.book.verdict(message_id, signature, valid=True)
    operator.diadoc.book.receipt(CLIENT, message_id, document_id)
    bad = operator.diadoc.book.verdict(message_id, signature, valid=False)
    unread = operator.diadoc.book.verdict(message_id, signature, valid=False)
    operator.diadoc.hidden = {unread}
    found, _ = await read_all(operator.adapter, cursor)
    assert [(one.kind, one.id, one.parent_id) for one in found] == [
        ("verdict", bad, signature),
        ("other", unread, signature),
    ]


async def test_a_repeated_operation_that_conflicts(operator: Harness) -> None:
    operator.diadoc.conflicts = True
    first = await operator.adapter.send("o-1", outgoing(operator))
    assert not first.duplicate
    assert (await operator.adapter.send("o-1", outgoing(operator))).duplicate
    assert operator.sent() == 1


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("Просто текст".encode(), "Просто текст"),
        (
            b'<?xml version="1.0" encoding="windows-1251"?>'
            + "<Файл><ТекстУведУточ>Не та сумма</ТекстУведУточ></Файл>".encode("windows-1251"),
            "Не та сумма",
        ),
        (b"<?xml version='1.0'?><x/>", ""),
        (b"\xff\xfe\x98", ""),
    ],
)
def test_the_words_of_a_rejection(content: bytes, expected: str) -> None:
    assert wire.reason(content) == expected


def test_settings_that_cannot_work_stop_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    host: object = None
    with pytest.raises(ConfigError, match="https"):
        make_diadoc(DiadocSettings(COMPANY, url="http://diadoc.example"), host)  # type: ignore[arg-type]
    monkeypatch.delenv("DIADOC_CLIENT_ID", raising=False)
    with pytest.raises(ConfigError, match="DIADOC_CLIENT_ID"):
        make_diadoc(DiadocSettings(COMPANY), host)  # type: ignore[arg-type]


async def test_without_an_operator_nothing_is_read_or_sent() -> None:
    adapter = EdoOperatorOff()
    assert (adapter.works, adapter.box_id) == (False, "")
    assert (await adapter.events("7", 10)).next == "7"
    with pytest.raises(OperatorUnavailable):
        await adapter.patch("o-1", Patch("", "", "", "sign"))
    with pytest.raises(OperatorUnavailable):
        await whole(adapter.content("m", "e"))
    await adapter.close()


# ---- the process
@contextmanager
def process(state: Path, port: int, *options: str) -> Iterator["subprocess.Popen[bytes]"]:
    """`abonent simulate-operator`, ready."""
    boxes = ("--box", COMPANY, "--box", CLIENT)
    command = [sys.executable, "-m", "hosts.cli", "simulate-operator", "--state", str(state), "--port", str(port)]
    running = subprocess.Popen([*command, *boxes, *options], cwd=Path(__file__).parents[2], stderr=subprocess.PIPE)
    assert running.stderr is not None
    try:
        assert b"the operator listens" in running.stderr.readline()
        yield running
    finally:
        running.kill()
        running.wait()
        running.stderr.close()


@pytest.mark.requirement("EDO-13")
async def test_a_process_takes_a_message_and_knows_it_after_a_kill(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    adapter, state = made(f"http://127.0.0.1:{port}"), tmp_path / "operator.ndjson"
    message = outgoing(Harness(Diadoc(), adapter))
    levers = httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False)
    with process(state, port):
        sent = await adapter.send("operation-1", message)
        document = {"from_box": COMPANY, "to_box": CLIENT, "content": "Счёт", "number": "7"}
        came = (await levers.post("/control/documents", json=document)).json()
        assert (await levers.post("/control/documents", json=document | {"to_box": "nowhere"})).status_code == 400
    with process(state, port, "--faults", "0.3") as running:
        for _ in range(50):  # a third of the requests fails
            with suppress(OperatorUnavailable):
                events, _ = await read_all(adapter)
                break
        for _ in range(50):
            with suppress(OperatorUnavailable):
                assert await adapter.send("operation-1", message) == sent
                break
        assert [one.id for one in events if one.kind == "document"] == [sent.entity_id, came["entity_id"]]
        messages = (await levers.get("/control/messages")).json()
        assert [one["MessageId"] for one in messages] == [sent.message_id, came["message_id"]]
        running.terminate()
        assert running.wait(10) == 0
    await levers.aclose()
    await adapter.close()


def test_the_boxes_are_the_documented_ones() -> None:
    page = (Path(__file__).parents[2] / "docs/supplier/operator-simulator.md").read_text(encoding="utf-8")
    assert all(box in page for box in BOXES)
    for lever in ("/control/messages", "/control/documents", "/control/replies", "/control/faults"):
        assert lever in page
