"""Names, taxpayer numbers and addresses of an invented northern region. Built from parts: nobody in it exists.

The region's code is 98. No taxpayer number begins with it, so none of these, right check digits and all, is anybody's.
"""

from random import Random
from typing import Literal

import msgspec

REGION = "98"
CITY = "Онегорск"
SUPPLIER = "Онегорская сбытовая компания"
BRANCHES = (
    "Центральное отделение",
    "Заречное отделение",
    "Портовое отделение",
    "Приозёрное отделение",
    "Нижнемшинское отделение",
    "Ладвожское отделение",
)
_DISTRICTS = (
    "г. Онегорск, Центральный р-н",
    "г. Онегорск, Заречный р-н",
    "г. Онегорск, Портовый р-н",
    "г. Приозёрный",
    "г. Нижняя Мша",
    "пгт Ладвож",
)
_STREETS = (
    "ул. Корабелов",
    "наб. реки Онеги",
    "ул. Сосновая",
    "Полярный пр.",
    "ул. Лесная Биржа",
    "Заводская ул.",
    "ул. Маячная",
    "Северный пр.",
    "ул. Капитанов",
    "ул. Лётчиков",
    "Морошковая ул.",
    "Брусничный пер.",
    "ул. Старая Гавань",
    "Озёрная ул.",
    "ул. Рыбаков",
    "Школьная ул.",
    "ул. Ледокольная",
    "Карьерная ул.",
    "Вокзальная пл.",
    "ул. Геологов",
)
_ROOTS = ("Онегор", "Ладвож", "Мшин", "Беломор", "Поляр", "Бореал", "Северс", "Кедров", "Зареч", "Приозёр", "Лёдов")
_MIDDLES = ("пром", "строй", "торг", "транс", "лес", "рыб", "тех", "хлеб", "порт", "агро", "дорож", "тепло")
_ENDS = ("сервис", "снаб", "инвест", "комплект", "монтаж", "холод", "склад", "проект", "продукт", "механизация")
_BY_NUMBER = (
    ("МБОУ «Средняя школа № {}»", 64),
    ("МБДОУ «Детский сад № {}»", 90),
    ("ТСЖ «Корабелов, {}»", 140),
    ("ГСК «Полярный-{}»", 40),
    ("СНТ «Морошка-{}»", 30),
    ("ООО «Аптека № {}»", 120),
)


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_SURNAMES = _words(
    "Анисимов Баженов Вересов Глазунов Дёмин Евстигнеев Жаворонков Зимин Исаев Карелин Лапин Мезенцев Никонов Онегин "
    "Поморцев Рябинин Северов Тюленев Ушаков Фомин Холмогоров Цветков Чагин Шестаков Щукин Юшков Яковлев"
)
_MEN = _words("Алексей Борис Виктор Геннадий Дмитрий Евгений Иван Кирилл Лев Михаил Николай Павел Роман Сергей Фёдор")
_WOMEN = _words("Алла Вера Галина Дарья Елена Жанна Зоя Ирина Лидия Марина Нина Ольга Полина Светлана Тамара")
_FATHERS = _words("Александр Борис Виктор Герман Денис Иван Кирилл Леонид Максим Олег Пётр Руслан Степан Тимофей Фёдор")
_FATHER_STEMS = {"Пётр": "Петр", "Лев": "Льв"}
_LATIN = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщыэюя",
        _words("a b v g d e e zh z i y k l m n o p r s t u f kh ts ch sh sch y e yu ya"),
        strict=True,
    )
)
_COMPANY_WEIGHTS = (2, 4, 10, 3, 5, 9, 4, 6, 8)
_PERSON_WEIGHTS = ((7, 2, 4, 10, 3, 5, 9, 4, 6, 8), (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8))


class Party(msgspec.Struct, frozen=True, gc=False):
    """Whom the company supplies."""

    kind: Literal["company", "sole_trader", "citizen"]
    name: str
    inn: str
    kpp: str | None
    domain: str
    """Of its mail, under .example."""


