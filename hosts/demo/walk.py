"""The main job, step by step, over HTTP: from the registration to billing's answer. Raises on anything unexpected."""

import secrets
from decimal import Decimal
from typing import Any

import httpx

from hosts.demo.showcase import WALK
from hosts.demo.visitor import Say, Unexpected, Visitor, first

PASSWORD = "Progulka2026"  # noqa: S105 - of a person who does not exist
_PERSON = {"surname": "Лапина", "given_name": "Вера", "patronymic": "Олеговна", "position": "Главный энергетик"}
_PHONE = "+7 921 866-22-94"
_FORM = f"/api/v1/readings/contracts/{WALK.id}"
_SUBMISSIONS = f"{_FORM}/submissions"
_SINGLE, _ZONES, _REACTIVE, _BLOCKED = (f"PU-{WALK.id}-{place}" for place in range(1, 5))
_LIGHTING = f"TU-{WALK.id}-5"
_YEAR = 12
_MONEY = f"/api/v1/payments/contracts/{WALK.id}"
_CARD = "2200000000000004"  # of the simulated bank: the payment goes through
_PAPERS = 3
Form = dict[str, Any]


async def walk(base_url: str, say: Say = print) -> None:
    """Does the main job on a prepared demo host that listens at `base_url`. May be repeated on the same host.

    Raises Unexpected, or what httpx raises when nobody listens.
    """
    async with httpx.AsyncClient(base_url=base_url, timeout=30, trust_env=False) as http:
        visitor = Visitor(http, say)
        say("0. Почта демонстрации: что в ней лежит, уже прочитано")
        await visitor.skip_letters()
        await _register(visitor, say)
        await _add_contract(visitor, say)
        form = await _look(visitor, say)
        await _be_refused(visitor, say)
        await _submit(visitor, say, form)
        await _hear_billing(visitor, say)
        await _correct(visitor, say, form)
        await _report(visitor, say)
        await _look_back(visitor, say, form)
        await _look_ahead(visitor, say)
        await _pay(visitor, say)
        await _read_papers(visitor, say)
        say("15. Выход")
        await visitor.call("DELETE", "/api/v1/sessions/current", expect=204)
        await visitor.call("GET", "/api/v1/sessions/current", expect=401)
        say("Готово: путь пройден от регистрации до оплаты.")


async def _register(visitor: Visitor, say: Say) -> None:
    email = f"lapina-{secrets.token_hex(4)}@progulka.example"
    say(f"1. Регистрация: {email}")
    await visitor.register(email, PASSWORD)
    say("2. Код из письма")
    letter = await visitor.letter(email)
    say(f"   письмо: «{letter['subject']}»")
    await visitor.confirm_email(letter)
    say("3. Личные данные и телефон; до них договоры закрыты")
    await visitor.call("GET", "/api/v1/contracts", expect=403)
    await visitor.introduce(_PERSON, _PHONE)


async def _add_contract(visitor: Visitor, say: Say) -> None:
    say(f"4. Договор {WALK.number}: письмо со ссылкой уходит на адрес, записанный в договоре")
    request = {"number": WALK.number, "email": WALK.email}
    await visitor.call("POST", "/api/v1/contracts", request, expect=202)
    pending = (await visitor.call("GET", "/api/v1/contracts"))["items"]
    _check([item["state"] for item in pending] == ["pending"], "the contract waits for its letter", pending)
    await visitor.call("GET", _FORM, expect=404)
    letter = await visitor.letter(WALK.email)
    say(f"   письмо: «{letter['subject']}»")
    token = first(r"token=(\S+)", letter["text"])
    await visitor.call("POST", "/api/v1/contracts/confirmations", {"token": token})
    active = (await visitor.call("GET", "/api/v1/contracts"))["items"]
    _check([(item["state"], item["role"]) for item in active] == [("active", "Руководитель")], "it is linked", active)


