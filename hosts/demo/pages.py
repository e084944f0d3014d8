"""The pages of the demonstration: plain HTML without scripts; whatever comes from outside is escaped here."""

import re
from collections.abc import Sequence
from html import escape

from core.adapters.mail_folder import FolderLetter
from hosts.demo.names import SUPPLIER
from hosts.demo.schemas import DemoBilling, DemoFact, DemoGuide

POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
"""Content-Security-Policy of every page."""
_LINK = re.compile(r"https?://[^\s<>\"']+")
_STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #8881; --link: light-dark(#0b5cad, #7db7f5) }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem 1.25rem 4rem }
nav { display: flex; gap: 1.25rem; padding-bottom: .75rem; border-bottom: 1px solid var(--line) }
a { color: var(--link) }
h1 { font-size: 1.5rem; margin: 1.25rem 0 .75rem }
h2 { font-size: 1.1rem; margin: 1.75rem 0 .5rem }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; vertical-align: top; padding: .4rem .75rem .4rem 0; border-bottom: 1px solid var(--line) }
th { font-weight: 500; opacity: .7 }
pre { white-space: pre-wrap; overflow-wrap: anywhere; background: var(--soft); padding: .75rem 1rem }
code { overflow-wrap: anywhere }
time, .soft { opacity: .7; white-space: nowrap }
button { font: inherit; padding: .4rem 1rem }
"""


def page(title: str, body: str) -> str:
    """A whole page; `body` is HTML."""
    return (
        f'<!doctype html>\n<html lang="ru"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style></head><body>'
        '<nav><a href="/demo">Демонстрация</a><a href="/demo/mail">Почта</a><a href="/demo/billing">Биллинг</a>'
        f'<a href="/docs">API</a></nav><h1>{escape(title)}</h1>{body}</body></html>'
    )


# ---- the start
def start(guide: DemoGuide | None, base: str) -> str:
    """What this host is, who can sign in, and three calls to begin with. `base`: the address of this host."""
    intro = (
        f"<p>Личный кабинет клиентов вымышленного поставщика «{escape(SUPPLIER)}». Здесь нет настоящих людей, "
        "договоров и писем: данные сгенерированы, письма складываются в <a href='/demo/mail'>почту</a>, "
        "а показания принимает <a href='/demo/billing'>вымышленный биллинг</a>. Всё остальное — настоящий кабинет.</p>"
    )
    if guide is None:
        return page("Демонстрация", intro + "<p>Данные ещё не загружены: подготовьте демонстрацию.</p>")
    people = _table(
        ("Роль", "Адрес", "Пароль"), [(person.role, person.email, person.password) for person in guide.sign_ins]
    )
    contracts = _table(
        ("Договор", "Номер", "Адрес в договоре"),
        [("у людей выше", guide.number, "—"), ("свободен, можно добавить", guide.free_number, guide.free_email)],
    )
    calls = "".join(f"<pre>{escape(call)}</pre>" for call in curl_lines(guide, base))
    return page(
        "Демонстрация",
        f"{intro}<h2>Войти</h2>{people}<h2>Договоры</h2>{contracts}<p class=soft>Всего загружено: {guide.contracts}</p>"
        f"<h2>Три вызова для начала</h2>{calls}"
        f"<h2>Ключ системы компании</h2><p><code>{escape(guide.service_key)}</code></p>",
    )


def curl_lines(guide: DemoGuide, base: str) -> list[str]:
    """Sign in, see the form, submit a reading."""
    energetik = next(person for person in guide.sign_ins if person.role == "Энергетик")
    form = f"{base}/api/v1/readings/contracts/{guide.contract_id}"
    reading = '{"register":"A+.total","value":"333399"}'
    return [
        f"TOKEN=$(curl -s {base}/api/v1/sessions -H 'Content-Type: application/json' -d "
        f'\'{{"email":"{energetik.email}","password":"{energetik.password}"}}\''
        ' | sed \'s/.*"token":"\\([^"]*\\)".*/\\1/\')',
        f'curl -s {form} -H "Authorization: Bearer $TOKEN"',
        f"curl -s {form}/submissions -H \"Authorization: Bearer $TOKEN\" -H 'Content-Type: application/json' -d "
        f'\'{{"devices":[{{"meter_id":"PU-{guide.contract_id}-1","values":[{reading}]}}]}}\'',
    ]


# ---- mail
def mailbox(letters: Sequence[FolderLetter]) -> str:
    """The list of letters."""
    if not letters:
        return page("Почта", "<p>Писем пока нет.</p>")
    rows = "".join(
        f"<tr><td><a href='/demo/mail/{escape(letter.id)}'>{escape(letter.subject) or '(без темы)'}</a></td>"
        f"<td>{escape(letter.to)}</td><td>{_moment(letter.sent_at)}</td></tr>"
        for letter in letters
    )
    return page("Почта", f"<table><tr><th>Тема</th><th>Кому</th><th>Отправлено</th></tr>{rows}</table>")


def letter(shown: FolderLetter) -> str:
    """One letter; the links in it can be clicked."""
    return page(
        shown.subject or "(без темы)",
        f"<p>От: {escape(shown.sender)}<br>Кому: {escape(shown.to)}<br>{_moment(shown.sent_at)}</p>"
        f"<pre>{_linked(shown.text)}</pre>",
    )


def _linked(text: str) -> str:
    """Text as HTML, its web addresses as links."""
    parts, end = [], 0
    for found in _LINK.finditer(text):
        address = found[0].rstrip(".,;:!?)»")
        parts.append(escape(text[end : found.start()]))
        parts.append(f'<a href="{escape(address)}" rel="noreferrer">{escape(address)}</a>')
        end = found.start() + len(address)
    return "".join(parts) + escape(text[end:])


# ---- the link of a letter
def confirmation(token: str) -> str:
    """The link of a letter leads here. Reading the page changes nothing: mail scanners follow links too."""
    return page(
        "Подтверждение договора",
        "<p>Личный кабинет запросил доступ к договору, в котором записан ваш адрес.</p>"
        f"<form method=post action='/demo/contracts/confirm'><input type=hidden name=token value=\"{escape(token)}\">"
        "<button>Подтвердить</button></form>",
    )


def confirmed(text: str) -> str:
    """What became of it."""
    return page("Подтверждение договора", f"<p>{escape(text)}</p>")


# ---- back from the bank
def payment(payment_id: str) -> str:
    """The browser is back. The page itself knows nothing: only the cabinet's answer says how the payment ended."""
    return page(
        "Возврат из банка",
        "<p>Возвращение на эту страницу ещё не значит, что деньги получены. Чем закончилась оплата, отвечает кабинет:"
        f"</p><pre>GET /api/v1/payments/orders/{escape(payment_id)}</pre>",
    )


