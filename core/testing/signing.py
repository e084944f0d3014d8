"""Throw-away keys, certificates and signatures, made in Python: GOST R 34.10-2012, RSA, ECDSA, with no tool installed.

    authority = Authority()
    authority.trust(tmp_path)                      # the data_dir of the cabinet under test
    director = authority.issue(inn="7830002293")   # an organisation's certificate
    director.certificate                           # DER, to be attached
    director.sign(document)                        # a detached CAdES-BES signature, DER

The authority and its certificates are valid around the day of the test clock (25 January 2026).
"""

import secrets
from base64 import encodebytes
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

from asn1crypto import cms
from asn1crypto import core as asn1
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from core.gost import signature as gost
from core.gost.curves import CURVES
from core.gost.streebog import streebog

NOON = datetime(2026, 1, 25, 9, 0, tzinfo=UTC)
"""Where the test clock stands."""
KINDS = ("gost256", "gost512", "rsa", "ecdsa")
DATA = "1.2.840.113549.1.7.1"
SIGNED_DATA = "1.2.840.113549.1.7.2"
_TURN = count()
_DIGESTS = {
    "streebog256": "1.2.643.7.1.1.2.2",
    "streebog512": "1.2.643.7.1.1.2.3",
    "sha256": "2.16.840.1.101.3.4.2.1",
}
_CURVE_NAMES = {"gost256": "1.2.643.2.2.36.0", "gost512": "1.2.643.7.1.2.1.2.1"}
_KEY_NAMES = {"gost256": "1.2.643.7.1.1.1.1", "gost512": "1.2.643.7.1.1.1.2"}
_SIGNATURE_NAMES = {
    "gost256": "1.2.643.7.1.1.3.2",
    "gost512": "1.2.643.7.1.1.3.3",
    "rsa": "1.2.840.113549.1.1.11",
    "ecdsa": "1.2.840.10045.4.3.2",
}
_NAMES = {
    "cn": "2.5.4.3",
    "surname": "2.5.4.4",
    "given_name": "2.5.4.42",
    "title": "2.5.4.12",
    "organisation": "2.5.4.10",
    "inn": "1.2.643.3.131.1.1",
    "inn_organisation": "1.2.643.100.4",
    "ogrn": "1.2.643.100.1",
    "ogrnip": "1.2.643.100.5",
    "snils": "1.2.643.100.3",
}


# ---- DER
def tlv(tag: int, *parts: bytes) -> bytes:
    """An element of DER."""
    content = b"".join(parts)
    length = len(content)
    if length < 0x80:
        return bytes((tag, length)) + content
    size = (length.bit_length() + 7) // 8
    return bytes((tag, 0x80 | size)) + length.to_bytes(size, "big") + content


def sequence(*parts: bytes) -> bytes:
    return tlv(0x30, *parts)


def set_of(parts: Iterable[bytes]) -> bytes:
    return tlv(0x31, *sorted(parts))


def oid(name: str) -> bytes:
    encoded: bytes = asn1.ObjectIdentifier(name).dump()
    return encoded


def integer(value: int) -> bytes:
    encoded: bytes = asn1.Integer(value).dump()
    return encoded


def octets(value: bytes) -> bytes:
    return tlv(0x04, value)


def bits(value: bytes) -> bytes:
    return tlv(0x03, b"\x00", value)


def moment(value: datetime) -> bytes:
    return tlv(0x17, value.astimezone(UTC).strftime("%y%m%d%H%M%SZ").encode())


def digest(name: str, data: bytes) -> bytes:
    """A digest by our name."""
    if name.startswith("streebog"):
        return streebog(name, data).digest()
    hashing = hashes.Hash(hashes.SHA256())
    hashing.update(data)
    return hashing.finalize()


