"""The demonstration's director signs what the cabinet then accepts."""

from pathlib import Path

from click.testing import CliRunner

from core.ports.signatures import SignatureVerifier
from core.sdk import Context
from core.signatures.public import candidates
from core.testing.cabinet import Cabinet
from core.testing.suites.signatures import stream
from hosts.demo import signing
from hosts.demo.commands import demo_sign


async def test_the_director_signs(cabinet: Cabinet, tmp_path: Path) -> None:
    data_dir = cabinet.runtime.data_dir
    assert signing.director(data_dir) is None
    made = signing.make_director(data_dir, cabinet.clock.now())
    kept = signing.director(data_dir)
    assert kept
    assert kept.certificate == made.certificate == signing.make_director(data_dir, cabinet.clock.now()).certificate
    await signing.register_director(cabinet.runtime, "account")
    await signing.register_director(cabinet.runtime, "account")
    (item,) = await candidates(Context(cabinet.runtime), "account")
    assert item.person == "Ушакова Нина Сергеевна"
    (tmp_path / "letter").write_bytes(b"letter")
    printed = CliRunner().invoke(demo_sign, [str(tmp_path / "letter"), "--data-dir", str(data_dir)])
    assert printed.exit_code == 0, printed.output
    verifier = cabinet.runtime.ports[SignatureVerifier]
    found = await verifier.verify(printed.stdout_bytes, stream(b"letter"), at=cabinet.clock.now())
    assert found.valid, found.failure


def test_without_a_demonstration_nobody_signs(tmp_path: Path) -> None:
    (tmp_path / "letter").write_bytes(b"letter")
    assert CliRunner().invoke(demo_sign, [str(tmp_path / "letter"), "--data-dir", str(tmp_path)]).exit_code
