"""The port `signatures`: the verifier of our own."""

from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from core.gost import streebog
from core.ports.signatures import Verification
from core.sdk import AdapterHost
from core.signatures.adapters import builtin as builtin_module
from core.signatures.adapters.builtin import BuiltinSettings, BuiltinVerifier, make_builtin
from core.testing.signing import NOON, Authority, Signatory, signature_value
from core.testing.suites.signatures import DOCUMENT, SignatureHarness, SignatureSuite, states, stream


class BuiltinHarness:
    """The folders of the verifier."""

    def __init__(self, adapter: BuiltinVerifier, data_dir: Path) -> None:
        self.adapter, self._data_dir, self._lists = adapter, data_dir, 0

    def trust(self, authority: Authority) -> None:
        authority.trust(self._data_dir)

    def publish(self, revocation_list: bytes) -> None:
        folder = self._data_dir / "signatures/crls"
        folder.mkdir(parents=True, exist_ok=True)
        self._lists += 1
        (folder / f"{self._lists}.crl").write_bytes(revocation_list)


class TestBuiltin(SignatureSuite):
    @pytest.fixture
    def verifier(self, builtin: BuiltinVerifier, tmp_path: Path) -> SignatureHarness:
        return BuiltinHarness(builtin, tmp_path)


async def verdict(adapter: BuiltinVerifier, signature: bytes, days: float = 0) -> Verification:
    return await adapter.verify(signature, stream(DOCUMENT), at=NOON + timedelta(days=days))


def code_of(found: Verification) -> str:
    return found.failure.code if found.failure else ""


