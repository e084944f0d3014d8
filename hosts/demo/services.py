"""What the demonstration keeps for its visitors."""

from pathlib import Path

import msgspec

from hosts.demo.schemas import DemoGuide


def guide_of(data_dir: Path) -> DemoGuide | None:
    """What was written when the demonstration was prepared; None before."""
    try:
        return msgspec.json.decode((data_dir / "demo.json").read_bytes(), type=DemoGuide)
    except FileNotFoundError:
        return None


def keep_guide(data_dir: Path, guide: DemoGuide) -> None:
    """Writes it, whole or not at all: it tells that the preparation was finished."""
    data_dir.mkdir(parents=True, exist_ok=True)
    fresh = data_dir / "demo.json.new"
    fresh.write_bytes(msgspec.json.format(msgspec.json.encode(guide)))
    fresh.replace(data_dir / "demo.json")
