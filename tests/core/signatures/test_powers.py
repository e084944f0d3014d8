"""Powers of attorney: what is read from them, and XML made to hurt."""

from datetime import date

import pytest

from core.signatures.domain.powers import MOST_BYTES, Refused, check, read
from core.signatures.public import read_certificate
from core.testing.signing import Authority, power_of_attorney

INN = "7830002293"
GOOD = power_of_attorney(inn=INN)
TODAY = date(2026, 1, 25)
CLERK = read_certificate(Authority().issue(person="Петров Пётр Петрович").certificate)


def refusal(data: bytes) -> str:
    with pytest.raises(Refused) as caught:
        check(read(data), CLERK, INN, TODAY, ("BBDOCS_SIGN",))
    kind, params = caught.value.kind, caught.value.params
    assert kind.text("ru", params)
    return kind.code.removeprefix("signatures.")


def changed(old: str, new: str) -> bytes:
    assert old in GOOD.decode()
    return GOOD.decode().replace(old, new).encode()


def test_what_a_power_says() -> None:
    power = read(GOOD)
    assert power.number == "5b0d7a1c-6f0e-4c52-9d29-3a0f1f5a7c11"
    assert (power.version, power.valid_from, power.valid_until) == ("5.03", date(2025, 12, 1), date(2026, 12, 1))
    assert power.principals == (INN,)
    (representative,) = power.representatives
    assert (representative.inn, representative.snils) == ("500100732259", "11223344595")
    assert representative.name == "Петров Пётр Петрович"
    assert power.codes == ("BBDOCS_SIGN",)
    check(power, CLERK, INN, TODAY, ("OTHER", "BBDOCS_SIGN"))
    check(read(changed("2026-12-01", "01.12.2026")), CLERK, INN, TODAY)
    check(read(changed("2025-12-01", "2026-01-25")), CLERK, INN, TODAY)
    check(read(changed("2026-12-01", "2026-01-25")), CLERK, INN, TODAY)  # the last day counts


def test_an_entrepreneur_and_an_organisation() -> None:
    owner = changed(
        f'<СвРосОрг НаимОрг="ООО «Ромашка»" ИННЮЛ="{INN}" КПП="783001001" ОГРН="1027700132195"/>',
        '<СвИП ОГРНИП="304500116000157" ИННФЛ="771234567801"/>',
    )
    assert read(owner).principals == ("771234567801",)
    outsourced = changed('<СведФизЛ ИННФЛ="500100732259" СНИЛС="112-233-445 95">', '<СведФизЛ ИННЮЛ="7707083893">')
    agency = read_certificate(Authority().issue(inn="7707083893").certificate)
    check(read(outsourced), agency, INN, TODAY)
    with pytest.raises(Refused):
        check(read(outsourced), CLERK, INN, TODAY)


def test_powers_in_words() -> None:
    words = changed('<МашПолн КодПолн="BBDOCS_SIGN" НаимПолн="Подписание документов"/>', "<ТекстПолн>Всё</ТекстПолн>")
    assert read(words).text == "Всё"
    check(read(words), CLERK, INN, TODAY)
    assert refusal(words) == "power_powers"  # of a supplier who demands a code


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("<СвУпПред", '<СвУпПред ТипПред="3"><Пред/></СвУпПред><СвУпПред', "power_joint"),
        ("<Документ>", "<Документ><ПередовДовер/>", "power_substituted"),
        ("BBDOCS_SIGN", "BBDOCS_READ", "power_powers"),
        ('ВерсФорм="5.03"', "", "power_malformed"),
        ("СвДоверит", "СвДоверитель", "power_malformed"),
        ("СвДов ", "СвДоверенности ", "power_malformed"),
        ("</Довер>", "", "power_malformed"),
        ("2026-12-01", "", "power_malformed"),
    ],
)
def test_what_is_refused(old: str, new: str, code: str) -> None:
    data = changed(old, new)
    assert refusal(data.replace('ПрСовмПолн="2"'.encode(), 'ПрСовмПолн="1"'.encode())) == code


def test_hostile_xml(tmp_path: object) -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'
    external = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    head, _, rest = GOOD.partition(b"\n")
    assert (
        refusal(b"") == refusal(b"<") == refusal(b"\x00" * 100) == refusal("доверенность".encode()) == "power_malformed"
    )
    assert refusal(head + bomb + rest) == refusal(head + external + rest) == "power_malformed"
    assert refusal(b"<a>" * 5000 + b"</a>" * 5000) == "power_malformed"
    assert refusal(b"<a>" + b"<b/>" * 30_000 + b"</a>") == "power_malformed"
    assert refusal(b" " * (MOST_BYTES + 1)) == "power_too_large"
    assert read(changed("<Документ>", "<!-- note --><?go?><Документ>")).principals == (INN,)
