"""Prints which requirements have passing tests, per owner: `requirements.py var/requirements.json`.

A requirement counts when at least one test names it, and all that do have passed. Requirements of level `client` are
for browsers and are not counted.
"""

import json
import sys
import tomllib
from pathlib import Path

CATALOGUE = Path(__file__).parents[2] / "docs/requirements.toml"
Outcome = dict[str, dict[str, list[str]]]


def covered(outcome: Outcome) -> set[str]:
    """The requirements whose tests have all passed."""
    return {name for name, tests in outcome.items() if tests["passed"] and not tests["failed"]}


def lines(requirements: list[dict[str, str]], outcome: Outcome) -> list[str]:
    """One line an owner, and the sum."""
    asked = [requirement for requirement in requirements if requirement["level"] != "client"]
    done = covered(outcome)
    told = []
    for owner in sorted({requirement["owner"] for requirement in asked}):
        own = [requirement["id"] for requirement in asked if requirement["owner"] == owner]
        missing = [name for name in own if name not in done]
        told.append(f"{owner:10} {len(own) - len(missing):3} of {len(own):3}  {_list(missing, outcome)}".rstrip())
    total = sum(requirement["id"] in done for requirement in asked)
    return [*told, f"{'together':10} {total:3} of {len(asked):3}"]


def _list(missing: list[str], outcome: Outcome) -> str:
    marked = [f"{name} (failed)" if outcome.get(name, {}).get("failed") else name for name in missing]
    return f"missing: {', '.join(marked)}" if marked else ""


def main() -> None:
    """Reads the file that `pytest --requirements=FILE` wrote."""
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} FILE")
    try:
        outcome: Outcome = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    except FileNotFoundError:
        sys.exit(f"{sys.argv[1]} does not exist: run pytest --requirements={sys.argv[1]}")
    catalogue = tomllib.loads(CATALOGUE.read_text(encoding="utf-8"))["requirement"]
    print("\n".join(lines(catalogue, outcome)))


if __name__ == "__main__":
    main()
