"""A certificate for the demonstration: an invented authority that the host trusts, and a director who signs.

`<data_dir>/signatures/demo.json` keeps the director's key, which is nobody's: `abonent demo-sign` signs with it as a
browser with a plug-in would.
"""

from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from core.context import Runtime
from core.sdk import Context
from core.signatures.public import Organisation, read_certificate, register
from core.testing.signing import Authority, Key, Signatory
from hosts.demo import names
from hosts.demo.showcase import SHOWCASE

KPP = "980101001"


class KeptSignatory(msgspec.Struct, frozen=True):
    """A signatory on disk."""

    number: str
    """The private key, hexadecimal."""
    certificate: bytes
    issuer: bytes
    serial: str
    authority: bytes


def director(data_dir: Path) -> Signatory | None:
    """Who signs for the showcase contract; None before the demonstration is prepared."""
    try:
        kept = msgspec.json.decode(_path(data_dir).read_bytes(), type=KeptSignatory)
    except FileNotFoundError:
        return None
    key = Key("gost256", int(kept.number, 16))
    return Signatory(key, kept.certificate, kept.issuer, int(kept.serial), (kept.authority,))


def make_director(data_dir: Path, now: datetime) -> Signatory:
    """The director, made at the first preparation; his authority is trusted from then on."""
    if found := director(data_dir):
        return found
    authority = Authority(
        title="Онегорский удостоверяющий центр",
        valid_from=now - timedelta(days=365),
        valid_until=now + timedelta(days=3650),
    ).trust(data_dir)
    made = authority.issue(
        inn=names.company_inn(SHOWCASE.inn_start),
        organisation=SHOWCASE.name,
        person="Ушакова Нина Сергеевна",
        person_inn=names.person_inn("9801000001"),
        valid_from=now - timedelta(days=1),
        valid_until=now + timedelta(days=1000),
    )
    kept = KeptSignatory(f"{made.key.number:x}", made.certificate, made.issuer, str(made.serial), authority.certificate)
    _path(data_dir).write_bytes(msgspec.json.format(msgspec.json.encode(kept)))
    (data_dir / "signatures/director.cer").write_bytes(made.certificate)
    return made


async def register_director(runtime: Runtime, account_id: str) -> None:
    """His certificate is registered for the organisation of the showcase contract, as a signed appeal would do it."""
    made = make_director(runtime.data_dir, runtime.clock.now())
    organisation = Organisation(names.company_inn(SHOWCASE.inn_start), KPP, SHOWCASE.name)
    async with Context(runtime).uow() as uow:
        await register(uow, account_id, organisation, read_certificate(made.certificate))


def _path(data_dir: Path) -> Path:
    return data_dir / "signatures/demo.json"
