"""Our verifier and OpenSSL agree on a corpus of signatures, good and broken, that OpenSSL's GOST engine has made."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import msgspec
import pytest
from asn1crypto import x509

from core.ports.signatures import Verification
from core.sdk import AdapterHost
from core.signatures.adapters.builtin import BuiltinSettings, BuiltinVerifier, make_builtin
from core.testing.clock import MovableClock
from tests.core.signatures.openssl import KINDS, OpenSsl, demand

DOCUMENT = "Дополнительное соглашение\r\n".encode() * 40
OTHER = DOCUMENT.replace(b"\r", b"", 1)
TRUSTED = {"gost": "gost256-A", "wide": "gost512-A", "plain": "rsa"}
"""Authority -> its kind; one for each family of certificates."""

STRICTER = {
    "signatures.unknown_algorithm",  # OpenSSL asks the key how it signs, not the signature
    "signatures.algorithm_mismatch",
    "signatures.attributes_wrong",  # nor does it compare the kind of the content with the one that was signed
    "signatures.not_a_signature",  # nor look at the parameters of a digest
}
"""Altered bits that change nothing for OpenSSL, and are refused by us."""


class Case(msgspec.Struct, frozen=True):
    """A signature as somebody might send it."""

    name: str
    kind: str
    signature: bytes
    content: bytes = DOCUMENT
    days: int = 1
    """After the making of the certificates."""
    listed: bool = False
    """Revocation lists are demanded."""
    good: bool | None = None
    """What must come out, where that is known; None: whatever OpenSSL says."""


class Corpus:
    """What OpenSSL has made, and both verifiers."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.openssl = folder, OpenSsl(folder)
        for name, kind in TRUSTED.items():
            self._trust(name, self.openssl.authority(name, kind))
        self.certificates = {kind: self.openssl.certificate(kind, kind, authority_of(kind)) for kind in KINDS}
        self.started: datetime = x509.Certificate.load(self.certificates["rsa"])["tbs_certificate"]["validity"][
            "not_before"
        ].native
        (folder / "trusted.pem").write_bytes(b"".join((folder / f"{name}.crt").read_bytes() for name in TRUSTED))
        self.builtin, self.strict = self._verifier("known"), self._verifier("require")

    def _trust(self, name: str, certificate: bytes) -> None:
        roots = self.folder / "signatures/roots"
        roots.mkdir(parents=True, exist_ok=True)
        (roots / f"{name}.cer").write_bytes(certificate)

    def _verifier(self, revocation: str) -> BuiltinVerifier:
        host = AdapterHost(MovableClock(), self.folder, "https://lk.example.ru", "Тестэнерго")
        return make_builtin(BuiltinSettings(revocation=revocation), host)  # type: ignore[arg-type]

    async def ours(self, case: Case) -> Verification:
        verifier = self.strict if case.listed else self.builtin

        async def content() -> AsyncIterator[bytes]:
            yield case.content

        return await verifier.verify(case.signature, content, at=self.started + timedelta(days=case.days))

    def theirs(self, number: int, case: Case) -> bool:
        signature, content = self.folder / f"{number}.p7s", self.folder / f"{number}.bin"
        signature.write_bytes(case.signature)
        content.write_bytes(case.content)
        trusted, options = self.folder / "trusted.pem", []
        if case.listed:
            trusted, options = self.folder / "listed.pem", ["-crl_check"]
        at = int((self.started + timedelta(days=case.days)).timestamp())
        return self.openssl.accepts(signature, content, trusted, at, *options)


def authority_of(kind: str) -> str:
    return "gost" if kind.startswith("gost256") else "wide" if kind.startswith("gost512") else "plain"


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    demand()
    return Corpus(tmp_path_factory.mktemp("openssl"))


