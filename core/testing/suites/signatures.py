"""What every verifier of signatures must do."""

import hashlib
import os
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Protocol

import pytest

from core.ports.signatures import SignatureVerifier, Verification
from core.testing.signing import KINDS, NOON, Authority, Signatory

DOCUMENT = "Договор энергоснабжения № 78000000012345\r\n".encode() * 50


class SignatureHarness(Protocol):
    """A verifier, and whom it trusts. It must refuse certificates that are in a list that it was given."""

    @property
    def adapter(self) -> SignatureVerifier: ...

    def trust(self, authority: Authority) -> None:
        """From now on the authority is trusted."""
        ...

    def publish(self, revocation_list: bytes) -> None:
        """Gives the verifier a revocation list (DER)."""
        ...


def stream(content: bytes, piece: int = 700) -> Callable[[], AsyncIterator[bytes]]:
    """Opens a content as the object store does."""

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(content), piece):
            yield content[start : start + piece]

    return pieces


def states(found: Verification) -> dict[str, str]:
    """Link -> state."""
    return {str(link.name): str(link.state) for link in found.links}


class SignatureSuite:
    """Fixture: `verifier`, a SignatureHarness that trusts nobody yet."""

    @pytest.fixture(params=KINDS)
    def authority(self, verifier: SignatureHarness, request: pytest.FixtureRequest) -> Authority:
        """A trusted authority of each kind of key."""
        made = Authority(request.param)
        verifier.trust(made)
        return made

    @pytest.fixture
    def director(self, authority: Authority) -> Signatory:
        """Whom it has given a certificate of an organisation."""
        return authority.issue(inn="7830002293")

    async def check(
        self, verifier: SignatureHarness, signature: bytes, content: bytes = DOCUMENT, days: int = 0
    ) -> Verification:
        """The verdict, `days` after the signature."""
        return await verifier.adapter.verify(signature, stream(content), at=NOON + timedelta(days=days))

    async def test_a_good_signature(self, verifier: SignatureHarness, director: Signatory) -> None:
        for signature in (director.sign(DOCUMENT), director.sign_base64(DOCUMENT)):
            found = await self.check(verifier, signature)
            assert found.valid, found.failure
            assert found.certificate
            assert found.certificate.der == director.certificate
            assert (found.certificate.holder, found.certificate.inn) == ("organisation", "7830002293")
            assert found.certificate.person == "Иванова Анна Петровна"
            assert found.signed_at == NOON
            assert not found.stamped
            assert found.digest
            unchecked = {name for name, state in states(found).items() if state == "unchecked"}
            assert unchecked == {"timestamp", "revocation"}

    async def test_an_empty_content(self, verifier: SignatureHarness, director: Signatory) -> None:
        assert (await self.check(verifier, director.sign(b""), b"")).valid
        assert not (await self.check(verifier, director.sign(b""), b"x")).valid

    async def test_another_document(self, verifier: SignatureHarness, director: Signatory) -> None:
        found = await self.check(verifier, director.sign(DOCUMENT), DOCUMENT + b" ")
        assert found.failure
        assert (found.failure.name, found.failure.code) == ("content", "signatures.other_document")
        assert states(found)["signature"] == "passed"

    async def test_another_key(self, verifier: SignatureHarness, authority: Authority, director: Signatory) -> None:
        forger = Signatory(authority.issue().key, director.certificate, director.issuer, director.serial)
        found = await self.check(verifier, forger.sign(DOCUMENT))
        assert found.failure
        assert (found.failure.name, found.failure.code) == ("signature", "signatures.forged")

    async def test_a_reference_to_another_certificate(
        self, verifier: SignatureHarness, authority: Authority, director: Signatory
    ) -> None:
        other = authority.issue(inn="7830002293", key=director.key)
        found = await self.check(verifier, director.sign(DOCUMENT, referring_to=other.certificate))
        assert found.failure
        assert found.failure.code == "signatures.reference_wrong"
        found = await self.check(verifier, director.sign(DOCUMENT, referring_to=b""))
        assert found.failure
        assert found.failure.code == "signatures.reference_missing"

    async def test_the_certificate_may_be_known_instead_of_enclosed(
        self, verifier: SignatureHarness, director: Signatory
    ) -> None:
        signature = director.sign(DOCUMENT, enclosed=False)
        found = await self.check(verifier, signature)
        assert found.failure
        assert found.failure.code == "signatures.no_certificate"
        found = await verifier.adapter.verify(signature, stream(DOCUMENT), at=NOON, known=[director.certificate])
        assert found.valid

    async def test_expired_and_not_yet_valid(self, verifier: SignatureHarness, director: Signatory) -> None:
        signature = director.sign(DOCUMENT)
        assert (await self.check(verifier, signature, days=264)).valid
        late, early = await self.check(verifier, signature, days=265), await self.check(verifier, signature, days=-101)
        assert late.failure
        assert early.failure
        assert (late.failure.code, early.failure.code) == ("signatures.expired", "signatures.not_yet_valid")
        assert "17.10.2026" in late.failure.text

    async def test_revoked(self, verifier: SignatureHarness, authority: Authority, director: Signatory) -> None:
        other = authority.issue(inn="7830002293")
        verifier.publish(authority.revocation_list(other))
        found = await self.check(verifier, director.sign(DOCUMENT))
        assert found.valid
        assert states(found)["revocation"] == "passed"
        verifier.publish(authority.revocation_list(other, director, at=NOON - timedelta(minutes=5)))
        found = await self.check(verifier, director.sign(DOCUMENT))
        assert found.failure
        assert (found.failure.name, found.failure.code) == ("revocation", "signatures.revoked")

    async def test_a_list_of_somebody_else_revokes_nothing(
        self, verifier: SignatureHarness, authority: Authority, director: Signatory
    ) -> None:
        namesake = Authority(authority.key.kind)  # of the same name, with another key
        verifier.publish(namesake.revocation_list(director))
        assert (await self.check(verifier, director.sign(DOCUMENT))).valid

    async def test_an_unknown_issuer(self, verifier: SignatureHarness, authority: Authority) -> None:
        stranger = Authority(authority.key.kind, "Неизвестный центр").issue(inn="7830002293")
        found = await self.check(verifier, stranger.sign(DOCUMENT))
        assert found.failure
        assert (found.failure.name, found.failure.code) == ("chain", "signatures.unknown_issuer")
        assert "Неизвестный центр" in found.failure.text

    async def test_an_intermediate_authority(self, verifier: SignatureHarness, authority: Authority) -> None:
        middle = Authority(authority.key.kind, "Аккредитованный центр", parent=authority)
        director = middle.issue(inn="7830002293")
        assert (await self.check(verifier, director.sign(DOCUMENT))).valid
        director.chain = ()
        found = await self.check(verifier, director.sign(DOCUMENT))
        assert found.failure
        assert found.failure.name == "chain"

    async def test_whoever_is_no_authority_issues_nothing(
        self, verifier: SignatureHarness, authority: Authority, director: Signatory
    ) -> None:
        usurper = Authority(authority.key.kind, "Ромашка выдаёт сертификаты")
        usurper.key, usurper.name, usurper.certificate = director.key, _subject(director), director.certificate
        employee = usurper.issue(inn="7707083893")
        employee.chain = (director.certificate,)
        found = await self.check(verifier, employee.sign(DOCUMENT))
        assert found.failure
        assert found.failure.code == "signatures.chain_broken"

    async def test_not_meant_for_signatures(self, verifier: SignatureHarness, authority: Authority) -> None:
        cipher = authority.issue(inn="7830002293", usage=b"\x03\x02\x04\x30")
        found = await self.check(verifier, cipher.sign(DOCUMENT))
        assert found.failure
        assert found.failure.code == "signatures.key_usage"

    async def test_an_attached_signature(self, verifier: SignatureHarness, director: Signatory) -> None:
        found = await self.check(verifier, director.sign(DOCUMENT, attached=True))
        assert found.failure
        assert found.failure.code == "signatures.attached"

    async def test_whatever_else_is_sent_gets_a_verdict(self, verifier: SignatureHarness, director: Signatory) -> None:
        signature = director.sign(DOCUMENT)
        rubbish = [b"", b"0", b"\x30\x80", DOCUMENT, signature[:-1], signature + b"\x00", os.urandom(1000)]
        rubbish += [director.certificate, b"A" * 2_000_000, b"\x30\x82" + b"\xff" * 10, "подпись".encode()]
        for one in rubbish:
            found = await self.check(verifier, one)
            assert found.failure, one[:20]
            assert found.failure.name == "format"
            assert found.failure.text

    async def test_a_large_content_is_read_as_a_stream(self, verifier: SignatureHarness, director: Signatory) -> None:
        content = hashlib.sha512(b"seed").digest() * 32_768
        signature = director.sign(content)
        found = await verifier.adapter.verify(signature, stream(content, 1 << 20), at=NOON)
        assert found.valid
        assert len(content) == 2 << 20

    async def test_closing_twice_is_fine(self, verifier: SignatureHarness) -> None:
        await verifier.adapter.close()
        await verifier.adapter.close()


def _subject(signatory: Signatory) -> bytes:
    from asn1crypto import x509

    subject: bytes = x509.Certificate.load(signatory.certificate)["tbs_certificate"]["subject"].dump()
    return subject
