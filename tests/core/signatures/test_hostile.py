"""Signatures made to hurt: each gets a code of its own, in bounded time."""

import asyncio
import time
from base64 import b64encode
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.ports.signatures import Verification
from core.signatures.adapters.builtin import BuiltinVerifier
from core.signatures.adapters.trust import MOST_ATTEMPTS
from core.signatures.domain import der
from core.signatures.public import read_certificate
from core.testing.signing import NOON, Authority, Signatory, attribute, octets, oid, sequence, set_of, tlv
from core.testing.suites.signatures import DOCUMENT, stream


@pytest.fixture
def director(authority: Authority) -> Signatory:
    return authority.issue(inn="7830002293")


async def verdict(builtin: BuiltinVerifier, signature: bytes) -> Verification:
    started = time.process_time()
    found = await builtin.verify(signature, stream(DOCUMENT), at=NOON)
    assert time.process_time() - started < 3  # a hundred times of what it takes
    return found


async def code_of(builtin: BuiltinVerifier, signature: bytes) -> str:
    found = await verdict(builtin, signature)
    return found.failure.code if found.failure else ""


def nested(depth: int) -> bytes:
    """SEQUENCEs within SEQUENCEs, made from the inside."""
    content = b"\x05\x00"
    for _ in range(depth):
        content = tlv(0x30, content)
    return content


async def test_depth_and_number_are_bounded(builtin: BuiltinVerifier) -> None:
    wide = tlv(0x30, b"\x05\x00" * 200_000)
    assert await code_of(builtin, nested(der.MOST_DEPTH + 30)) == "signatures.too_complex"
    assert await code_of(builtin, nested(20_000)) == "signatures.too_complex"
    assert await code_of(builtin, b64encode(wide)) == "signatures.too_complex"
    assert await code_of(builtin, tlv(0x30, b"\x00" * 600_000)) == "signatures.too_large"
    assert await code_of(builtin, b"A" * 900_000) == "signatures.too_large"
    assert await code_of(builtin, b"\x30\x80" * 100_000) == "signatures.indefinite_length"
    assert await code_of(builtin, nested(3)) == "signatures.not_a_signature"


async def test_indefinite_lengths_have_their_code_wherever_they_are(
    builtin: BuiltinVerifier, director: Signatory
) -> None:
    signed = director.sign(DOCUMENT)
    outer = der.element(signed)
    assert await code_of(builtin, b"\x30\x80" + outer.content + b"\x00\x00") == "signatures.indefinite_length"
    kind, explicit = outer.inside()
    inner = tlv(0x30, kind.raw, b"\xa0\x80" + explicit.content + b"\x00\x00")
    assert await code_of(builtin, inner) == "signatures.indefinite_length"
    longer = b"\x30\x84" + len(outer.content).to_bytes(4, "big") + outer.content
    assert await code_of(builtin, longer) == "signatures.indefinite_length"


async def test_attributes_must_be_sound(builtin: BuiltinVerifier, director: Signatory) -> None:
    twice = attribute("1.2.840.113549.1.9.4", octets(b"x" * 32))
    both = attribute("1.2.3.4", octets(b"1"), octets(b"2"))
    assert await code_of(builtin, director.sign(DOCUMENT, more=[twice])) == "signatures.attributes_wrong"
    assert await code_of(builtin, director.sign(DOCUMENT, more=[both])) == "signatures.attributes_wrong"
    assert await code_of(builtin, director.sign(DOCUMENT, content_type="1.2.643.7.1")) == ""  # it is what was signed
    fine = attribute("1.2.643.3.39", sequence(oid("1.2.3"), octets(b"extra")))
    assert await code_of(builtin, director.sign(DOCUMENT, more=[fine])) == ""


async def test_two_signers_in_one_file(builtin: BuiltinVerifier, director: Signatory) -> None:
    signed = director.sign(DOCUMENT)
    kind, explicit = der.element(signed).inside()
    *parts, signers = der.element(explicit.content).inside()
    for several in (b"", signers.content * 2):
        whole = sequence(*(part.raw for part in parts), tlv(0x31, several))
        assert await code_of(builtin, sequence(kind.raw, tlv(0xA0, whole))) == "signatures.not_one_signer"