def flips(kind: str, signature: bytes, certificate: bytes, random: Random) -> Iterator[Case]:
    """One bit altered: in the signature's value, in what was signed, in the certificate, anywhere."""
    places = [
        ("value", len(signature) - 60, len(signature)),
        ("signed", len(signature) - 400, len(signature) - 80),
        ("certificate", (start := signature.index(certificate)), start + len(certificate)),
        ("anywhere", 0, len(signature)),
    ]
    for name, first, last in places:
        for _ in range(3):
            bit = random.randrange(first * 8, last * 8)
            damaged = bytearray(signature)
            damaged[bit // 8] ^= 1 << bit % 8
            yield Case(f"flip {name} {bit}", kind, bytes(damaged))


def cases(corpus: Corpus) -> Iterator[Case]:
    """The corpus, but for revocation."""
    random = Random(20260125)
    for kind, certificate in corpus.certificates.items():
        signature = corpus.openssl.sign(kind, kind, DOCUMENT)
        yield Case("good", kind, signature, good=True)
        yield Case("another document", kind, signature, OTHER, good=False)
        yield Case("empty document", kind, signature, b"", good=False)
        yield Case("empty document, signed", kind, corpus.openssl.sign(kind, kind, b""), b"", good=True)
        yield Case("not yet valid", kind, signature, days=-1, good=False)
        yield Case("expired", kind, signature, days=366, good=False)
        yield Case("truncated", kind, signature[:-7], good=False)
        yield from flips(kind, signature, certificate, random)


async def compare(corpus: Corpus, found: list[Case]) -> Counter[str]:
    """Asks both about every case; each must say the same. Returns how often each of our codes was said."""
    with ThreadPoolExecutor(2) as pool:
        loop = asyncio.get_running_loop()
        theirs = await asyncio.gather(
            *[loop.run_in_executor(pool, corpus.theirs, number, case) for number, case in enumerate(found)]
        )
    said: Counter[str] = Counter()
    differing = []
    for case, their in zip(found, theirs, strict=True):
        verdict = await corpus.ours(case)
        said[verdict.failure.code if verdict.failure else ""] += 1
        stricter = case.name.startswith("flip") and their and verdict.failure and verdict.failure.code in STRICTER
        if (verdict.valid != their and not stricter) or case.good not in (None, their):
            differing.append((case.name, case.kind, verdict.valid, their, verdict.failure))
    assert not differing, differing
    return said


async def test_both_agree_on_good_and_broken_signatures(corpus: Corpus) -> None:
    found = list(cases(corpus))
    assert len(found) >= 200
    said = await compare(corpus, found)
    assert said[""] >= 2 * len(KINDS)
    for code in ("other_document", "expired", "not_yet_valid", "not_a_signature", "forged"):
        assert said[f"signatures.{code}"] >= len(KINDS) // 2, said


async def test_both_agree_on_revocation(corpus: Corpus) -> None:
    found = []
    lists = corpus.folder / "signatures/crls"
    lists.mkdir(parents=True, exist_ok=True)
    trusted = (corpus.folder / "trusted.pem").read_bytes()
    for kind in ("gost256-B", "gost512-A", "rsa"):
        revoked = f"revoked-{kind}"
        corpus.openssl.certificate(revoked, kind, authority_of(kind))
        pem = corpus.openssl.revocation_list(authority_of(kind), revoked)
        (lists / f"{kind}.crl").write_bytes(pem)
        trusted += pem
        signature = corpus.openssl.sign(revoked, kind, DOCUMENT)
        for days in (1, 29, 31):  # after thirty days the list is stale
            found.append(Case("revoked", kind, signature, days=days, listed=True, good=False))
            good = corpus.openssl.sign(kind, kind, DOCUMENT)
            found.append(Case("not revoked", kind, good, days=days, listed=True, good=days < 30))
    (corpus.folder / "listed.pem").write_bytes(trusted)
    said = await compare(corpus, found)
    assert said == {"signatures.revoked": 9, "": 6, "signatures.no_crl": 3}
    for path in lists.iterdir():
        path.unlink()


async def test_both_refuse_a_stranger_and_his_namesake(corpus: Corpus, tmp_path: Path) -> None:
    stranger = OpenSsl(tmp_path)
    stranger.authority("gost", "gost256-A")  # of the same name, with another key
    stranger.certificate("ours", "gost256-A", "gost")
    forged = stranger.sign("ours", "gost256-A", DOCUMENT)
    stranger.authority("unknown", "gost256-A")
    stranger.certificate("theirs", "gost256-A", "unknown")
    unknown = stranger.sign("theirs", "gost256-A", DOCUMENT)
    found = [Case("namesake", "gost256-A", forged, good=False), Case("stranger", "gost256-A", unknown, good=False)]
    said = await compare(corpus, found)
    assert said == {"signatures.chain_broken": 1, "signatures.unknown_issuer": 1}


async def test_where_we_are_stricter_on_purpose(corpus: Corpus) -> None:
    """OpenSSL takes these; we refuse each by its code."""
    openssl, kind = corpus.openssl, "gost256-A"
    openssl.certificate("cipher", kind, "gost", section="cipher")
    openssl.certificate("weak", "rsa", "plain")
    openssl.do("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024", "-out", "weak.key")
    request = openssl.do("req", "-new", "-key", "weak.key", "-subj", "/CN=weak", "-config", "openssl.cnf")
    openssl.do(
        *["x509", "-req", "-CA", "plain.crt", "-CAkey", "plain.key", "-sha256", "-days", "365"],
        *["-extfile", "openssl.cnf", "-extensions", "leaf", "-out", "weak.crt"],
        stdin=request,
    )
    sent = {
        "signatures.indefinite_length": openssl.sign(kind, kind, DOCUMENT, "-cades", "-stream", "-indef"),
        "signatures.attached": openssl.sign(kind, kind, DOCUMENT, "-cades", "-nodetach"),
        "signatures.reference_missing": openssl.sign(kind, kind, DOCUMENT, "-nosmimecap"),
        "signatures.attributes_wrong": openssl.sign(kind, kind, DOCUMENT, "-noattr"),
        "signatures.weak_algorithm": openssl.sign("weak", "rsa", DOCUMENT),
        "signatures.key_usage": openssl.do(
            *["cms", "-sign", "-binary", "-signer", "cipher.crt", "-inkey", "cipher.key", "-md", "md_gost12_256"],
            *["-outform", "DER", "-cades"],
            stdin=DOCUMENT,
        ),
        "signatures.no_certificate": openssl.sign(kind, kind, DOCUMENT, "-cades", "-nocerts"),
    }
    for code, signature in sent.items():
        verdict = await corpus.ours(Case(code, kind, signature))
        codes = {link.code for link in verdict.links if link.state == "failed"}
        assert code in codes, (code, verdict.failure)
    sha1 = openssl.do(
        *["cms", "-sign", "-binary", "-signer", "rsa.crt", "-inkey", "rsa.key", "-md", "sha1", "-outform", "DER"],
        "-cades",
        stdin=DOCUMENT,
    )
    verdict = await corpus.ours(Case("sha1", "rsa", sha1))
    assert verdict.failure
    assert (verdict.failure.code, "SHA-1" in verdict.failure.text) == ("signatures.weak_algorithm", True)


async def test_what_we_sign_in_tests_openssl_accepts_too(corpus: Corpus, tmp_path: Path) -> None:
    from core.testing.signing import KINDS as OURS
    from core.testing.signing import NOON, Authority

    for kind in OURS:
        authority = Authority(kind)
        (tmp_path / "root.cer").write_bytes(authority.certificate)
        pem = corpus.openssl.do("x509", "-inform", "DER", "-in", str(tmp_path / "root.cer"))
        (tmp_path / "root.pem").write_bytes(pem)
        (tmp_path / "content").write_bytes(DOCUMENT)
        (tmp_path / "signature").write_bytes(authority.issue(inn="7830002293").sign(DOCUMENT))
        at = int(NOON.astimezone(UTC).timestamp())
        paths = (tmp_path / "signature", tmp_path / "content", tmp_path / "root.pem")
        assert corpus.openssl.accepts(*paths, at), kind
        (tmp_path / "content").write_bytes(OTHER)
        assert not corpus.openssl.accepts(*paths, at), kind
