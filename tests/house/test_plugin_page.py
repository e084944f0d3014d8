"""The page "write a plugin" is executed: its files are written out, its host is started, its own test is run."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/plugins/write-a-plugin.md"
HOST = """
[host]
plugins = ["announcements"]
secret_key = "a secret key of a test, which is long enough"
database = "sqlite:///{folder}/abonent.db"
"""
CONFTEST = """
import known
from importlib.metadata import entry_points

installed = any(point.value == "core.testing.plugin" for point in entry_points(group="pytest11"))
pytest_plugins = [] if installed else ["core.testing.plugin"]
"""
RUNNER = """
import sys
from importlib.metadata import EntryPoint
import core.plugins

core.plugins.installed = lambda: {"announcements": EntryPoint(
    "announcements", "announcements.plugin:AnnouncementsPlugin", "abonent.plugins").load}
import core.host
"""


def test_the_page_is_true(tmp_path: Path) -> None:
    text = PAGE.read_text(encoding="utf-8")
    for name, code in re.findall(r"`([\w/]+\.(?:py|toml))`\n\n```\w+\n(.*?)```", text, re.DOTALL):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(code, encoding="utf-8")
    test = text.rpartition("```python\n")[2].partition("```")[0]
    (tmp_path / "test_announcements.py").write_text(test, encoding="utf-8")
    (tmp_path / "known.py").write_text(RUNNER, encoding="utf-8")
    (tmp_path / "conftest.py").write_text(CONFTEST, encoding="utf-8")
    (tmp_path / "host.toml").write_text(HOST.format(folder=tmp_path), encoding="utf-8")
    arguments = ["--config", "host.toml", "migration", "announcements", "initial"]
    run(tmp_path, "-c", f"import known; from hosts.cli import main; main({arguments})")
    assert (tmp_path / "announcements/migrations/announcements_0001_initial.py").exists()
    run(tmp_path, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_announcements.py")


def run(folder: Path, *arguments: str) -> None:
    """A fresh interpreter, as a stranger's would be."""
    env = {**os.environ, "PYTHONPATH": f"{folder}{os.pathsep}{ROOT}"}
    done = subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=env, capture_output=True, text=True, timeout=110
    )
    assert done.returncode == 0, done.stdout + done.stderr