async def _look(visitor: Visitor, say: Say) -> Form:
    say("5. Форма «Показания»")
    form: Form = await visitor.call("GET", _FORM)
    _check(form["window"] is not None and form["window"]["open"], "the window is open", form["window"])
    say(f"   {form['contract']['name']}. {form['window_text']}")
    for subject in form["objects"]:
        say(
            f"   ЭО {subject['number']} «{subject['name']}», {subject['status']}. {subject['fixed'] or subject['note']}"
        )
        for point in subject["points"]:
            say(f"     {point['name']}" + (f", по сообщению, {point['complex_code']}" if point["by_message"] else ""))
            for meter in point["meters"]:
                say(f"       ПУ {meter['number']} {meter['model']}, коэффициент {meter['coefficient']}")
                for register in meter["registers"]:
                    say(f"         {register['name']}: {register['previous']['text']}")
    return form


async def _be_refused(visitor: Visitor, say: Say) -> None:
    say("6. Неверные значения: причина у каждого поля, ничего не сохраняется")
    wrong = {"devices": [_device(_SINGLE, **{"A+.total": ""}), _device(_ZONES, **{"A+.T1": "8 500"})]}
    answer = await visitor.call("POST", _SUBMISSIONS, wrong, expect=422)
    told = {(error["field"], error["message"]) for error in answer["errors"]}
    for field, message in sorted(told):
        say(f"     {field}: {message}")
    fields = {field for field, _ in told}
    _check(("devices[0].values[0].value", "Заполните поле") in told, "an empty field is named", told)
    _check("devices[1].values[A+.T2]" in fields, "both zones have to be given", told)
    say("   Статус, в котором показания не принимаются")
    blocked = {"devices": [_device(_BLOCKED, **{"A+.total": "710"})]}
    say(f"     {(await visitor.call('POST', _SUBMISSIONS, blocked, expect=409))['detail']}")


async def _submit(visitor: Visitor, say: Say, form: Form) -> None:
    say("7. Передать показания (в последнем приборе — опечатка в первой цифре)")
    single, day = _next(form, _SINGLE, "A+.total", "333399"), _next(form, _ZONES, "A+.T1", "9932.5")
    night = _next(form, _ZONES, "A+.T2", "5000.25")
    body = {
        "devices": [
            _device(_SINGLE, **{"A+.total": single.replace(".", ",")}),
            _device(_ZONES, **{"A+.T1": day, "A+.T2": night}),
            _device(_REACTIVE, **{"A+.total": "91874.32", "R+.total": "10511.5"}),
        ]
    }
    receipt = await visitor.call("POST", _SUBMISSIONS, body, expect=201)
    _check(receipt["message"] == "Показания сохранены", "the readings are saved", receipt)
    for device in receipt["devices"]:
        _check(device["outcome"] == "saved", "every device is saved", device)
        for value in device["values"]:
            expected = _consumption(form, device["meter_id"], value["register"], value["value"])
            _check(Decimal(value["consumption"]) == expected, f"the consumption is {expected}", value)
            say(f"     {device['meter_id']} {value['register']}: {value['value']}, расход {value['consumption_shown']}")


async def _hear_billing(visitor: Visitor, say: Say) -> None:
    say("8. Ответ биллинга")
    meters = await visitor.until("GET", _FORM, _answered)
    for key, transmission in meters.items():
        say(f"     {key}: {transmission['state']} {transmission['text']}".rstrip())
    states = [meters[key]["state"] for key in (_SINGLE, _ZONES, _REACTIVE)]
    _check(states == ["accepted", "accepted", "refused"], "billing believes the first two", meters)
    refusal = meters[_REACTIVE]
    _check(refusal["code"] == "implausible_consumption" and refusal["text"] != "", "billing says why", refusal)


