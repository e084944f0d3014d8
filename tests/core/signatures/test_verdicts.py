"""Whose signature it has to be: attached or registered, of which organisation, by which power; and what is kept."""

from base64 import encodebytes
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from core.ports.files import Files, FilesUnavailable
from core.sdk import Context
from core.signatures.public import (
    Organisation,
    Power,
    SignedDocument,
    Signer,
    Verdict,
    evidence,
    evidence_of,
    keep,
    read_certificate,
    register,
    verify,
)
from core.signatures.schemas import Report
from core.signatures.services.registry import forget_account
from core.testing.cabinet import Cabinet
from core.testing.signing import Authority, Signatory, power_of_attorney
from tests.core.signatures.conftest import INN, OTHER_INN

OURS, THEIRS = "account-ours", "account-theirs"
DOCUMENT = "Заявка на заключение договора".encode() * 100
ROMASHKA = Organisation(INN, "783001001", "ООО «Ромашка»")


@pytest.fixture
def ctx(cabinet: Cabinet) -> Context:
    return Context(cabinet.runtime)


@pytest.fixture(autouse=True)
async def stored(ctx: Context) -> None:
    """The documents lie in the object store."""
    for number in range(3):
        await ctx.port(Files).put(f"appeals/{number}", _once(DOCUMENT + bytes([number])))


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content


def signed(signatory: Signatory, *numbers: int) -> list[SignedDocument]:
    """The stored documents, signed."""
    return [
        SignedDocument(f"document-{number}", f"appeals/{number}", signatory.sign_base64(DOCUMENT + bytes([number])))
        for number in numbers or (0,)
    ]


async def verdict(ctx: Context, signatory: Signatory, **more: Any) -> Verdict:
    """On the first document, signed for «Ромашка»."""
    (found,) = await verify(ctx, Signer(OURS, more.pop("inn", INN), **more), signed(signatory))
    return found


async def bind(ctx: Context, signatory: Signatory, account_id: str = OURS) -> None:
    async with ctx.uow() as uow:
        await register(uow, account_id, ROMASHKA, read_certificate(signatory.certificate))


def links(found: Verdict) -> dict[str, str]:
    return {str(link.name): str(link.state) for link in found.links}


@pytest.mark.requirement("APL-31", "APL-30")
async def test_every_document_is_verified_with_the_attached_certificate(ctx: Context, authority: Authority) -> None:
    director = authority.issue(inn=INN)
    signer = Signer(OURS, INN, certificate=read_certificate(director.certificate))
    found = await verify(ctx, signer, signed(director, 0, 1, 2))
    assert [(one.document_id, one.valid, one.code) for one in found] == [
        (f"document-{number}", True, "") for number in range(3)
    ]
    assert found[0].certificate == signer.certificate
    assert list(links(found[0])) == [
        "format",
        "algorithm",
        "certificate",
        "attributes",
        "content",
        "signature",
        "timestamp",
        "validity",
        "chain",
        "revocation",
        "registration",
        "organisation",
        "authority",
    ]
    swapped = signed(director, 0, 1)
    crossed = [
        msgspec.structs.replace(swapped[0], signature=swapped[1].signature),
        msgspec.structs.replace(swapped[1], stored_key="appeals/9"),
    ]
    first, second = await verify(ctx, signer, crossed)
    assert (first.valid, first.code) == (False, "signatures.other_document")
    assert (second.valid, second.code) == (False, "signatures.document_missing")
    assert "документ" in first.text


@pytest.mark.requirement("APL-31", "EDO-11")
async def test_only_an_attached_or_registered_certificate(ctx: Context, authority: Authority) -> None:
    director, deputy = authority.issue(inn=INN), authority.issue(inn=INN)
    assert (await verdict(ctx, director)).code == "signatures.not_registered"
    attached = read_certificate(deputy.certificate)
    assert (await verdict(ctx, director, certificate=attached)).code == "signatures.other_certificate"
    await bind(ctx, director)
    assert (await verdict(ctx, director)).valid
    chosen = read_certificate(director.certificate).fingerprint
    assert (await verdict(ctx, director, fingerprint=chosen)).valid
    assert (await verdict(ctx, director, fingerprint=attached.fingerprint)).code == "signatures.other_certificate"
    assert (await verdict(ctx, deputy)).code == "signatures.not_registered"
    found = await verdict(ctx, director, inn=OTHER_INN)
    assert (found.code, links(found)["organisation"]) == ("signatures.not_registered", "failed")


