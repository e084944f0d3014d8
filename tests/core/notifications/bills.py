"""A plugin that raises notifications as payments will, and a post that fails when told so."""

from collections.abc import Sequence
from typing import Any

from core.context import Runtime
from core.notifications.public import Attachment, Notify
from core.ports.files import Files
from core.ports.mail import Mail, MailRefused, MailUnavailable, Message
from core.sdk import Context, Hooks, Letter, NotificationKind, Permission
from core.testing.cabinet import Cabinet, Caller

BILLS = Permission("bills.view", "Просмотр счетов", ("Администратор", "Руководитель", "Бухгалтер"))
BILL = NotificationKind("bills.bill_issued", "О счетах", permission=BILLS.name, per_contract=True)
PAYMENT = NotificationKind("bills.payment_made", "Об оплате", permission=BILLS.name, per_contract=True)
DOCUMENT = NotificationKind("bills.document_ready", "Заказанный документ готов", master=False)
QUIET = NotificationKind("bills.file_checked", "Файл проверен", email=False)
STARTS = NotificationKind("bills.period_starts", "О начале периода", reminds="start")
ENDS = NotificationKind("bills.period_ends", "Об окончании периода", reminds="end")
RECEIPT = Letter("bills.receipt", "Квитанция {{ number }}", "Квитанция {{ number }}, {{ supplier }}\n{{ base_url }}\n")


class BillsPlugin(Hooks):
    """Table of contents."""

    name = "bills"

    def permissions(self) -> Sequence[Permission]:
        return (BILLS,)

    def notification_kinds(self) -> Sequence[NotificationKind]:
        return (BILL, PAYMENT, DOCUMENT, QUIET, STARTS, ENDS)

    def letters(self) -> Sequence[Letter]:
        return (RECEIPT,)


class Post:
    """Stands before the runtime's mail adapter."""

    def __init__(self, runtime: Runtime) -> None:
        self.down = ""
        """The mail server's words while it takes nothing."""
        self.refused: dict[str, str] = {}
        """Address -> what the server says of it."""
        self.taken: list[Message] = []
        self._mail = runtime.ports[Mail]
        self._send = self._mail.send
        self._mail.send = self.send

    async def send(self, message: Message) -> None:
        if self.down:
            raise MailUnavailable(self.down)
        if message.to in self.refused:
            raise MailRefused(self.refused[message.to])
        await self._send(message)
        self.taken.append(message)


async def raise_notice(cabinet: Cabinet, kind: NotificationKind, **more: Any) -> str:
    """Raises a notification as a use case does, and lets the jobs run."""
    order = Notify(kind.name, more.pop("topic", kind.title), more.pop("text", "Подробности в кабинете"), **more)
    async with Context(cabinet.runtime).uow() as uow:
        uow.enqueue(order)
    await cabinet.drain()
    return order.id


async def stored_file(cabinet: Cabinet, key: str, name: str, content: bytes) -> Attachment:
    """A file that the plugin keeps."""

    async def pieces() -> Any:
        yield content

    stored = await cabinet.runtime.ports[Files].put(key, pieces())
    return Attachment(key, name, stored.size)


async def account_of(caller: Caller) -> str:
    account_id: str = (await caller.get("/api/v1/sessions/current")).json()["account_id"]
    return account_id


async def publish(editor: Caller, form: str = "bell", topic: str = "Тема", **more: Any) -> str:
    """Publishes to everybody, unless `audience` says otherwise."""
    body = {"form": form, "topic": topic, "text": f"Текст: {topic}", "audience": {"to": "all"}} | more
    answer = await editor.post("/api/v1/staff/notifications", json=body)
    assert answer.status_code == 201, answer.text
    notice_id: str = answer.json()["id"]
    return notice_id


async def topics(caller: Caller, **params: Any) -> list[str]:
    """The list as the client sees it."""
    answer = await caller.get("/api/v1/notifications", params=params)
    return [item["topic"] for item in answer.json()["items"]]


async def unread(caller: Caller) -> int:
    count: int = (await caller.get("/api/v1/notifications/counter")).json()["unread"]
    return count


async def shown(caller: Caller, place: str) -> list[str]:
    """What is to be shown as `modals` or at the `top`."""
    answer = (await caller.get(f"/api/v1/notifications/{place}")).json()
    assert answer["total"] == len(answer["items"])
    assert [item["index"] for item in answer["items"]] == list(range(1, answer["total"] + 1))
    return [item["topic"] for item in answer["items"]]


async def close(caller: Caller, notice_id: str, by: str = "confirm") -> int:
    answer = await caller.put(f"/api/v1/notifications/{notice_id}/closed", json={"by": by})
    return answer.status_code


async def contract(cabinet: Cabinet, number: int, branch: str = "Невский филиал") -> str:
    """Loads contract `C-<number>`; the recorded address is `c<number>@company.example`."""
    row = {"id": f"C-{number}", "number": f"{number:014}", "name": f"ООО «Дом {number}»", "inn": "7830002293"}
    await cabinet.load("contracts", row | {"branch": branch})
    await cabinet.load("contract_emails", {"contract_id": f"C-{number}", "email": f"c{number}@company.example"})
    return f"C-{number}"


async def link(cabinet: Cabinet, caller: Caller, number: int) -> str:
    """Gives the caller contract `C-<number>`."""
    return await cabinet.link(caller, f"{number:014}", f"c{number}@company.example")
