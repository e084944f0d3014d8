"""Writes requirements.lock and requirements-dev.lock: exact versions of what is installed, no address of a registry.

The first holds what the distributions of this repository need to be built and to run, the second what the `dev` group
of the root pyproject needs besides.
"""

import re
import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
BUILD = ["hatchling", "editables"]
OURS = re.compile(r"^abonent-")


def canonical(name: str) -> str:
    """The one spelling of a distribution's name."""
    return re.sub(r"[-_.]+", "-", name).lower()


def declared() -> list[str]:
    """What our distributions ask for."""
    files = [ROOT / "core/pyproject.toml", *ROOT.glob("plugins/*/pyproject.toml"), ROOT / "hosts/pyproject.toml"]
    projects = [tomllib.loads(file.read_text(encoding="utf-8"))["project"] for file in files]
    return [text for project in projects for text in project["dependencies"] if not OURS.match(text)]


def closure(roots: list[str]) -> dict[str, str]:
    """Name -> version of everything that `roots` need on this machine. Raises when a root is not installed."""
    found: dict[str, str] = {}
    waiting = [(Requirement(text), True) for text in roots]
    seen: set[str] = set()
    while waiting:
        requirement, is_root = waiting.pop()
        if str(requirement) in seen or (requirement.marker and is_root and not requirement.marker.evaluate()):
            continue
        seen.add(str(requirement))
        try:
            installed = distribution(requirement.name)
        except PackageNotFoundError:
            if is_root:
                raise
            continue  # an optional part that is not asked for
        found[canonical(requirement.name)] = installed.version
        extras = [*requirement.extras, ""]
        needs = [Requirement(text) for text in installed.requires or []]
        waiting += [
            (need, False)
            for need in needs
            if need.marker is None or any(need.marker.evaluate({"extra": extra}) for extra in extras)
        ]
    return found


def main() -> None:
    """Writes both files."""
    runtime = closure(declared() + BUILD)
    root = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    tools = {
        name: version for name, version in closure(root["dependency-groups"]["dev"]).items() if name not in runtime
    }
    for file, pins in (("requirements.lock", runtime), ("requirements-dev.lock", tools)):
        lines = [f"{name}=={pins[name]}" for name in sorted(pins)]
        (ROOT / file).write_text("\n".join(lines) + "\n", encoding="utf-8")
        print(f"{file}: {len(lines)} packages")


if __name__ == "__main__":
    main()