@pytest.mark.requirement("APL-15", "APL-31")
async def test_a_certificate_of_another_account_signs_nothing(ctx: Context, authority: Authority) -> None:
    director = authority.issue(inn=INN)
    await bind(ctx, director, THEIRS)
    attached = read_certificate(director.certificate)
    assert (await verdict(ctx, director, certificate=attached)).code == "signatures.certificate_taken"
    assert (await verdict(ctx, director)).code == "signatures.certificate_taken"


async def test_a_registered_certificate_may_be_left_out_of_the_signature(ctx: Context, authority: Authority) -> None:
    director = authority.issue(inn=INN)
    document = SignedDocument("d", "appeals/0", director.sign(DOCUMENT + b"\x00", enclosed=False))
    (found,) = await verify(ctx, Signer(OURS, INN), [document])
    assert found.code == "signatures.no_certificate"
    assert links(found)["organisation"] == "unchecked"
    await bind(ctx, director)
    (found,) = await verify(ctx, Signer(OURS, INN), [document])
    assert found.valid


async def test_an_entrepreneur_signs_for_himself(ctx: Context, authority: Authority) -> None:
    owner, person = authority.issue(ogrnip="304500116000157"), authority.issue()
    own = read_certificate(owner.certificate)
    assert (await verdict(ctx, owner, inn="500100732259", certificate=own)).valid
    mere = read_certificate(person.certificate)
    found = await verdict(ctx, person, inn="500100732259", certificate=mere)
    assert found.code == "signatures.not_entrepreneur"


class TestPowers:
    """A person signs for an organisation by a power of attorney."""

    @pytest.fixture
    def director(self, authority: Authority) -> Signatory:
        return authority.issue(inn=INN)

    @pytest.fixture
    def clerk(self, authority: Authority) -> Signatory:
        return authority.issue(person="Петров Пётр Петрович")

    async def outcome(self, ctx: Context, clerk: Signatory, xml: bytes, signature: bytes) -> Verdict:
        certificate = read_certificate(clerk.certificate)
        return await verdict(ctx, clerk, certificate=certificate, power=Power(xml, signature))

    async def test_with_one_it_holds(self, ctx: Context, director: Signatory, clerk: Signatory) -> None:
        certificate = read_certificate(clerk.certificate)
        assert (await verdict(ctx, clerk, certificate=certificate)).code == "signatures.power_needed"
        xml = power_of_attorney(inn=INN)
        found = await self.outcome(ctx, clerk, xml, director.sign(xml))
        assert found.valid, found.code
        assert (links(found)["organisation"], links(found)["authority"]) == ("unchecked", "passed")
        assert found.power == Power(xml, found.power.signature if found.power else b"")
        single = power_of_attorney(inn=INN, version="EMCHD_1")
        assert (await self.outcome(ctx, clerk, single, encodebytes(director.sign(single)))).valid

    @pytest.mark.parametrize(
        ("changed", "code"),
        [
            ({"inn": OTHER_INN}, "signatures.power_principal"),
            ({"person_inn": "771234567801"}, "signatures.power_representative"),
            ({"snils": "112-233-445-96"}, "signatures.power_representative"),
            ({"valid_until": "2026-01-24"}, "signatures.power_expired"),
            ({"valid_from": "2026-01-26"}, "signatures.power_not_yet_valid"),
            ({"valid_until": "2026-02-30"}, "signatures.power_malformed"),
            ({"version": "5.01"}, "signatures.power_version"),
            ({"codes": ()}, "signatures.power_malformed"),
        ],
    )
    async def test_what_it_must_say(
        self, ctx: Context, director: Signatory, clerk: Signatory, changed: dict[str, Any], code: str
    ) -> None:
        xml = power_of_attorney(**{"inn": INN, **changed})
        found = await self.outcome(ctx, clerk, xml, director.sign(xml))
        assert (found.valid, found.code) == (False, code)
        assert found.power is None

    async def test_the_principal_must_have_signed_it(
        self, ctx: Context, authority: Authority, director: Signatory, clerk: Signatory
    ) -> None:
        xml = power_of_attorney(inn=INN)
        other = power_of_attorney(inn=INN, valid_until="2027-01-01")
        assert (await self.outcome(ctx, clerk, xml, b"")).code == "signatures.power_unsigned"
        for signature in (director.sign(other), clerk.sign(xml), authority.issue(inn=OTHER_INN).sign(xml), b"junk"):
            found = await self.outcome(ctx, clerk, xml, signature)
            assert found.code == "signatures.power_signature"
        assert "документ" in (await self.outcome(ctx, clerk, xml, director.sign(other))).text


