"""The independent oracle: OpenSSL with Debian's engine for GOST makes keys, certificates and signatures, and judges."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

CONFIG = """
openssl_conf = start
[start]
engines = engines
[engines]
gost = gost
[gost]
engine_id = gost
default_algorithms = ALL
[req]
distinguished_name = name
prompt = no
utf8 = yes
string_mask = utf8only
[name]
CN = Test
[authority]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[leaf]
basicConstraints = CA:false
keyUsage = critical,digitalSignature,nonRepudiation
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[cipher]
basicConstraints = CA:false
keyUsage = critical,keyEncipherment
[ca]
default_ca = lists
[lists]
database = index
crlnumber = number
default_md = {digest}
default_crl_days = 30
unique_subject = no
[list]
authorityKeyIdentifier = keyid
"""
GOST_256, GOST_512 = "md_gost12_256", "md_gost12_512"
GOST_256_SETS = ("A", "B", "C", "XA", "XB", "TCA", "TCB", "TCC", "TCD")
KINDS: dict[str, tuple[list[str], str]] = {
    **{f"gost256-{name}": (["gost2012_256", f"paramset:{name}"], GOST_256) for name in GOST_256_SETS},
    **{f"gost512-{name}": (["gost2012_512", f"paramset:{name}"], GOST_512) for name in ("A", "B", "C")},
    "rsa": (["RSA", "rsa_keygen_bits:2048"], "sha256"),
    "ecdsa": (["EC", "ec_paramgen_curve:P-256"], "sha256"),
    "ecdsa384": (["EC", "ec_paramgen_curve:P-384"], "sha384"),
}
"""Name -> what a key is made with, and the digest it signs with."""


def available() -> bool:
    """OpenSSL is here, and its engine for GOST."""
    return bool(shutil.which("openssl")) and (
        subprocess.run(["openssl", "engine", "gost"], capture_output=True, timeout=30).returncode == 0
    )


def demand() -> None:
    """Skips where the engine is not installed; in CI that is a failure."""
    if not available():
        reason = "OpenSSL's engine for GOST is not installed (apt-get install libengine-gost-openssl)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)


class OpenSsl:
    """A folder with a configuration of its own."""

    def __init__(self, folder: Path, digest: str = GOST_256) -> None:
        self.folder = folder
        (folder / "openssl.cnf").write_text(CONFIG.format(digest=digest))
        self._environment = {"PATH": os.environ["PATH"], "OPENSSL_CONF": str(folder / "openssl.cnf")}

    def run(self, *arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        """`openssl ...` in the folder."""
        return subprocess.run(
            ["openssl", *arguments],
            cwd=self.folder,
            env=self._environment,
            input=stdin,
            capture_output=True,
            timeout=60,
            check=False,
        )

    def do(self, *arguments: str, stdin: bytes = b"") -> bytes:
        """The same; it must succeed."""
        done = self.run(*arguments, stdin=stdin)
        assert done.returncode == 0, (arguments, done.stderr.decode())
        return done.stdout

    def key(self, name: str, kind: str) -> str:
        """Makes `<name>.key`; returns the digest that it signs with."""
        (algorithm, option), digest = KINDS[kind]
        self.do("genpkey", "-algorithm", algorithm, "-pkeyopt", option, "-out", f"{name}.key")
        return digest

    def authority(self, name: str, kind: str) -> bytes:
        """A root, valid for ten years from now; returns its certificate in DER."""
        digest = self.key(name, kind)
        self.do(
            *["req", "-new", "-x509", "-key", f"{name}.key", f"-{digest}", "-days", "3650", "-subj", f"/CN=УЦ {name}"],
            *["-extensions", "authority", "-utf8", "-out", f"{name}.crt", "-config", "openssl.cnf"],
        )
        return self.do("x509", "-in", f"{name}.crt", "-outform", "DER")

    def certificate(self, name: str, kind: str, authority: str, *, section: str = "leaf", days: int = 365) -> bytes:
        """A certificate of an organisation; returns it in DER."""
        digest = self.key(name, kind)
        subject = f"/CN=ООО «{name}»/1.2.643.100.4=7830002293/1.2.643.100.1=1027700132195"
        request = self.do(
            *["req", "-new", "-key", f"{name}.key", f"-{digest}", "-subj", subject, "-utf8", "-config", "openssl.cnf"]
        )
        issuer_digest = self.digest_of(authority)
        self.do(
            *["x509", "-req", "-CA", f"{authority}.crt", "-CAkey", f"{authority}.key", "-days", str(days)],
            *[f"-{issuer_digest}", "-extfile", "openssl.cnf", "-extensions", section, "-out", f"{name}.crt"],
            stdin=request,
        )
        return self.do("x509", "-in", f"{name}.crt", "-outform", "DER")

    def digest_of(self, authority: str) -> str:
        """With which an authority signs."""
        text = self.do("x509", "-in", f"{authority}.crt", "-noout", "-text").decode()
        return GOST_512 if "512 bit" in text else GOST_256 if "GOST" in text else "sha256"

    def sign(self, name: str, kind: str, content: bytes, *options: str) -> bytes:
        """A detached CAdES-BES signature in DER."""
        return self.do(
            *["cms", "-sign", "-binary", "-signer", f"{name}.crt", "-inkey", f"{name}.key", "-md", KINDS[kind][1]],
            *["-outform", "DER", *(options or ("-cades",))],
            stdin=content,
        )

    def accepts(self, signature: Path, content: Path, trusted: Path, at: int, *options: str) -> bool:
        """Its verdict on a signature: of CAdES, of the chain, at a moment."""
        done = self.run(
            *["cms", "-verify", "-binary", "-cades", "-inform", "DER", "-in", str(signature), "-content", str(content)],
            *["-CAfile", str(trusted), "-purpose", "any", "-attime", str(at), "-out", os.devnull, *options],
        )
        return done.returncode == 0

    def revocation_list(self, authority: str, *revoked: str) -> bytes:
        """A list of the authority, PEM; it stays in `<authority>.crl`."""
        (self.folder / "index").write_text("")
        if not (self.folder / "number").exists():
            (self.folder / "number").write_text("01\n")
        keys = ["-keyfile", f"{authority}.key", "-cert", f"{authority}.crt", "-config", "openssl.cnf"]
        digest = ["-md", self.digest_of(authority)]
        for name in revoked:
            self.do("ca", "-revoke", f"{name}.crt", *keys, *digest)
        self.do("ca", "-gencrl", *keys, *digest, "-crlexts", "list", "-out", f"{authority}.crl")
        return (self.folder / f"{authority}.crl").read_bytes()
