"""The simulated bank under the acquirer's suite."""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from core.ports.acquirer import Acquirer, Callback
from core.testing.bank.rbs import RbsFace
from core.testing.bank.server import BankServer
from core.testing.clock import MovableClock
from core.testing.suites.acquirer import Behaviour, Call, Fault

_RBS_CALLS: dict[Call, tuple[str, ...]] = {
    "register": ("register.do", "registerPreAuth.do"),
    "status": ("getOrderStatusExtended.do",),
    "capture": ("deposit.do",),
    "refund": ("refund.do",),
    "reverse": ("reverse.do",),
}
_YOOKASSA_CALLS: dict[Call, tuple[str, ...]] = {
    "register": ("POST payments",),
    "status": ("GET payments",),
    "capture": ("POST capture",),
    "refund": ("POST refunds",),
    "reverse": ("POST cancel",),
}


class BankHarness:
    """An adapter and its bank; `clock` is the one of both."""

    def __init__(self, adapter: Acquirer, server: BankServer, clock: MovableClock, address: str = "127.0.0.1") -> None:
        self.adapter, self.server, self.clock, self._address = adapter, server, clock, address

    def pay(self, order_id: str, behaviour: Behaviour = "success") -> None:
        self.server.bank.pay(order_id, behaviour)

    def answer(self, order_id: str, *, confirm: bool) -> None:
        self.server.bank.answer(order_id, confirm=confirm)

    def pass_time(self, delta: timedelta) -> None:
        self.clock.move(delta)

    def movements(self) -> Sequence[tuple[str, str, int]]:
        return [(item.number, item.kind, item.amount) for item in self.server.bank.movements()]

    def order_count(self) -> int:
        return len(self.server.bank.orders())

    def spoil(self, call: Call, fault: Fault, count: int = 1) -> None:
        for name in (_RBS_CALLS if self._speaks_rbs else _YOOKASSA_CALLS)[call]:
            self.server.bank.plan_fault(name, fault, count)

    async def break_off(self) -> None:
        await self.server.stop()

    async def mend(self) -> None:
        await self.server.start()

    def callbacks(self, order_id: str) -> Sequence[Callback]:
        order = self.server.bank.order(order_id)
        planned = self.server.bank.callbacks(order_id)
        told = [self.server.callback_of(callback, order) for callback in planned]
        return [self._callback(message) for message in told if message is not None]

    def forge(self, callback: Callback, fields: Mapping[str, Any]) -> Callback:
        if not self._speaks_rbs:
            body = json.loads(callback.body)
            if "amount" in fields:
                body["object"]["amount"]["value"] = f"{fields['amount']}.00"
            if "number" in fields:
                body["object"]["metadata"]["order_number"] = fields["number"]
            return Callback("", callback.headers, json.dumps(body).encode(), callback.address)
        pairs = dict(pair.split("=", 1) for pair in callback.query.split("&"))
        altered = {"orderNumber" if name == "number" else name: str(value) for name, value in fields.items()}
        return Callback(urlencode(pairs | altered), callback.headers, b"", callback.address)

    @property
    def _speaks_rbs(self) -> bool:
        return isinstance(self.server.face, RbsFace)

    def _callback(self, message: Mapping[str, Any]) -> Callback:
        if self._speaks_rbs:
            return Callback(urlencode(message), {}, b"", self._address)
        return Callback("", {"content-type": "application/json"}, json.dumps(message).encode(), self._address)