async def test_a_store_that_does_not_answer_is_no_verdict(ctx: Context, authority: Authority, cabinet: Cabinet) -> None:
    class Silent:
        async def get(self, key: str, *, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
            if key:
                raise FilesUnavailable("silence")
            yield b""

    files = cabinet.runtime.ports[Files]
    cabinet.runtime.ports[Files] = Silent()  # type: ignore[index]
    try:
        with pytest.raises(FilesUnavailable):
            await verdict(ctx, authority.issue(inn=INN))
    finally:
        cabinet.runtime.ports[Files] = files  # type: ignore[index]


class TestEvidence:
    async def test_it_is_kept_with_the_filing_and_proves_itself(
        self, ctx: Context, authority: Authority, cabinet: Cabinet
    ) -> None:
        director = authority.issue(inn=INN)
        signer = Signer(OURS, INN, certificate=read_certificate(director.certificate))
        documents = signed(director, 0, 1)
        verdicts = await verify(ctx, signer, documents)
        async with ctx.uow() as uow:
            kept = await keep(uow, OURS, verdicts)
        found = await evidence(ctx, kept[0])
        assert found
        assert (found.document_id, found.kept_at) == ("document-0", cabinet.clock.now())
        assert found.signature[:1] == b"\x30"
        assert found.certificate == director.certificate
        report = msgspec.json.decode(found.report, type=Report)
        assert report.links == verdicts[0].links
        assert (report.digest, report.digest_algorithm) == (verdicts[0].digest, "streebog256")
        assert (report.person, report.inn) == ("Иванова Анна Петровна", INN)
        assert [name for name, _ in found.files()] == ["signature.sig", "certificate.cer", "report.json"]
        assert [one.id for one in await evidence_of(ctx, "document-1")] == [kept[1]]
        assert await evidence_of(ctx, "document-2") == []
        assert await evidence(ctx, "nothing") is None
        again = SignedDocument("document-0", "appeals/0", found.signature)
        (second,) = await verify(ctx, signer, [again])
        assert second.valid

    async def test_a_power_is_kept_with_it(self, ctx: Context, authority: Authority) -> None:
        director, clerk = authority.issue(inn=INN), authority.issue(person="Петров Пётр Петрович")
        xml = power_of_attorney(inn=INN)
        power = Power(xml, director.sign(xml))
        found = await verdict(ctx, clerk, certificate=read_certificate(clerk.certificate), power=power)
        async with ctx.uow() as uow:
            (kept,) = await keep(uow, OURS, [found])
        stored = await evidence(ctx, kept)
        assert stored
        assert stored.power == power
        assert [name for name, _ in stored.files()][3:] == ["power-of-attorney.xml", "power-of-attorney.xml.sig"]

    async def test_what_is_not_valid_is_no_evidence(self, ctx: Context, authority: Authority) -> None:
        found = await verdict(ctx, authority.issue(inn=INN))
        with pytest.raises(ValueError):
            async with ctx.uow() as uow:
                await keep(uow, OURS, [found])

    async def test_it_outlives_the_account_without_its_name(self, ctx: Context, authority: Authority) -> None:
        director = authority.issue(inn=INN)
        await bind(ctx, director)
        async with ctx.uow() as uow:
            (kept,) = await keep(uow, OURS, [await verdict(ctx, director)])
        async with ctx.uow() as uow:
            await forget_account(uow, OURS)
        assert await evidence(ctx, kept)
        assert (await verdict(ctx, director)).code == "signatures.not_registered"


async def test_certificates_expire(ctx: Context, authority: Authority, cabinet: Cabinet) -> None:
    director = authority.issue(inn=INN)
    await bind(ctx, director)
    cabinet.clock.move(timedelta(days=300))
    found = await verdict(ctx, director)
    assert (found.code, links(found)["signature"], links(found)["registration"]) == (
        "signatures.expired",
        "passed",
        "passed",
    )
