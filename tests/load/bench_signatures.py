"""`python -m tests.load.bench_signatures`: the verification of signatures against the openssl command, in one run.

CAdES-BES by GOST R 34.10-2012 of 2 KB and of 100 MB, made by OpenSSL's GOST engine; ours from the object store as a
plugin asks for it, OpenSSL from the file. Also: a hundred of one signer, the memory of 100 MB, Streebog in Python.

Nothing is asserted but the verdicts. Needs libengine-gost-openssl.
"""

import asyncio
import resource
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from core.adapters.files_store import LocalSettings, make_local
from core.gost.streebog import PythonStreebog, gcrypt, streebog
from core.sdk import AdapterHost
from core.signatures.adapters.builtin import BuiltinSettings, make_builtin
from core.testing.clock import MovableClock
from tests.core.signatures.openssl import OpenSsl, available

KIND = "gost256-A"
SIZES = {"2 KB": 2048, "100 MB": 100 << 20}


async def timed(work: Callable[[], Awaitable[object]], rounds: int) -> float:
    """Milliseconds, the median."""
    await work()
    taken = []
    for _ in range(rounds):
        started = time.perf_counter()
        await work()
        taken.append((time.perf_counter() - started) * 1000)
    return median(taken)


async def pieces(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            yield piece


def peak() -> int:
    """The most memory that this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


async def measure(folder: Path) -> None:
    openssl = OpenSsl(folder)
    roots = folder / "signatures/roots"
    roots.mkdir(parents=True)
    (roots / "root.cer").write_bytes(openssl.authority("root", KIND))
    openssl.certificate("director", KIND, "root")
    host = AdapterHost(MovableClock(), folder, "https://lk.example.ru", "Тестэнерго")
    verifier, files = make_builtin(BuiltinSettings(), host), make_local(LocalSettings(), host)
    now = datetime.now(UTC)
    for name, size in SIZES.items():
        content, signature = folder / f"{size}.bin", folder / f"{size}.p7s"
        with content.open("wb") as file:
            for start in range(0, size, 1 << 20):
                file.write(bytes([start >> 20 & 255]) * min(1 << 20, size - start))
        openssl.do(
            *["cms", "-sign", "-binary", "-cades", "-signer", "director.crt", "-inkey", "director.key"],
            *["-md", "md_gost12_256", "-outform", "DER", "-in", content.name, "-out", signature.name],
        )
        await files.put(f"bench/{size}", pieces(content))
        signed = signature.read_bytes()

        async def ours(key: str = f"bench/{size}", signed: bytes = signed) -> None:
            assert (await verifier.verify(signed, lambda: files.get(key), at=now)).valid

        async def theirs(paths: tuple[Path, Path] = (signature, content)) -> None:
            assert openssl.accepts(*paths, folder / "root.crt", int(now.timestamp()))

        rounds = 30 if size < 1 << 20 else 3
        before = peak()
        mine = await timed(ours, rounds)
        grown = peak() - before
        other = await timed(theirs, rounds)
        print(f"{name}: ours {mine:.1f} ms, openssl {other:.1f} ms, ratio {mine / other:.2f}; memory +{grown} MB")
    many = await timed(lambda: batch(ours_small(verifier, files, folder, now), 100), 3)
    print(f"100 signatures of one signer, 2 KB each: {many:.0f} ms")
    data = bytes(1 << 20)
    for label, made in (("libgcrypt", streebog("streebog256")), ("Python", PythonStreebog("streebog256"))):
        if label == "Python" or gcrypt():
            started = time.perf_counter()
            made.update(data)
            print(f"Streebog by {label}: {1 / (time.perf_counter() - started):.2f} MB/s")


def ours_small(verifier: object, files: object, folder: Path, now: datetime) -> Callable[[], Awaitable[object]]:
    signed = (folder / "2048.p7s").read_bytes()
    return lambda: verifier.verify(signed, lambda: files.get("bench/2048"), at=now)  # type: ignore[attr-defined]


async def batch(work: Callable[[], Awaitable[object]], count: int) -> None:
    for _ in range(count):
        await work()


def main() -> None:
    if not available():
        raise SystemExit("apt-get install libengine-gost-openssl")
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(measure(Path(folder)))


if __name__ == "__main__":
    main()
