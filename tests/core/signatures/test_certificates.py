"""Files that clients attach as certificates."""

from base64 import encodebytes
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates
from hypothesis import given, settings
from hypothesis import strategies as st

from core.sdk import Problem
from core.signatures.domain.binding import refusal
from core.signatures.domain.certificates import Certificate
from core.signatures.public import read_certificate
from core.testing.signing import KINDS, NOON, Authority, Key, rsa_key

AUTHORITY = Authority()
DER = AUTHORITY.issue(inn="7830002293").certificate
PEM = b"-----BEGIN CERTIFICATE-----\n" + encodebytes(DER) + b"-----END CERTIFICATE-----\n"
KEY = rsa_key()


def code_of(data: bytes, *, pem: bool = False) -> str:
    with pytest.raises(Problem) as caught:
        read_certificate(data, pem=pem)
    return caught.value.kind.code


@pytest.mark.requirement("APL-19")
@pytest.mark.parametrize("kind", KINDS)
def test_a_certificate_is_read(kind: str) -> None:
    director = Authority(kind).issue(inn="7830002293")
    info = read_certificate(director.certificate)
    assert (info.subject, info.organisation) == ("ООО «Ромашка»", "ООО «Ромашка»")
    assert (info.person, info.position) == ("Иванова Анна Петровна", "Генеральный директор")
    assert (info.holder, info.inn, info.person_inn) == ("organisation", "7830002293", "500100732259")
    assert (info.ogrn, info.snils) == ("1027700132195", "11223344595")
    assert info.issuer == "Тестовый удостоверяющий центр"
    assert (info.valid_from, info.valid_until) == (NOON - timedelta(days=100), NOON + timedelta(days=265))
    assert int(info.serial, 16) == director.serial
    expected = {"gost256": "gost2012-256", "gost512": "gost2012-512", "rsa": "rsa-2048", "ecdsa": "ecdsa-secp256r1"}
    assert info.algorithm == expected[kind]
    assert len(info.fingerprint) == 64
    assert len(info.sha1) == 40


@pytest.mark.requirement("APL-19")
def test_what_is_no_certificate_is_refused_by_name() -> None:
    pfx = serialize_key_and_certificates(b"key", KEY, None, None, BestAvailableEncryption(b"123"))
    private = [
        KEY.private_bytes(encoding, form, NoEncryption())
        for encoding in (Encoding.DER, Encoding.PEM)
        for form in (PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL)
    ]
    assert code_of(PEM) == "signatures.certificate_pem"
    assert code_of(pfx) == "signatures.key_container"
    assert {code_of(one) for one in private} == {"signatures.private_key"}
    assert code_of(PEM + private[2], pem=True) == "signatures.private_key"
    assert code_of("Сертификат".encode()) == "signatures.not_certificate"
    assert code_of(b"") == "signatures.not_certificate"
    assert code_of(DER + b"\n") == "signatures.not_certificate"
    assert code_of(AUTHORITY.revocation_list()) == "signatures.not_certificate"
    assert code_of(b"\x30\x80" + DER) == "signatures.not_certificate"
    assert code_of(b"0" * 70_000) == "signatures.certificate_too_large"


@pytest.mark.requirement("APL-19")
@pytest.mark.parametrize("left", [5, 100, len(DER) // 2, len(DER) - 1])
def test_a_truncated_certificate(left: int) -> None:
    assert code_of(DER[:left]) == "signatures.certificate_truncated"


def test_pem_where_it_is_allowed() -> None:
    assert read_certificate(PEM, pem=True).der == DER
    assert read_certificate(PEM.replace(b"\n", b"\r\n"), pem=True).der == DER
    assert read_certificate(DER, pem=True).der == DER
    assert code_of(PEM[:200], pem=True) == "signatures.certificate_truncated"
    assert code_of(PEM.replace(b"MI", b"M?", 1), pem=True) == "signatures.not_certificate"
    assert code_of(PEM + PEM, pem=True) == "signatures.not_certificate"


def test_weak_and_unknown_keys() -> None:
    weak = Key("rsa")
    weak._private = rsa_key(1024)
    weak.public = weak._private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert code_of(AUTHORITY.issue(key=weak).certificate) == "signatures.weak_algorithm"
    odd = Key("gost256")
    curve = bytes.fromhex("06072a850302022400")
    assert curve in odd.public
    odd.public = odd.public.replace(curve, bytes.fromhex("06072a850302022300"))  # the set for tests of the standard
    assert code_of(AUTHORITY.issue(key=odd).certificate) == "signatures.unknown_algorithm"


def test_every_length_of_a_certificate_is_read_as_it_stands() -> None:
    """asn1crypto writes anew what has a length that ends in 0x80, and cannot write what it does not know."""
    seen = set()
    for letters in range(160):
        certificate = AUTHORITY.issue(organisation="О" * letters, inn="7830002293").certificate
        assert Certificate(certificate).signed in certificate
        seen.add(Certificate(certificate).signed[3])
    assert 0x80 in seen


@pytest.mark.parametrize(
    ("said", "inn", "expected"),
    [
        ({"inn": "7830002293"}, "7830002293", None),
        ({"inn": "7830002293"}, "7707083893", "signatures.wrong_inn"),
        ({"inn": "7830002293", "person_inn": "7707083893"}, "7707083893", "signatures.wrong_inn"),
        ({"person_inn": "007830002293"}, "7830002293", None),
        ({"person_inn": "500100732259", "ogrnip": "304500116000157"}, "500100732259", None),
        ({"person_inn": "500100732259", "ogrnip": "304500116000157"}, "7830002293", "signatures.wrong_inn"),
        ({"person_inn": "500100732259"}, "500100732259", "signatures.not_entrepreneur"),
        ({"person_inn": "500100732259"}, "7830002293", "signatures.power_needed"),
        ({"person_inn": ""}, "7830002293", "signatures.power_needed"),
    ],
)
def test_for_whom_a_certificate_signs(said: dict[str, str], inn: str, expected: str | None) -> None:
    kind = refusal(read_certificate(AUTHORITY.issue(**said).certificate), inn)  # type: ignore[arg-type]
    assert (kind.code if kind else None) == expected


def test_names_cannot_change_the_text_around_them() -> None:
    issued = AUTHORITY.issue(inn="7830002293", organisation="ООО\u202e«gpj.акшамоР»\x00\n\t" + "я" * 2000)
    info = read_certificate(issued.certificate)
    assert info.organisation.startswith("ООО «gpj.акшамоР» я")
    assert len(info.organisation) == 500


@given(st.binary(max_size=300))
@settings(max_examples=200, deadline=None)
def test_any_bytes_get_an_answer(data: bytes) -> None:
    for one in (data, b"\x30" + data, PEM[:28] + data):
        with pytest.raises(Problem):
            read_certificate(one, pem=True)


@given(st.integers(0, len(DER) * 8 - 1))
@settings(max_examples=300, deadline=None)
def test_a_flipped_bit_is_read_or_refused(bit: int) -> None:
    damaged = bytearray(DER)
    damaged[bit // 8] ^= 1 << bit % 8
    found = b""
    try:
        found = read_certificate(bytes(damaged)).der
    except Problem:
        return
    assert found == damaged