async def _correct(visitor: Visitor, say: Say, form: Form) -> None:
    say("9. Исправление: передаётся только прибор с новыми значениями")
    correction = _device(_REACTIVE, **{"A+.total": "22674.32", "R+.total": "10511.5"})
    receipt = await visitor.call("POST", _SUBMISSIONS, {"devices": [correction]}, expect=201)
    meters = await visitor.until("GET", _FORM, _answered)
    _check(meters[_REACTIVE]["state"] == "accepted", "billing accepts the correction", meters[_REACTIVE])
    sent = await visitor.call("GET", f"{_SUBMISSIONS}/{receipt['id']}")
    states = {value["state"] for device in sent["devices"] for value in device["values"]}
    _check(states == {"accepted"}, "the submission shows billing's answer", sent)
    total = (await visitor.call("GET", _FORM))["consumption_shown"]
    say(f"     всё принято; расход по договору {total} кВт·ч")


async def _report(visitor: Visitor, say: Say) -> None:
    say("10. Расход по точке «по сообщению»: вводится как показание, отзывается, пока не принят")
    form = await visitor.call("GET", _FORM)
    entry = _points(form)[_LIGHTING]["entry"]
    _check(entry["accepts"], "the point takes a consumption", entry)
    value = "1240.5" if entry["current"] is None else f"{Decimal(entry['current']) + 1:f}"
    body = {"points": [{"point_id": _LIGHTING, "value": value.replace(".", ",")}]}
    receipt = await visitor.call("POST", _SUBMISSIONS, body, expect=201)
    _check(receipt["points"][0]["value"] == value, "the consumption is saved", receipt)
    form = await visitor.until("GET", _FORM, lambda shown: shown if _told(shown) == "accepted" else None)
    point = _points(form)[_LIGHTING]
    say(f"     {point['complex_code']}: {point['consumption']} кВт·ч, принято биллингом")
    refused = await visitor.call("DELETE", f"{_SUBMISSIONS}/{receipt['id']}", expect=409)
    say(f"     {refused['detail']}")


async def _look_back(visitor: Visitor, say: Say, form: Form) -> None:
    say("11. История показаний за год и часы пиковой нагрузки")
    objects = (await visitor.call("GET", f"{_FORM}/history"))["items"]
    _check(len(objects) == len(form["objects"]), "every energy object has a history", objects)
    devices = (await visitor.call("GET", f"{_FORM}/history/objects/{objects[0]['id']}"))["items"]
    values = (await visitor.call("GET", f"{_FORM}/history/meters/{devices[0]['meter_id']}"))["items"]
    months = [value["month"] for value in values]
    _check(len(values) >= _YEAR and months == sorted(months, reverse=True), "a year, the newest first", values)
    for value in values[:3]:
        say(f"     {value['month'][:7]}: {value['value']}, расход {value['consumption_shown']}, {value['state']}")
    peaks = await visitor.call("GET", "/api/v1/readings/peaks")
    _check(peaks["available"], "there is an object of the fourth price category", peaks)
    month = peaks["months"][1][:7]
    hours = (await visitor.call("GET", f"/api/v1/readings/peaks/hours?show=month&month={month}"))["hours"]
    _check(bool(hours), "the month has peak hours", hours)
    say(f"     пик {hours[0]['day']}: {hours[0]['text']}, всего рабочих дней {len(hours)}")


async def _look_ahead(visitor: Visitor, say: Say) -> None:
    say("12. Сроки по всем договорам одним вызовом")
    (deadline,) = (await visitor.call("GET", "/api/v1/readings/deadlines"))["items"]
    todo = deadline["todo"]
    _check(todo["transmitted"] == 4 and todo["missing"] == 0, "everything that may be sent is sent", todo)
    say(f"     {deadline['window_text']}")
    say(
        f"     осталось дней: {deadline['days_to_close']}; передано {todo['transmitted']}, недоступно {todo['blocked']}"
    )


