"""The dialect `rbs`, from the bank's side: what it answers to calls, and how it signs its callbacks."""

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from core.testing.bank.book import Bank
from core.testing.bank.cards import EXPIRES, SYSTEM
from core.testing.bank.shapes import BankError, BankOrder, DueCallback, NewOrder
from core.testing.bank.web import Answer, json_answer

Sign = Callable[[bytes], str]
Fields = Mapping[str, str]
_STATUS = {"created": 0, "held": 1, "paid": 2, "reversed": 3, "refunded": 4, "confirming": 5, "declined": 6}
_PAYMENT = {
    "created": "CREATED",
    "confirming": "CREATED",
    "held": "APPROVED",
    "paid": "DEPOSITED",
    "reversed": "REVERSED",
    "refunded": "REFUNDED",
    "declined": "DECLINED",
}
_ZONE = ZoneInfo("Europe/Moscow")


class Refusal(Exception):
    """An error code with its words."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


class RbsFace(msgspec.Struct, frozen=True):
    """How the bank knows the shop."""

    user: str = "lk-api"
    password: str = "lk-password"  # noqa: S105 - of a bank that does not exist
    token: str = ""
    """The other way to be known; empty: none."""
    page: str = "/payment/page"


def by_key(key: bytes) -> Sign:
    """HMAC-SHA256."""
    return lambda text: hmac.new(key, text, hashlib.sha256).hexdigest().upper()


def respond(call: str, fields: Fields, bank: Bank, face: RbsFace, base_url: str) -> Answer:
    """The answer to `<call>`; errors are 200, as the family has it."""
    handler = _CALLS.get(call)
    if handler is None:
        return json_answer({"error": "no such call"}, 404)
    try:
        _check_shop(fields, face)
        found = handler(fields, bank, f"{base_url}{face.page}")
    except Refusal as refusal:
        return json_answer({"errorCode": refusal.code, "errorMessage": refusal.message})
    except BankError as error:
        code, message = _ERRORS[error.code]
        return json_answer({"errorCode": code, "errorMessage": message})
    return json_answer({"errorCode": "0", "errorMessage": "Успешно", **found})


_ERRORS = {
    "duplicate": ("1", "Заказ с таким номером уже обработан"),
    "key": ("5", "Идентификатор возврата уже использован с другой суммой"),
    "not_found": ("6", "Незарегистрированный orderId"),
    "state": ("7", "Платёж должен быть в корректном состоянии"),
    "amount": ("7", "Сумма больше допустимой"),
    "card": ("2", "Связка не найдена"),
}


def _check_shop(fields: Fields, face: RbsFace) -> None:
    known = (fields.get("userName"), fields.get("password")) == (face.user, face.password)
    if not known and not (face.token and fields.get("token") == face.token):
        raise Refusal("5", "Доступ запрещён")


def _required(fields: Fields, name: str) -> str:
    value = fields.get(name, "")
    if not value:
        raise Refusal("4", f"Отсутствует обязательный параметр [{name}]")
    return value


def _amount(fields: Fields) -> int:
    text = _required(fields, "amount")
    if not re.fullmatch(r"[1-9]\d{0,11}", text, re.ASCII):
        raise Refusal("5", "Неверная сумма")
    return int(text)


def _register(fields: Fields, bank: Bank, page: str, hold: bool = False) -> dict[str, Any]:
    number = _required(fields, "orderNumber")
    if not re.fullmatch(r"[0-9A-Za-z-]{1,36}", number):
        raise Refusal("5", "Неверный номер заказа")
    if fields.get("currency", "643") not in ("643", "810"):
        raise Refusal("3", "Неизвестная валюта")
    new = NewOrder(
        key=number,
        number=number,
        amount=_amount(fields),
        description=fields.get("description", ""),
        return_url=_required(fields, "returnUrl"),
        fail_url=fields.get("failUrl", ""),
        seconds=float(fields.get("sessionTimeoutSecs", "1200")),
        email=fields.get("email", ""),
        payer_id=fields.get("clientId", ""),
        save_card=fields.get("features") == "FORCE_CREATE_BINDING",
        card_id=fields.get("bindingId", ""),
        hold=hold,
        callback_url=fields.get("dynamicCallbackUrl", ""),
        receipt=fields.get("orderBundle", ""),
    )
    try:
        order, fresh = bank.register(new)
    except BankError as error:
        raise BankError("duplicate" if error.code == "key" else error.code) from error
    if not fresh:
        raise BankError("duplicate")
    return {"orderId": order.id, "formUrl": f"{page}?mdOrder={order.id}"}


def _register_hold(fields: Fields, bank: Bank, page: str) -> dict[str, Any]:
    return _register(fields, bank, page, hold=True)


def _status(fields: Fields, bank: Bank, page: str) -> dict[str, Any]:
    if fields.get("orderId"):
        return shown(bank.order(fields["orderId"]))
    return shown(bank.by_number(_required(fields, "orderNumber")))


def shown(order: BankOrder) -> dict[str, Any]:
    """An order as the dialect tells it."""
    told: dict[str, Any] = {
        "orderNumber": order.number,
        "orderStatus": _STATUS[order.state],
        "actionCode": order.action,
        "actionCodeDescription": order.reason,
        "amount": order.amount,
        "currency": "643",
        "date": int(order.created_at * 1000),
        "orderDescription": order.description,
        "attributes": [{"name": "mdOrder", "value": order.id}],
        "paymentAmountInfo": {
            "paymentState": _PAYMENT[order.state],
            "approvedAmount": order.amount if order.paid_at else 0,
            "depositedAmount": order.paid,
            "refundedAmount": order.refunded,
            "feeAmount": 0,
        },
    }
    if order.behaviour:
        told["cardAuthInfo"] = {
            "maskedPan": order.mask,
            "expiration": EXPIRES,
            "paymentSystem": SYSTEM,
            "approvalCode": order.auth_code,
        }
    if order.paid_at:
        told |= {"authDateTime": int(order.paid_at * 1000), "authRefNum": order.rrn}
    if order.saved_card:
        told["bindingInfo"] = {"clientId": order.payer_id, "bindingId": order.saved_card}
    return told


def _list(fields: Fields, bank: Bank, page: str) -> dict[str, Any]:
    since, until = (_from_local(_required(fields, name)) for name in ("from", "to"))
    size, number = int(fields.get("size", "100")), int(fields.get("page", "0"))
    if not 1 <= size <= 200:
        raise Refusal("5", "Неверный размер страницы")
    found = [shown(order) for order in bank.orders(since, until, size, size * number)]
    return {"orderStatuses": found, "totalCount": bank.count(since, until), "page": number, "pageSize": size}


def _from_local(text: str) -> float:
    return datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=_ZONE).timestamp()


def _deposit(fields: Fields, bank: Bank, page: str) -> dict[str, Any]:
    bank.capture(_required(fields, "orderId"), _amount(fields))
    return {}


def _refund(fields: Fields, bank: Bank, page: str) -> dict[str, Any]:
    bank.refund(_required(fields, "orderId"), _required(fields, "externalRefundId"), _amount(fields))
    return {}


def _reverse(fields: Fields, bank: Bank, page: str) -> dict[str, Any]:
    bank.reverse(_required(fields, "orderId"))
    return {}


def _bindings(fields: Fields, bank: Bank, page: str) -> dict[str, Any]:
    found = bank.saved_cards(_required(fields, "clientId"))
    if not found:
        raise Refusal("2", "Информация не найдена")
    return {
        "bindings": [
            {"bindingId": card.id, "maskedPan": card.mask, "expiryDate": card.expires, "paymentSystem": card.system}
            for card in found
        ]
    }


def _unbind(fields: Fields, bank: Bank, page: str) -> dict[str, Any]:
    try:
        bank.forget_card(_required(fields, "bindingId"))
    except BankError as error:
        raise Refusal("2", "Связка не найдена или неактивна") from error
    return {}


_CALLS: dict[str, Callable[[Fields, Bank, str], dict[str, Any]]] = {
    "register.do": _register,
    "registerPreAuth.do": _register_hold,
    "getOrderStatusExtended.do": _status,
    "getLastOrdersForMerchants.do": _list,
    "deposit.do": _deposit,
    "refund.do": _refund,
    "reverse.do": _reverse,
    "getBindings.do": _bindings,
    "unBindCard.do": _unbind,
}


def callback_fields(callback: DueCallback, order: BankOrder, sign: Sign) -> dict[str, str]:
    """The parameters of a callback, with their checksum."""
    fields = {
        "mdOrder": order.id,
        "orderNumber": order.number,
        "amount": str(order.amount),
        "operation": callback.event,
        "status": str(int(callback.success)),
    }
    if callback.subject and callback.event == "bindingCreated":
        fields["bindingId"] = callback.subject
    text = "".join(f"{name};{fields[name]};" for name in sorted(fields))
    return {**fields, "checksum": sign(text.encode())}
