"""Rules of appeals without I/O: which kind a choice leads to, numbers, headings, addresses, how values are read."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from core.forms.public import Addresses, Choice, FileField, Flag, Hours, Option, Step
from core.sdk import FIELD_CHOICE, FIELD_REQUIRED, FieldProblem
from plugins.appeals import errors
from plugins.appeals.settings.kinds import CONTRACT, NO_CONTRACT, AppealKind

ACCEPTED, IN_WORK, CLOSED = "Принято", "Решается", "Закрыто"
SENDING, SENT = "Идет отправка обращения", "Обращение успешно отправлено"
NO_CORRESPONDENCE = "По данному обращению переписка недоступна"
RECEIVED = "Ваше обращение принято к рассмотрению"
FROM_CLIENT = "Обращение от клиента личного кабинета"
SOURCE = "Личный кабинет"
YOU, COMPANY = "Вы", "Администратор"
OTHER, MANUAL = "other", "manual"
"""«Другая» organisation; one that is entered by hand because the directory is down."""
_PERSON = {"Индивидуальный предприниматель": "И", "Физическое лицо": "Ф"}
Values = dict[str, dict[str, Any]]


def resolve(kinds: Iterable[AppealKind], values: Mapping[str, Any]) -> AppealKind | list[FieldProblem]:
    """The kind that the choices of «Тип обращения» lead to, or everything that is wrong with them."""
    wrong = [FieldProblem(name, FIELD_REQUIRED) for name in (CONTRACT, "topic") if not values.get(name)]
    if wrong:
        return wrong
    topic, section = values["topic"], values.get("section") or None
    with_contract = values[CONTRACT] != NO_CONTRACT
    of_topic = [kind for kind in kinds if kind.topic == topic]
    if not of_topic:
        return [FieldProblem("topic", FIELD_CHOICE)]
    if not any(kind.contract == "optional" or (kind.contract == "required") == with_contract for kind in of_topic):
        return [FieldProblem(CONTRACT, errors.CONTRACT_NOT_TAKEN if with_contract else errors.CONTRACT_NEEDED)]
    fitting = [kind for kind in of_topic if kind.leads(topic, section, with_contract=with_contract)]
    if len(fitting) == 1:
        return fitting[0]
    return [FieldProblem("section", FIELD_CHOICE if section else FIELD_REQUIRED)]


def number(pattern: str, serial: int, at: datetime, region: str, subsection: str) -> str:
    """«0003229-23-77-Ю-Л»"""
    return pattern.format(serial=serial, year=f"{at:%y}", region=region, person=_PERSON.get(subsection, "Ю"))


def heading(resolution: str, name: str) -> str:
    """«[Решается] Заключение договора энергоснабжения»"""
    return f"[{resolution}] {name}"


def object_address(values: Values) -> str:
    """The first address of whatever step asks for some."""
    found = (step["addresses"][0] for step in values.values() if step.get("addresses"))
    return str(next(found, ""))


def address_parts(address: str) -> dict[str, str]:
    """City, street and house of an address as the company writes it; what is not told apart stays out."""
    parts = [part.strip() for part in address.split(",") if part.strip()]
    found: dict[str, str] = {}
    for part in parts:
        if re.match(r"(г|город|п|рп|пгт|с|д|дер|пос)\b\.?\s*[А-ЯЁ]|(Москва|Санкт-Петербург)$(?!\n)", part):
            found.setdefault("city", part)
        elif re.match(r"(ул|улица|пр|пр-кт|просп|проспект|наб|пер|ш|шоссе|б-р|пл|проезд|линия|аллея|тупик)\b", part):
            found.setdefault("street", part)
        elif "street" in found and re.match(r"(д|дом|к|корп|корпус|стр|строение|литер|лит|вл)?\b\.?\s*\d", part):
            found["house"] = f"{found['house']}, {part}" if "house" in found else part
    return found


def readable(step: Step, values: Mapping[str, Any], choices: Mapping[str, list[Option]]) -> list[tuple[str, str]]:
    """(title, value as people read it) of what was entered on a step, files excepted."""
    lines = []
    for field in step.fields:
        value = values.get(field.name)
        if value in (None, "", []) or isinstance(field, FileField):
            continue
        lines.append((field.title, _read(field, value, choices.get(field.name, []))))
    return lines


def _read(field: Any, value: Any, options: list[Option]) -> str:
    if isinstance(field, Choice):
        return next((one.title for one in (options or field.options) if one.value == value), str(value))
    if isinstance(field, Flag):
        return "да"
    if isinstance(field, Hours):
        return f"с {value['from']} по {value['to']}"
    return "; ".join(value) if isinstance(field, Addresses) else str(value)