class Key:
    """A private key of one of KINDS; `number` is one of GOST that was made before."""

    def __init__(self, kind: str = "gost256", number: int | None = None) -> None:
        self.kind = kind
        self.digest = {"gost256": "streebog256", "gost512": "streebog512"}.get(kind, "sha256")
        self.algorithm = sequence(oid(_SIGNATURE_NAMES[kind]), *([b"\x05\x00"] if kind == "rsa" else []))
        """Of what it signs."""
        self._private: Any
        if kind in _CURVE_NAMES:
            curve = CURVES[_CURVE_NAMES[kind]]
            self.number = number or 1 + secrets.randbelow(curve.q - 1)
            self._private = self.number
            parameters = sequence(oid(_CURVE_NAMES[kind]), oid(_DIGESTS[self.digest]))
            public = octets(gost.public_key(curve, self._private))
            self.public = sequence(sequence(oid(_KEY_NAMES[kind]), parameters), bits(public))
        else:
            self._private = rsa_key(2048, next(_TURN) % 3) if kind == "rsa" else ec.generate_private_key(ec.SECP256R1())
            self.public = self._private.public_key().public_bytes(
                serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
            )

    def sign(self, data: bytes) -> bytes:
        """A signature as certificates and CMS hold it."""
        if self.kind in _CURVE_NAMES:
            return gost.sign(CURVES[_CURVE_NAMES[self.kind]], self._private, digest(self.digest, data))
        if self.kind == "rsa":
            signature: bytes = self._private.sign(data, padding.PKCS1v15(), hashes.SHA256())
        else:
            signature = self._private.sign(data, ec.ECDSA(hashes.SHA256()))
        return signature


@cache
def rsa_key(size: int = 2048, number: int = 0) -> rsa.RSAPrivateKey:
    """A key of RSA; `Key` takes three in turn, since making one takes a while."""
    return rsa.generate_private_key(65537, size)


def name(parts: Mapping[str, str]) -> bytes:
    """A name of a certificate."""
    return sequence(*(set_of([sequence(oid(_NAMES[key]), _text(key, value))]) for key, value in parts.items() if value))


def _text(key: str, value: str) -> bytes:
    return tlv(0x12 if key not in ("cn", "surname", "given_name", "title", "organisation") else 0x0C, value.encode())


def extension(extension_name: str, value: bytes, *, critical: bool = False) -> bytes:
    return sequence(oid(extension_name), *([b"\x01\x01\xff"] if critical else []), octets(value))


class Signatory:
    """Who holds a key and its certificate."""

    def __init__(self, key: Key, certificate: bytes, issuer: bytes, serial: int, chain: tuple[bytes, ...] = ()) -> None:
        self.key, self.certificate, self.issuer, self.serial, self.chain = key, certificate, issuer, serial, chain

    def sign(
        self,
        content: bytes,
        *,
        at: datetime = NOON,
        enclosed: bool = True,
        attached: bool = False,
        stamp: Callable[[bytes], bytes] | None = None,
        more: Iterable[bytes] = (),
        content_type: str = DATA,
        referring_to: bytes | None = None,
    ) -> bytes:
        """A CAdES-BES signature, DER; detached unless `attached`, with the certificate unless not `enclosed`.

        `stamp`: makes a time stamp (see `stamp`) over the value of the signature. `more`: further attributes of what
        is signed. `referring_to`: the certificate whose digest it holds, its own by default; empty: none.
        """
        hashing = sequence(oid(_DIGESTS[self.key.digest]))
        reference = self.certificate if referring_to is None else referring_to
        attributes = [
            attribute("1.2.840.113549.1.9.3", oid(content_type)),
            attribute("1.2.840.113549.1.9.4", octets(digest(self.key.digest, content))),
            attribute("1.2.840.113549.1.9.5", moment(at)),
            *more,
        ]
        if reference:
            hashed = sequence(hashing, octets(digest(self.key.digest, reference)))
            attributes.append(attribute("1.2.840.113549.1.9.16.2.47", sequence(sequence(hashed))))
        signed = set_of(attributes)
        signature = self.key.sign(signed)
        stamped = [attribute(STAMP, stamp(signature))] if stamp else []
        signer = sequence(
            integer(1),
            sequence(self.issuer, integer(self.serial)),
            hashing,
            b"\xa0" + signed[1:],
            self.key.algorithm,
            octets(signature),
            *([b"\xa1" + set_of(stamped)[1:]] if stamped else []),
        )
        held = sequence(oid(content_type), *([tlv(0xA0, octets(content))] if attached else []))
        enclosing = [tlv(0xA0, self.certificate, *self.chain)] if enclosed else []
        version = 1 if content_type == DATA else 3
        return sequence(
            oid(SIGNED_DATA),
            tlv(0xA0, sequence(integer(version), tlv(0x31, hashing), held, *enclosing, tlv(0x31, signer))),
        )

    def sign_base64(self, content: bytes, **more: Any) -> bytes:
        """The same as the browser plug-in gives it: base64 with line breaks."""
        return encodebytes(self.sign(content, **more))

    def stamp(self, signature: bytes, at: datetime = NOON) -> bytes:
        """A time stamp over the value of a signature (of a CMS: see `signature_value`)."""
        content = sequence(
            integer(1),
            oid("1.2.643.2.2.38.4"),
            sequence(sequence(oid(_DIGESTS[self.key.digest])), octets(digest(self.key.digest, signature))),
            integer(secrets.randbits(63)),
            tlv(0x18, at.astimezone(UTC).strftime("%Y%m%d%H%M%SZ").encode()),
        )
        return self.sign(content, at=at, attached=True, content_type="1.2.840.113549.1.9.16.1.4")


