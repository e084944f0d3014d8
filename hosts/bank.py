"""`abonent simulate-bank`: a card gateway that does not exist, in its own process, for tests and demonstrations."""

from collections.abc import Callable
from pathlib import Path

import click
import msgspec
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from core.config import ConfigError
from core.testing.bank import Bank, BankServer
from core.testing.bank.rbs import RbsFace, Sign, by_key
from core.testing.bank.shapes import Mood
from core.testing.bank.yookassa import YooKassaFace
from hosts.serving import serve

KEY = "test-secret-key"
"""Signs callbacks unless another is given."""
_SHARE = click.FloatRange(0, 1)


@click.command("simulate-bank")
@click.option("--port", default=8010, show_default=True)
@click.option("--state", type=click.Path(path_type=Path), default=Path("var/bank.db"), show_default=True)
@click.option("--dialect", type=click.Choice(["rbs", "yookassa"]), default="rbs", show_default=True)
@click.option("--callback", default="", help="Where callbacks go, unless an order names another place.")
@click.option("--post", is_flag=True, help="rbs: callbacks are forms, not queries.")
@click.option("--key", default=KEY, show_default=True, help="rbs: signs callbacks (HMAC).")
@click.option("--rsa-key", type=click.Path(exists=True, path_type=Path), help="rbs: PEM file; signs them instead.")
@click.option("--seed", default=1, show_default=True, help="The same orders with the same seed fare alike.")
@click.option("--missing", type=_SHARE, default=0.0, help="Share of callbacks that never come.")
@click.option("--doubled", type=_SHARE, default=0.0, help="Share that comes twice.")
@click.option("--late", type=_SHARE, default=0.0, help="Share that comes late, so that others overtake it.")
@click.option("--late-seconds", default=5.0, show_default=True)
@click.option("--with-parent", default=0, help="Number of the process that starts this one: end when it does.")
def simulate_bank(
    port: int,
    state: Path,
    dialect: str,
    callback: str,
    post: bool,
    key: str,
    rsa_key: Path | None,
    with_parent: int,
    **mood: float,
) -> None:
    """A bank with a payment page, test cards and levers (/control/); its file outlives any kill."""
    bank = Bank(state)
    bank.set_mood(msgspec.convert(mood, Mood))
    server = BankServer(
        bank,
        RbsFace() if dialect == "rbs" else YooKassaFace(),
        sign=by_rsa(rsa_key) if rsa_key else by_key(key.encode()),
        callback_url=callback,
        posts_callbacks=post,
        port=port,
    )
    serve(server, "bank", port, with_parent)
    bank.close()


def by_rsa(file: Path) -> Sign:
    """RSA with SHA-512, as banks sign with their certificate. Raises ConfigError for a file without an RSA key."""
    try:
        private = load_pem_private_key(file.read_bytes(), None)
    except ValueError as error:
        raise ConfigError(f"{file}: {error}") from error
    if not isinstance(private, RSAPrivateKey):
        raise ConfigError(f"{file}: not an RSA key")
    sign: Callable[..., bytes] = private.sign
    return lambda text: sign(text, PKCS1v15(), SHA512()).hex().upper()
