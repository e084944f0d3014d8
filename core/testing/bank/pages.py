"""The payment page and the bank's own page: plain HTML, no scripts. Whatever comes from outside is escaped here."""

from collections.abc import Sequence
from html import escape

from core.testing.bank.cards import CARDS, mask
from core.testing.bank.shapes import BankOrder, Movement, Saved

CODE = "123456"
"""What the card holder's bank sends him."""
_STYLE = """
:root { color-scheme: light dark; --line: #8885; --accent: light-dark(#0b5cad, #7db7f5) }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 34rem; margin: 0 auto; padding: 1.5rem 1.25rem 4rem }
body.wide { max-width: 64rem }
h1 { font-size: 1.4rem; margin: 0 0 .25rem }
h2 { font-size: 1.1rem; margin: 1.5rem 0 .5rem }
.note { border: 1px solid var(--line); border-radius: .5rem; padding: .5rem .75rem; opacity: .85 }
.sum { font-size: 2rem; font-variant-numeric: tabular-nums; margin: .75rem 0 }
fieldset { border: 1px solid var(--line); border-radius: .5rem; margin: 1rem 0; padding: .5rem 1rem }
fieldset label { display: block; padding: .3rem 0 }
input[type=text] { font: inherit; padding: .35rem .5rem; width: 14rem; max-width: 100% }
button { font: inherit; padding: .55rem 1.25rem; border-radius: .5rem; border: 1px solid var(--accent) }
button.main { background: var(--accent); color: light-dark(#fff, #000) }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; vertical-align: top; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid var(--line) }
td.money { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
.soft { opacity: .7 }
"""
_STATES = {
    "created": "ждёт оплаты",
    "confirming": "ждёт подтверждения",
    "held": "деньги заблокированы",
    "paid": "оплачен",
    "refunded": "возврат",
    "reversed": "отменён",
    "declined": "не оплачен",
}


def roubles(kopecks: int) -> str:
    """«3 452,38 ₽»"""
    whole, rest = divmod(kopecks, 100)
    return f"{whole:,}".replace(",", "\u00a0") + f",{rest:02d}\u00a0₽"


def _page(title: str, body: str, wide: bool = False) -> str:
    return (
        f'<!doctype html>\n<html lang="ru"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style></head>'
        f"<body{' class=wide' if wide else ''}><h1>{escape(title)}</h1>{body}</body></html>"
    )


def payment(order: BankOrder, saved: Sequence[Saved], action: str, problem: str = "") -> str:
    """Where the payer chooses a card."""
    cards = "".join(
        f"<label><input type=radio name=card value='saved:{escape(card.id)}'{_checked(index == 0)}> "
        f"Сохранённая карта {escape(card.mask)}</label>"
        for index, card in enumerate(saved)
    ) + "".join(
        f"<label><input type=radio name=card value='{card.number}'{_checked(index == 0 and not saved)}> "
        f"{mask(card)} <span class=soft>— {escape(card.title)}</span></label>"
        for index, card in enumerate(CARDS)
        if not order.card_id
    )
    other = (
        ""
        if order.card_id
        else "<label><input type=radio name=card value=''> Другая: "
        "<input type=text name=number inputmode=numeric autocomplete=off placeholder='номер карты'></label>"
    )
    save = (
        f"<label><input type=checkbox name=save value=1{_checked(order.save_card)}> Сохранить карту</label>"
        if order.payer_id and not order.card_id
        else ""
    )
    return _page(
        "Оплата картой",
        "<p class=note>Это вымышленный банк для проверок: настоящую карту не вводите, деньги не списываются.</p>"
        + (f"<p class=note role=alert>{escape(problem)}</p>" if problem else "")
        + f"<p>{escape(order.description)}<br><span class=soft>Заказ {escape(order.number)}</span></p>"
        f"<p class=sum>{roubles(order.amount)}</p><form method=post action='{escape(action)}'>"
        f"<input type=hidden name=mdOrder value='{escape(order.id)}'><fieldset><legend>Карта</legend>{cards}{other}"
        f"</fieldset>{save}<p><button class=main name=do value=pay>Оплатить {roubles(order.amount)}</button> "
        "<button name=do value=leave>Отказаться</button></p></form>",
    )


def _checked(on: bool) -> str:
    return " checked" if on else ""


def question(order: BankOrder, action: str, problem: str = "") -> str:
    """The card holder's bank asks whether it is him."""
    return _page(
        "Подтверждение оплаты",
        f"<p>Банк, выпустивший карту {escape(order.mask)}, отправил код на телефон. В этом примере код всегда "
        f"<b>{CODE}</b>.</p>"
        + (f"<p class=note role=alert>{escape(problem)}</p>" if problem else "")
        + f"<p class=sum>{roubles(order.amount)}</p><form method=post action='{escape(action)}'>"
        f"<input type=hidden name=mdOrder value='{escape(order.id)}'>"
        f"<p><label>Код <input type=text name=code value='{CODE}' inputmode=numeric autocomplete=off></label></p>"
        "<p><button class=main name=do value=confirm>Подтвердить</button> "
        "<button name=do value=deny>Это не я</button></p></form>",
    )


def finished(order: BankOrder) -> str:
    """The order cannot be paid any more; `home` is where the payer came from."""
    home = order.return_url if order.state in ("held", "paid", "refunded") else order.fail_url or order.return_url
    reason = f" {escape(order.reason)}." if order.reason else ""
    return _page(
        "Оплата картой",
        f"<p>Заказ {escape(order.number)}: {_STATES[order.state]}.{reason}</p>"
        f"<p><a href='{escape(home)}'>Вернуться в личный кабинет</a></p>",
    )


def silence(order: BankOrder) -> str:
    """The bank does not answer the payer either."""
    return _page(
        "Банк не отвечает",
        f"<p>Банк, выпустивший карту, не ответил. Заказ {escape(order.number)} можно оплатить ещё раз.</p>"
        f"<p><a href='?mdOrder={escape(order.id)}'>Попробовать снова</a></p>",
    )


def nothing() -> str:
    """No such order."""
    return _page("Заказ не найден", "<p>Проверьте ссылку на страницу оплаты.</p>")


def office(orders: Sequence[BankOrder], movements: Sequence[Movement]) -> str:
    """The bank's own page: what happened lately."""
    rows = "".join(
        f"<tr><td>{escape(order.number)}<br><span class=soft>{escape(order.description)}</span></td>"
        f"<td class=money>{roubles(order.amount)}</td><td>{_STATES[order.state]} {escape(order.reason)}</td>"
        f"<td>{escape(order.mask)}</td><td class=money>{roubles(order.refunded) if order.refunded else ''}</td></tr>"
        for order in orders
    )
    taken = sum(item.amount if item.kind == "charge" else -item.amount for item in movements)
    return _page(
        "Вымышленный банк",
        f"<p>Получено с карт за вычетом возвратов: <b>{roubles(taken)}</b>, операций: {len(movements)}.</p>"
        "<h2>Последние заказы</h2><table><tr><th>Заказ</th><th>Сумма</th><th>Состояние</th><th>Карта</th>"
        f"<th>Возвращено</th></tr>{rows}</table>",
        wide=True,
    )