# ---- billing
def billing(shown: DemoBilling) -> str:
    """What the invented billing has got and what it said."""
    trouble = (
        f"<p>Сбой: {escape(shown.trouble.kind)}, ещё доставок: {shown.trouble.deliveries}</p>" if shown.trouble else ""
    )
    if not shown.items:
        return page("Биллинг", f"{trouble}<p>Фактов пока нет.</p>")
    rows = "".join(
        f"<tr><td>{fact.position}</td><td>{escape(fact.kind)}<br><span class=soft>{escape(fact.subject)}</span></td>"
        f"<td><code>{escape(bytes(fact.body).decode())}</code></td><td>{_answers(fact)}</td></tr>"
        for fact in shown.items
    )
    return page(
        "Биллинг", f"{trouble}<table><tr><th>№</th><th>Факт</th><th>Что передано</th><th>Ответ</th></tr>{rows}</table>"
    )


def _answers(fact: DemoFact) -> str:
    lines = [
        f"{'принято' if answer.outcome == 'accepted' else 'отказ'} {answer.item} {answer.text}".strip()
        for answer in fact.answers
    ]
    return "<br>".join(escape(line) for line in lines)


def _table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f"<th>{escape(title)}</th>" for title in titles)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><tr>{head}</tr>{body}</table>"


def _moment(moment: object) -> str:
    return f"<time>{moment:%d.%m.%Y %H:%M} UTC</time>"