STAMP = "1.2.840.113549.1.9.16.2.14"


def attribute(attribute_name: str, *values: bytes) -> bytes:
    """An attribute of CMS."""
    return sequence(oid(attribute_name), set_of(values))


class Authority:
    """A certification authority of one's own."""

    def __init__(
        self,
        kind: str = "gost256",
        title: str = "Тестовый удостоверяющий центр",
        *,
        parent: "Authority | None" = None,
        valid_from: datetime = NOON - timedelta(days=3650),
        valid_until: datetime = NOON + timedelta(days=3650),
    ) -> None:
        self.key = Key(kind)
        self.name = name({"cn": title, "organisation": title, "ogrn": "1027700132195"})
        self.parent = parent
        issuer = parent or self
        self.certificate = issuer.certify(
            self.key,
            self.name,
            1,
            valid_from,
            valid_until,
            extension("2.5.29.19", sequence(b"\x01\x01\xff"), critical=True),
            extension("2.5.29.15", b"\x03\x02\x01\x06", critical=True),
        )
        self._serial = 1000

    def certify(
        self, key: Key, subject: bytes, serial: int, valid_from: datetime, valid_until: datetime, *extensions: bytes
    ) -> bytes:
        """A certificate signed by this authority."""
        tbs = sequence(
            tlv(0xA0, integer(2)),
            integer(serial),
            self.key.algorithm,
            self.name,
            sequence(moment(valid_from), moment(valid_until)),
            subject,
            key.public,
            tlv(0xA3, sequence(*extensions)),
        )
        return sequence(tbs, self.key.algorithm, bits(self.key.sign(tbs)))

    def issue(
        self,
        *,
        inn: str = "",
        organisation: str = "ООО «Ромашка»",
        person: str = "Иванова Анна Петровна",
        person_inn: str = "500100732259",
        snils: str = "11223344595",
        ogrnip: str = "",
        kind: str | None = None,
        key: Key | None = None,
        valid_from: datetime = NOON - timedelta(days=100),
        valid_until: datetime = NOON + timedelta(days=265),
        usage: bytes = b"\x03\x02\x06\xc0",
        purposes: Iterable[str] = ("1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.4"),
    ) -> Signatory:
        """A certificate: with `inn` an organisation's, with `ogrnip` an entrepreneur's, else a mere person's."""
        surname, _, given = person.partition(" ")
        subject = name(
            {
                "cn": organisation if inn else person,
                "surname": surname,
                "given_name": given,
                "title": "Генеральный директор" if inn else "",
                "organisation": organisation if inn else "",
                "ogrn": "1027700132195" if inn else "",
                "ogrnip": ogrnip,
                "inn_organisation": inn,
                "inn": person_inn,
                "snils": snils,
            }
        )
        made = key or Key(kind or self.key.kind)
        self._serial += 1
        serial = self._serial << 64 | secrets.randbits(64)
        certificate = self.certify(
            made,
            subject,
            serial,
            valid_from,
            valid_until,
            extension("2.5.29.15", usage, critical=True),
            extension("2.5.29.37", sequence(*(oid(one) for one in purposes)), critical=True),
        )
        return Signatory(made, certificate, self.name, serial, (self.certificate,))

    def revocation_list(
        self,
        *revoked: Signatory,
        at: datetime = NOON - timedelta(hours=1),
        until: datetime | None = NOON + timedelta(days=7),
    ) -> bytes:
        """A revocation list, DER."""
        entries = [sequence(integer(one.serial), moment(at)) for one in revoked]
        tbs = sequence(
            integer(1),
            self.key.algorithm,
            self.name,
            moment(at),
            *([moment(until)] if until else []),
            *([sequence(*entries)] if entries else []),
        )
        return sequence(tbs, self.key.algorithm, bits(self.key.sign(tbs)))

    def trust(self, data_dir: Path) -> "Authority":
        """Makes the cabinet with this `data_dir` trust the authority."""
        folder = data_dir / "signatures" / "roots"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{secrets.token_hex(8)}.cer").write_bytes(self.certificate)
        return self

    def publish(self, data_dir: Path, *revoked: Signatory, **times: Any) -> None:
        """Gives the cabinet a revocation list of the authority."""
        folder = data_dir / "signatures" / "crls"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{secrets.token_hex(8)}.crl").write_bytes(self.revocation_list(*revoked, **times))