async def test_many_authorities_of_one_name_cost_little(builtin: BuiltinVerifier, authority: Authority) -> None:
    """A maze of certificates that all could be the issuer's."""
    maze = [Authority("gost256", "Лабиринт", parent=Authority("gost256", "Лабиринт")) for _ in range(3)]
    lost = maze[0].issue(inn="7830002293")
    lost.chain = tuple(one.certificate for one in maze for _ in range(10))
    assert len(lost.chain) < MOST_ATTEMPTS
    assert await code_of(builtin, lost.sign(DOCUMENT)) in ("signatures.chain_broken", "signatures.unknown_issuer")


async def test_a_circle_of_authorities_ends(builtin: BuiltinVerifier, authority: Authority) -> None:
    first, second = Authority("gost256", "Первый"), Authority("gost256", "Второй")
    crossed = Authority("gost256", "Первый", parent=second)
    crossed.key = first.key
    second_by_first = Authority("gost256", "Второй", parent=first)
    lost = first.issue(inn="7830002293")
    lost.chain = (first.certificate, second.certificate, crossed.certificate, second_by_first.certificate)
    assert await code_of(builtin, lost.sign(DOCUMENT)) in ("signatures.chain_broken", "signatures.unknown_issuer")


async def test_the_loop_goes_on_meanwhile(builtin: BuiltinVerifier, director: Signatory) -> None:
    content, ticks = b"x" * (8 << 20), 0
    signature = director.sign(content)
    verifying = asyncio.create_task(builtin.verify(signature, stream(content, 1 << 20), at=NOON))
    while not verifying.done():
        await asyncio.sleep(0)
        ticks += 1
    assert verifying.result().valid
    assert ticks > 20


async def test_signatures_beyond_the_reach_of_a_calendar(builtin: BuiltinVerifier, authority: Authority) -> None:
    certificate = bytearray(authority.issue(inn="7830002293").certificate)
    at = certificate.index(b"\x17\x0d") + 2
    certificate[at : at + 12] = b"999999999999"
    broken = Signatory(authority.key, bytes(certificate), authority.name, 1)
    assert (await verdict(builtin, broken.sign(DOCUMENT))).failure
    assert (await builtin.verify(b"", stream(b""), at=NOON + timedelta(days=300_000))).failure


@given(data=st.data())
@settings(max_examples=150, deadline=None)
def test_whatever_is_altered_is_refused(data: st.DataObject) -> None:
    """Any byte of a signature, replaced, dropped or doubled: a verdict, and never a good one for what is protected."""
    at = data.draw(st.integers(0, len(SIGNED) - 1))
    what = data.draw(st.sampled_from(["replace", "drop", "double"]))
    value = data.draw(st.integers(0, 255))
    piece = {"replace": bytes([value]), "drop": b"", "double": SIGNED[at : at + 1] * 2}[what]
    altered = SIGNED[:at] + piece + SIGNED[at + 1 :]
    found = asyncio.run(CHECK(altered))
    assert all(link.text for link in found.links if link.state != "passed")
    if altered != SIGNED and at != VERSION and not IN_CHAIN[0] <= at < IN_CHAIN[1]:
        assert not found.valid


AUTHORITY = Authority()
DIRECTOR = AUTHORITY.issue(inn="7830002293")
SIGNED = DIRECTOR.sign(DOCUMENT)
IN_CHAIN = (SIGNED.index(AUTHORITY.certificate), SIGNED.index(AUTHORITY.certificate) + len(AUTHORITY.certificate))
"""The root that it carries along protects nothing: ours is in the folder."""
VERSION = SIGNED.index(b"\x02\x01\x01\x31") + 2
"""Of the structure: several are right, and nothing depends on it."""


async def CHECK(signature: bytes) -> Verification:  # noqa: N802 - set up once for the property above
    from core.signatures.adapters.trust import Trust
    from core.signatures.domain.certificates import Certificate

    class Only(Trust):
        def refresh(self) -> None:
            root = Certificate(AUTHORITY.certificate)
            self.roots = {root.subject: [root]}

    from pathlib import Path

    verifier = BuiltinVerifier(Only(Path("none"), Path("none")), "known")
    return await verifier.verify(signature, stream(DOCUMENT), at=NOON)


def test_sets_are_written_in_order() -> None:
    assert set_of([b"\x02\x01\x02", b"\x02\x01\x01"]) == b"\x31\x06\x02\x01\x01\x02\x01\x02"
    assert read_certificate(DIRECTOR.certificate).inn == "7830002293"
