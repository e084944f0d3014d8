"""`abonent simulate-operator`: an operator of electronic documents that does not exist, in its own process."""

from pathlib import Path

import click

from core.config import ConfigError
from core.testing.diadoc import DiadocServer, KeptDiadoc
from hosts.serving import serve

BOXES = ("98010000-0000-4000-8000-000000000009", "98010000-0000-4000-8000-000000001000")
"""The company's and a client's."""


@click.command("simulate-operator")
@click.option("--port", default=8011, show_default=True)
@click.option("--state", type=click.Path(path_type=Path), default=Path("var/operator.ndjson"), show_default=True)
@click.option("--box", "boxes", multiple=True, default=BOXES, show_default=True, help="GUID of a box.")
@click.option("--faults", type=click.FloatRange(0, 1), default=0.0, help="Share of requests that meet a fault.")
@click.option("--seed", default=1, show_default=True, help="The same requests with the same seed fare alike.")
@click.option("--with-parent", default=0, help="Number of the process that starts this one: end when it does.")
def simulate_operator(
    port: int, state: Path, boxes: tuple[str, ...], faults: float, seed: int, with_parent: int
) -> None:
    """An operator that speaks Diadoc's API, with levers (/control/); its file outlives any kill."""
    try:
        operator = KeptDiadoc(set(boxes), state, faults=faults, seed=seed)
    except ValueError as error:
        raise ConfigError(f"the operator cannot start: {error}") from error
    serve(DiadocServer(operator, port), "operator", port, with_parent)
