"""The bank's process: one dialect, the payment page, the levers and the sender of callbacks, on a port of 127.0.0.1."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import httpx

from core.testing.bank import control, pages, rbs, yookassa
from core.testing.bank.book import Bank
from core.testing.bank.cards import card_of
from core.testing.bank.shapes import BankError, BankOrder, DueCallback
from core.testing.bank.web import Answer, fields_of, json_answer, page_answer, path_of, redirect, send
from core.testing.sockets import Request, read_request

Face = rbs.RbsFace | yookassa.YooKassaFace
_RBS_PATH = "/payment/rest/"
_TICK_SECONDS = 0.05
_CALLBACK_SECONDS = 5.0
_HANG_SECONDS = 60.0
_ENDED = ("paid", "held", "refunded", "reversed", "declined")


class BankServer:
    """Serves a bank. `requests` are the calls of the dialect as they arrived."""

    def __init__(
        self,
        bank: Bank,
        face: Face,
        *,
        sign: rbs.Sign = rbs.by_key(b"test-secret-key"),  # noqa: B008 - a function that keeps nothing
        callback_url: str = "",
        posts_callbacks: bool = False,
        port: int = 0,
    ) -> None:
        self.bank, self.face, self.sign = bank, face, sign
        self.callback_url, self.posts_callbacks, self.port = callback_url, posts_callbacks, port
        self.requests: list[Request] = []
        self._keep = 1000
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """Of the bank."""
        return f"http://127.0.0.1:{self.port}"

    @asynccontextmanager
    async def running(self) -> AsyncIterator["BankServer"]:
        """Listens, and calls back, until the end of the block."""
        await self.start()
        sender = asyncio.create_task(self._send_callbacks())
        try:
            yield self
        finally:
            sender.cancel()
            await asyncio.gather(sender, return_exceptions=True)
            await self.stop()

    async def start(self) -> None:
        """Listens, on the same port as before if there was one."""
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Breaks every connection and takes no more."""
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
                while True:
                    await self._serve(await read_request(reader), writer)
        except asyncio.CancelledError:
            pass
        finally:
            self._tasks.discard(task)
            writer.transport.abort()

    async def _serve(self, request: Request, writer: asyncio.StreamWriter) -> None:
        path = path_of(request)
        call = self._call_name(request, path)
        if not call:
            await send(writer, self._visit(request, path))
            return
        self.requests = [*self.requests[1 - self._keep :], request]
        fault = self.bank.meet_fault(call)
        if fault == "drop":
            raise ConnectionAbortedError
        if fault == "error":
            await send(writer, json_answer({"error": "internal"}, 500))
            return
        answer = self._answer(request, path)
        if fault == "lost":
            raise ConnectionAbortedError
        if fault == "hang":
            await asyncio.sleep(_HANG_SECONDS)
        if fault == "error_after":
            answer = json_answer({"error": "internal"}, 500)
        if fault == "garbage":
            answer = page_answer("<html><body>Bad gateway</body></html>")
        await send(writer, answer)

    def _call_name(self, request: Request, path: str) -> str:
        """Of a call of the dialect; empty for pages and levers."""
        if isinstance(self.face, rbs.RbsFace):
            return path.removeprefix(_RBS_PATH) if path.startswith(_RBS_PATH) else ""
        return yookassa.call_name(request, path) if path.startswith("/v3/") else ""

    def _answer(self, request: Request, path: str) -> Answer:
        if isinstance(self.face, rbs.RbsFace):
            fields = fields_of(request)
            return rbs.respond(path.removeprefix(_RBS_PATH), fields, self.bank, self.face, self.url)
        return yookassa.respond(request, path, self.bank, self.face, self.url)

    # ---- people
    def _visit(self, request: Request, path: str) -> Answer:
        if path.startswith("/control/"):
            return control.respond(request, path, self.bank)
        if path == "/" and request.method == "GET":
            newest = self.bank.orders()[-50:][::-1]
            return page_answer(pages.office(newest, self.bank.movements()))
        if path != self.face.page or request.method not in ("GET", "POST"):
            return page_answer(pages.nothing(), 404)
        fields = fields_of(request)
        try:
            order = self.bank.order(fields.get("mdOrder", ""))
            return self._pay(order, fields) if request.method == "POST" else self._show(order)
        except BankError:
            return page_answer(pages.nothing(), 404)

    def _show(self, order: BankOrder, problem: str = "") -> Answer:
        if order.state in _ENDED:
            return page_answer(pages.finished(order))
        if order.state == "confirming":
            return page_answer(pages.question(order, self.face.page, problem))
        saved = self.bank.saved_cards(order.payer_id) if order.payer_id else []
        if order.card_id:
            saved = [card for card in saved if card.id == order.card_id]
        return page_answer(pages.payment(order, saved, self.face.page, problem))

    def _pay(self, order: BankOrder, fields: dict[str, str]) -> Answer:
        """What a button of the page does."""
        button = fields.get("do", "pay")
        if order.state in _ENDED:
            return self._show(order)
        if button == "leave":
            return self._home(self.bank.give_up(order.id))
        if order.state == "confirming":
            if button == "confirm" and fields.get("code", "").strip() != pages.CODE:
                return self._show(order, "Код неверный.")
            return self._home(self.bank.answer(order.id, confirm=button == "confirm"))
        chosen = fields.get("card", "")
        if chosen.startswith("saved:"):
            return self._home(self.bank.pay_with_saved(order.id, chosen.removeprefix("saved:")))
        card = card_of(chosen or fields.get("number", ""))
        if card is None:
            return self._show(order, "Этот банк знает только карты из списка.")
        if card.behaviour == "silent":
            return page_answer(pages.silence(order))
        return self._home(self.bank.pay(order.id, card.behaviour, save=fields.get("save") == "1"))

    def _home(self, order: BankOrder) -> Answer:
        """Where the browser goes next."""
        if order.state not in _ENDED:
            return redirect(self.face.page, mdOrder=order.id)
        if isinstance(self.face, yookassa.YooKassaFace):
            return redirect(order.return_url)
        url = order.return_url if order.state in ("paid", "held") else order.fail_url or order.return_url
        return redirect(url, orderId=order.id, lang="ru")

    # ---- callbacks
    async def _send_callbacks(self) -> None:
        async with httpx.AsyncClient(timeout=_CALLBACK_SECONDS, trust_env=False) as http:
            while True:
                due = self.bank.due_callbacks()
                await asyncio.gather(*[self._call_back(http, callback) for callback in due])
                if not due:
                    await asyncio.sleep(_TICK_SECONDS)

    async def _call_back(self, http: httpx.AsyncClient, callback: DueCallback) -> None:
        order = self.bank.order(callback.order_id)
        url = order.callback_url or self.callback_url
        heard = True
        if url:
            try:
                response = await self._request(http, url, callback, order)
                heard = response is None or response.is_success
            except httpx.HTTPError:
                heard = False
        self.bank.called_back(callback, heard=heard)

    async def _request(
        self, http: httpx.AsyncClient, url: str, callback: DueCallback, order: BankOrder
    ) -> httpx.Response | None:
        message = self.callback_of(callback, order)
        if isinstance(self.face, yookassa.YooKassaFace):
            return None if message is None else await http.post(url, json=message)
        if self.posts_callbacks:
            return await http.post(url, data=message)
        return await http.get(url, params=message)

    def callback_of(self, callback: DueCallback, order: BankOrder) -> dict[str, Any] | None:
        """What is sent: the parameters, or the JSON of a notification; None where the dialect has no such callback."""
        if isinstance(self.face, yookassa.YooKassaFace):
            return yookassa.notification(callback, order, self.bank, f"{self.url}{self.face.page}")
        return rbs.callback_fields(callback, order, self.sign)
