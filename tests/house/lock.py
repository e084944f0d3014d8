"""Writes requirements.lock and requirements-dev.lock: exact versions of what is installed, no address of a registry.

The runtime lock holds what the distributions of this repository need; the development lock holds the rest.
"""

import re
from importlib.metadata import PackageNotFoundError, distribution, distributions
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
OURS = ("abonent-core", "abonent-readings", "abonent-hosts")
BUILD = ("hatchling", "editables")
TOOLS = {"pip", "setuptools", "wheel"}


def canonical(name: str) -> str:
    """The one spelling of a distribution's name."""
    return re.sub(r"[-_.]+", "-", name).lower()


def needed(names: tuple[str, ...]) -> set[str]:
    """Everything that the named distributions need on this machine, themselves included."""
    found: set[str] = set()
    waiting = [(name, frozenset[str]()) for name in names]
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        name, extras = waiting.pop()
        key = (canonical(name), extras)
        if key in seen:
            continue
        seen.add(key)
        try:
            requires = distribution(name).requires or []
        except PackageNotFoundError:
            continue
        found.add(canonical(name))
        for text in requires:
            requirement = Requirement(text)
            marker = requirement.marker
            if marker is None or any(marker.evaluate({"extra": extra}) for extra in (*extras, "")):
                waiting.append((requirement.name, frozenset(requirement.extras)))
    return found


def main() -> None:
    """Writes both files."""
    installed = {canonical(item.name): item.version for item in distributions()}
    runtime = needed(OURS + BUILD) - {canonical(name) for name in OURS}
    rest = installed.keys() - runtime - TOOLS - {canonical(name) for name in installed if name.startswith("abonent-")}
    for file, names in (("requirements.lock", runtime), ("requirements-dev.lock", rest)):
        lines = [f"{name}=={installed[name]}" for name in sorted(names)]
        (ROOT / file).write_text("\n".join(lines) + "\n", encoding="utf-8")
        print(f"{file}: {len(lines)} packages")


if __name__ == "__main__":
    main()