def company_inn(first: str) -> str:
    """A company's number: nine digits and the check digit."""
    return first + _check_digit(first, _COMPANY_WEIGHTS)


def person_inn(first: str) -> str:
    """A person's number: ten digits and two check digits."""
    for weights in _PERSON_WEIGHTS:
        first += _check_digit(first, weights)
    return first


def _check_digit(digits: str, weights: tuple[int, ...]) -> str:
    return str(sum(weight * int(digit) for weight, digit in zip(weights, digits, strict=True)) % 11 % 10)


def party(chance: Random) -> Party:
    """A company, a sole trader, or a citizen with non-residential premises."""
    office = f"{REGION}{chance.randrange(1, 13):02d}"
    share = chance.random()
    if share < 0.72:
        name, stem = _company(chance)
        kpp = f"{office}01001" if share < 0.68 else f"{office}43{chance.randrange(1, 30):03d}"
        return Party("company", name, company_inn(f"{office}{chance.randrange(1, 99_999):05d}"), kpp, stem)
    name = _person(chance)
    inn = person_inn(f"{office}{chance.randrange(1, 999_999):06d}")
    stem = latin(name.split()[0]) + f"{chance.randrange(100)}"
    if share < 0.9:
        return Party("sole_trader", f"ИП {name}", inn, None, stem)
    return Party("citizen", name, inn, None, stem)


def _company(chance: Random) -> tuple[str, str]:
    """The name and the Latin stem of its domain."""
    if chance.random() < 0.22:
        pattern, last = chance.choice(_BY_NUMBER)
        number = chance.randrange(1, last)
        name = pattern.format(number)
        return name, latin(name.partition("«")[2].partition(" ")[0].strip("»,-0123456789")) + str(number)
    core = chance.choice(_ROOTS) + chance.choice(_MIDDLES) + chance.choice(_ENDS)
    form = "АО" if chance.random() < 0.12 else "ООО"
    return f"{form} «{core}»", latin(core)


def _person(chance: Random) -> str:
    surname, father = chance.choice(_SURNAMES), chance.choice(_FATHERS)
    father = _FATHER_STEMS.get(father, father)
    stem = father[:-1] + "е" if father.endswith("й") else father + "о"
    if chance.random() < 0.45:
        return f"{surname}а {chance.choice(_WOMEN)} {stem}вна"
    return f"{surname} {chance.choice(_MEN)} {stem}вич"


def contacts(branch: int) -> tuple[str, str, str, str, str, str]:
    """Head, phone and address of a branch, and the curator of its contracts: name, phone, e-mail."""
    chance = Random(f"branch:{branch}")  # noqa: S311 - makes data, guards nothing
    curator = _person(chance)
    mailbox = f"{latin(curator.split()[0])}@onegorsbyt.example"
    phones = [f"+7 980 {chance.randrange(100, 1000)}-{chance.randrange(10, 100)}-0{end}" for end in (1, 2)]
    return _person(chance), phones[0], address(chance, branch), curator, phones[1], mailbox


def address(chance: Random, branch: int) -> str:
    """An address in the area of a branch."""
    house = chance.randrange(1, 160)
    annex = f", корп. {chance.randrange(1, 5)}" if chance.random() < 0.15 else ""
    return (
        f"{REGION}{branch:02d}{chance.randrange(1, 60):02d}, {_DISTRICTS[branch]}, {street(chance)}, д. {house}{annex}"
    )


def street(chance: Random) -> str:
    """A street with its kind."""
    return chance.choice(_STREETS)


def latin(text: str) -> str:
    """Russian in Latin letters, for addresses of mail; what is neither is dropped."""
    lowered = "".join(_LATIN.get(letter, letter) for letter in text.lower())
    return "".join(letter for letter in lowered if letter.isascii() and (letter.isalnum() or letter == "-"))