def signature_value(signed: bytes) -> bytes:
    """The value of the only signature of a CMS: what a time stamp is over."""
    value: bytes = cms.ContentInfo.load(signed)["content"]["signer_infos"][0]["signature"].native
    return value


def power_of_attorney(
    *,
    inn: str,
    person_inn: str = "500100732259",
    snils: str = "112-233-445 95",
    valid_from: str = "2025-12-01",
    valid_until: str = "2026-12-01",
    codes: Iterable[str] = ("BBDOCS_SIGN",),
    version: str = "5.03",
) -> bytes:
    """A machine-readable power of attorney (МЧД) of an organisation for a person, XML."""
    powers = "".join(f'<МашПолн КодПолн="{code}" НаимПолн="Подписание документов"/>' for code in codes)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Доверенность xmlns="urn://x-artefacts/EMCHD_1" ВерсФорм="{version}" ПрЭлФорм="00000000">
  <Документ><Довер>
    <СвДов ВидДовер="1" ПрПередов="1" НомДовер="5b0d7a1c-6f0e-4c52-9d29-3a0f1f5a7c11"
      ДатаВыдДовер="{valid_from}" СрокДейст="{valid_until}"/>
    <СвДоверит ТипДоверит="1"><Доверит><РосОргДовер>
      <СвРосОрг НаимОрг="ООО «Ромашка»" ИННЮЛ="{inn}" КПП="783001001" ОГРН="1027700132195"/>
      <ЛицоБезДов><СВФЛ ИННФЛ="771234567801"/></ЛицоБезДов>
    </РосОргДовер></Доверит></СвДоверит>
    <СвУпПред ТипПред="3"><Пред><СведФизЛ ИННФЛ="{person_inn}" СНИЛС="{snils}">
      <ФИО Фамилия="Петров" Имя="Пётр" Отчество="Петрович"/></СведФизЛ></Пред></СвУпПред>
    <СвПолн ТипПолн="1" ПрСовмПолн="2">{powers}</СвПолн>
  </Довер></Документ>
</Доверенность>
""".encode()