async def test_a_machine_without_libgcrypt_verifies_as_well(
    verifier_host: AdapterHost, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    director = authority.issue(inn="7830002293")
    signature = director.sign(DOCUMENT)
    monkeypatch.setattr(streebog, "gcrypt", lambda: None)
    monkeypatch.setattr(builtin_module, "gcrypt", lambda: None)
    assert isinstance(streebog.streebog("streebog256"), streebog.PythonStreebog)
    with capture_logs() as logged:
        adapter = make_builtin(BuiltinSettings(), verifier_host)
    assert [entry["event"] for entry in logged] == ["signatures.slow"]
    assert (await verdict(adapter, signature)).valid
    assert code_of(await verdict(adapter, signature[:-1] + b"\x00")) == "signatures.forged"


async def test_without_roots_nobody_is_trusted(builtin: BuiltinVerifier) -> None:
    found = await verdict(builtin, Authority().issue(inn="7830002293").sign(DOCUMENT))
    assert code_of(found) == "signatures.no_roots"


async def test_roots_may_be_pem_and_unreadable_files_are_passed_over(builtin: BuiltinVerifier, tmp_path: Path) -> None:
    from base64 import encodebytes

    authority, other = Authority(), Authority("rsa", "Второй центр")
    folder = tmp_path / "signatures/roots"
    folder.mkdir(parents=True)
    (folder / "0.txt").write_text("не сертификат")
    (folder / "1.cer").write_bytes(authority.certificate[:-5])
    assert code_of(await verdict(builtin, authority.issue(inn="1").sign(DOCUMENT))) == "signatures.no_roots"
    armoured = [
        b"-----BEGIN CERTIFICATE-----\n" + encodebytes(one.certificate) + b"-----END CERTIFICATE-----\n"
        for one in (other, authority)
    ]
    (folder / "2.pem").write_bytes(b"# both\n" + b"".join(armoured))
    assert (await verdict(builtin, authority.issue(inn="1").sign(DOCUMENT))).valid
    assert (await verdict(builtin, other.issue(inn="1").sign(DOCUMENT))).valid
    (folder / "2.pem").unlink()  # trust is taken away as it was given
    assert code_of(await verdict(builtin, authority.issue(inn="1").sign(DOCUMENT))) == "signatures.no_roots"


@pytest.mark.parametrize("mode", ["off", "known", "require"])
async def test_revocation_modes(verifier_host: AdapterHost, tmp_path: Path, authority: Authority, mode: str) -> None:
    adapter = make_builtin(BuiltinSettings(revocation=mode), verifier_host)  # type: ignore[arg-type]
    director, revoked = authority.issue(inn="7830002293"), authority.issue(inn="7830002293")
    found = await verdict(adapter, director.sign(DOCUMENT))
    assert found.valid == (mode != "require")
    assert code_of(found) == ("signatures.no_crl" if mode == "require" else "")
    authority.publish(tmp_path, revoked)
    found = await verdict(adapter, director.sign(DOCUMENT))
    assert found.valid
    assert states(found)["revocation"] == ("unchecked" if mode == "off" else "passed")
    assert code_of(await verdict(adapter, revoked.sign(DOCUMENT))) == ("" if mode == "off" else "signatures.revoked")
    # eight days later the list is stale: it still revokes, but it vouches for nobody
    found = await verdict(adapter, director.sign(DOCUMENT), 8)
    assert found.valid == (mode != "require")
    assert states(found)["revocation"] == ("failed" if mode == "require" else "unchecked")
    stale = await verdict(adapter, revoked.sign(DOCUMENT), 8)
    assert code_of(stale) == ("" if mode == "off" else "signatures.revoked")


async def test_a_revoked_authority_takes_its_certificates_along(
    builtin: BuiltinVerifier, tmp_path: Path, authority: Authority
) -> None:
    middle = Authority("gost256", "Аккредитованный центр", parent=authority)
    director = middle.issue(inn="7830002293")
    middle.publish(tmp_path)
    authority.publish(tmp_path)
    assert states(await verdict(builtin, director.sign(DOCUMENT)))["revocation"] == "passed"
    authority.publish(tmp_path, Signatory(middle.key, middle.certificate, authority.name, 1))
    assert code_of(await verdict(builtin, director.sign(DOCUMENT))) == "signatures.revoked"


class TestStamps:
    """CAdES-T, and XLT1 which holds such a stamp."""

    @pytest.fixture
    def stamper(self, authority: Authority) -> Signatory:
        return authority.issue(organisation="Служба штампов", purposes=["1.3.6.1.5.5.7.3.8"])

    @pytest.fixture
    def director(self, authority: Authority) -> Signatory:
        return authority.issue(inn="7830002293", valid_until=NOON + timedelta(days=10))

    def stamped(self, director: Signatory, stamper: Signatory, days: float = 1, other: bytes = b"") -> bytes:
        """The director's signature with a stamp over it, or over something else."""
        return director.sign(DOCUMENT, stamp=lambda value: stamper.stamp(other or value, NOON + timedelta(days=days)))

    async def test_a_trusted_stamp_proves_the_moment(
        self, builtin: BuiltinVerifier, director: Signatory, stamper: Signatory
    ) -> None:
        found = await verdict(builtin, self.stamped(director, stamper), 20)
        assert found.valid
        assert found.stamped
        assert found.signed_at == NOON + timedelta(days=1)
        assert code_of(await verdict(builtin, director.sign(DOCUMENT), 20)) == "signatures.expired"

    async def test_a_stamp_after_the_expiry_does_not_help(
        self, builtin: BuiltinVerifier, director: Signatory, stamper: Signatory
    ) -> None:
        assert code_of(await verdict(builtin, self.stamped(director, stamper, 11), 20)) == "signatures.expired"

    async def test_a_revocation_after_the_stamp_came_too_late(
        self, builtin: BuiltinVerifier, authority: Authority, director: Signatory, stamper: Signatory, tmp_path: Path
    ) -> None:
        authority.publish(tmp_path, director, at=NOON + timedelta(days=2))
        assert (await verdict(builtin, self.stamped(director, stamper, 1), 3)).valid
        assert code_of(await verdict(builtin, self.stamped(director, stamper, 2.5), 3)) == "signatures.revoked"
        assert code_of(await verdict(builtin, director.sign(DOCUMENT), 3)) == "signatures.revoked"

    async def test_a_stamp_that_is_not_confirmed_changes_nothing(
        self, builtin: BuiltinVerifier, authority: Authority, director: Signatory, stamper: Signatory
    ) -> None:
        stranger = Authority("gost256", "Чужой центр").issue(purposes=["1.3.6.1.5.5.7.3.8"])
        layman = authority.issue()
        wrong = [
            self.stamped(director, stranger),
            self.stamped(director, layman),
            self.stamped(director, stamper, other=b"another signature"),
            self.stamped(director, stamper, 5),  # of the future
            director.sign(DOCUMENT, stamp=lambda value: b"\x30\x00"),
        ]
        for signature in wrong:
            found = await verdict(builtin, signature, 1)
            assert found.valid, found.failure
            assert not found.stamped
            link = next(one for one in found.links if one.name == "timestamp")
            assert (link.state, link.code) == ("unchecked", "signatures.stamp_wrong")
            assert code_of(await verdict(builtin, signature, 20 if signature != wrong[3] else 3)) in (
                "signatures.expired",
                "",
            )

    async def test_the_stamp_is_over_the_value_of_the_signature(self, director: Signatory, stamper: Signatory) -> None:
        assert len(signature_value(self.stamped(director, stamper))) == 64
