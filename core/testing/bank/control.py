"""Levers for tests and demonstrations, as JSON under `/control/`: what the payer does, and what goes wrong."""

from typing import Any

import msgspec

from core.testing.bank.book import Bank
from core.testing.bank.cards import BY_BEHAVIOUR
from core.testing.bank.shapes import BankError, Mood
from core.testing.bank.web import Answer, json_answer, json_of
from core.testing.sockets import Request

FAULTS = ("drop", "lost", "hang", "error", "error_after", "garbage")
"""drop: the connection breaks before anything is done; lost: it is done, and the reply is lost; hang: it is done, and
no reply comes; error, error_after: 500 without or with doing it; garbage: it is done, and the reply is no JSON."""


def respond(request: Request, path: str, bank: Bank) -> Answer:
    """The answer to a call under `/control/`."""
    try:
        body = json_of(request)
        found = _dispatch(request.method, path.removeprefix("/control/").split("/"), dict(body), bank)
    except BankError as error:
        return json_answer({"error": error.code}, 409)
    except (ValueError, KeyError, TypeError, msgspec.ValidationError) as error:
        return json_answer({"error": str(error)}, 422)
    return json_answer({"error": "no such lever"}, 404) if found is None else json_answer(found)


def _dispatch(method: str, parts: list[str], body: dict[str, Any], bank: Bank) -> Any:
    match (method, *parts):
        case ("GET", "orders"):
            return msgspec.to_builtins(bank.orders())
        case ("GET", "movements"):
            return msgspec.to_builtins(bank.movements())
        case ("GET", "orders", order_id):
            return msgspec.to_builtins(bank.order(order_id))
        case ("POST", "orders", order_id, "pay"):
            behaviour = body.get("card", "success")
            if behaviour not in BY_BEHAVIOUR:
                raise ValueError(f"no such card: {behaviour}")
            return msgspec.to_builtins(bank.pay(order_id, behaviour, save=bool(body.get("save"))))
        case ("POST", "orders", order_id, "confirm"):
            return msgspec.to_builtins(bank.answer(order_id, confirm=bool(body.get("confirm", True))))
        case ("POST", "orders", order_id, "leave"):
            return msgspec.to_builtins(bank.give_up(order_id))
        case ("POST", "orders", order_id, "refund"):
            return msgspec.to_builtins(bank.refund(order_id, body["key"], body["amount"], "by the bank's staff"))
        case ("POST", "orders", order_id, "callbacks"):
            return {"sent_again": bank.repeat_callbacks(order_id)}
        case ("PUT", "mood"):
            bank.set_mood(msgspec.convert(body, Mood))
            return body
        case ("PUT", "faults"):
            if body["kind"] not in FAULTS:
                raise ValueError(f"no such fault: {body['kind']}")
            bank.plan_fault(body["call"], body["kind"], int(body.get("count", 1)))
            return body
    return None