async def _pay(visitor: Visitor, say: Say) -> None:
    say("13. Оплата картой")
    (card,) = (await visitor.call("GET", "/api/v1/payments/contracts"))["items"]
    say(f"     к оплате {card['figures']['to_pay']}, аванс {card['figures']['advance']}")
    owed = Decimal(card["figures"]["to_pay"]) > 0
    order = {"mode": "debt"} if owed else {"mode": "prepayment", "amount": "1000"}  # a repeated walk owes nothing
    quote = await visitor.call("POST", f"{_MONEY}/quote", order)
    say(f"     {quote['purpose']}: {quote['amount']}, комиссия {quote['commission']}, итого {quote['total']}")
    started = await visitor.call("POST", f"{_MONEY}/payments", order, expect=201)
    place = f"/api/v1/payments/orders/{started['id']}"
    shown = await visitor.until("GET", place, lambda payment: payment if payment["pay_url"] else None)
    back = await visitor.fill(shown["pay_url"], card=_CARD)
    _check(started["id"] in back, "the bank sends the payer back", back)
    ended = await visitor.until("GET", place, lambda payment: payment if payment["state"] != "waiting" else None)
    _check(ended["state"] == "succeeded", "the payment succeeds", ended)
    bills = await visitor.call("GET", f"{_MONEY}/bills")
    _check(bills["items"] == [], "nothing is owed any more", bills)


async def _read_papers(visitor: Visitor, say: Say) -> None:
    say("14. Документы и платежи")
    history = (await visitor.call("GET", f"{_MONEY}/history"))["items"]
    _check(history[0]["payment_id"] is not None, "the payment heads the history", history)
    for line in history:
        say(f"     {line['payer']}: {line['amount']}, {line['status']}")
    since = "2000-01-01"
    documents = (await visitor.call("GET", f"{_MONEY}/documents?month_from={since}&month_to=2100-01-01"))["items"]
    _check(len(documents) > _PAPERS, "there are documents", documents)
    paper = await visitor.download(f"{_MONEY}/documents/{documents[0]['id']}/content?inline=true")
    _check(paper.startswith(b"%PDF-"), "a document is a PDF", paper[:20])
    asked = await visitor.call(
        "POST", f"{_MONEY}/documents/{documents[0]['id']}/letters", {"email": WALK.email}, expect=202
    )
    say(f"     {asked['message']}")
    letter = await visitor.letter(WALK.email)
    say(f"     письмо: «{letter['subject']}»")


def _points(form: Form) -> dict[str, Any]:
    return {point["id"]: point for subject in form["objects"] for point in subject["points"]}


def _told(form: Form) -> str | None:
    """What billing says of the consumption."""
    transmission = _points(form)[_LIGHTING]["entry"]["transmission"]
    return None if transmission is None else str(transmission["state"])


def _device(meter_id: str, **values: str) -> dict[str, Any]:
    return {"meter_id": meter_id, "values": [{"register": code, "value": value} for code, value in values.items()]}


def _registers(form: Form, meter_id: str) -> dict[str, Any]:
    """The registers of a meter, by code."""
    meter = _meters(form)[meter_id]
    return {register["code"]: register for register in meter["registers"]}


def _meters(form: Form) -> dict[str, Any]:
    return {
        meter["id"]: meter for subject in form["objects"] for point in subject["points"] for meter in point["meters"]
    }


def _next(form: Form, meter_id: str, code: str, value: str) -> str:
    """`value`, or on a repeated walk one more than was transmitted before."""
    current = _registers(form, meter_id)[code]["current"]
    return value if current is None else f"{Decimal(current) + 1:f}"


def _consumption(form: Form, meter_id: str, code: str, value: str) -> Decimal:
    """Reckoned here once more: (current - previous) * coefficient, no losses."""
    previous = Decimal(_registers(form, meter_id)[code]["previous"]["value"])
    return (Decimal(value) - previous) * Decimal(_meters(form)[meter_id]["coefficient"])


def _answered(form: Form) -> dict[str, Any] | None:
    """Meter -> what became of it, once billing has answered every one that was transmitted."""
    sent = {key: meter["transmission"] for key, meter in _meters(form).items() if meter["transmission"]}
    waiting = any(transmission["state"] == "transmitted" for transmission in sent.values())
    return None if waiting or not sent else sent


def _check(holds: bool, what: str, seen: Any) -> None:
    if not holds:
        raise Unexpected(f"it should be so that {what}, but: {seen}")
