"""The page about adapters names every adapter and every setting with its default, and no others."""

import re
import tomllib
from pathlib import Path

import msgspec
import pytest

from core.adapters.billing_http import signature
from core.config import Config, decode
from core.host import CORE
from core.sdk import Adapter

ADAPTERS = [adapter for part in CORE for adapter in part().adapters()]
PORTS = [port for part in CORE for port in part().ports()]
PAGE = (Path(__file__).parents[2] / "docs/supplier/adapters.md").read_text(encoding="utf-8")
HEADING = re.compile(r"^## (\w+): (\w+)$", re.MULTILINE)
ROW = re.compile(r"^\| `(\w+)` \| (?:`(.+?)`|(required)) \| .+ \|$", re.MULTILINE)


def sections() -> dict[tuple[str, str], str]:
    """(port, adapter) -> the text of its section."""
    _, *parts = HEADING.split(PAGE)
    return {(port, name): text for port, name, text in zip(parts[::3], parts[1::3], parts[2::3], strict=True)}


def settings(adapter: Adapter) -> dict[str, str]:
    """Setting -> its default as TOML writes it."""
    assert adapter.settings is not None
    return {
        field.name: "required" if field.required else msgspec.json.encode(default(field)).decode()
        for field in msgspec.structs.fields(adapter.settings)
    }


def default(field: msgspec.structs.FieldInfo) -> object:
    """The value of a setting that the file does not name."""
    made = field.default_factory
    return field.default if made is msgspec.NODEFAULT else made()


def test_every_adapter_has_a_section_and_no_other() -> None:
    assert list(sections()) == [(adapter.port, adapter.name) for adapter in ADAPTERS]
    assert len(HEADING.findall(PAGE)) == len(re.findall(r"^## ", PAGE, re.MULTILINE))


@pytest.mark.parametrize("adapter", ADAPTERS, ids=lambda adapter: f"{adapter.port}.{adapter.name}")
def test_every_setting_is_named_and_no_other(adapter: Adapter) -> None:
    section = sections()[adapter.port, adapter.name]
    rows = ROW.findall(section)
    assert {name: default or required for name, default, required in rows} == settings(adapter)
    assert len(rows) == len(re.findall(r"^\| (?!setting )", section, re.MULTILINE))


def test_the_defaults_are_called_so() -> None:
    told = {key for key, text in sections().items() if text.strip().startswith("The default.")}
    assert told == {(port.name, port.default) for port in PORTS}


@pytest.mark.parametrize("adapter", ADAPTERS, ids=lambda adapter: f"{adapter.port}.{adapter.name}")
def test_settings_refuse_what_they_do_not_know(adapter: Adapter) -> None:
    assert adapter.settings is not None
    config = adapter.settings.__struct_config__
    assert config.frozen
    assert config.forbid_unknown_fields


def test_the_signature_is_checked_as_the_page_shows() -> None:
    found = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None
    shown: dict[str, object] = {}
    exec(compile(found[1], "adapters.md", "exec"), shown)  # the page's own code is what is tested
    genuine = shown["genuine"]
    assert callable(genuine)
    key, body = b"k" * 32, b'{"facts":[]}'
    header = signature(key, 1_700_000_000, body)
    assert genuine(key, header, body, 1_700_000_200.5)
    assert not genuine(key, header, body + b" ", 1_700_000_200.5)
    assert not genuine(b"x" * 32, header, body, 1_700_000_200.5)
    assert not genuine(key, header, body, 1_700_000_301)
    assert not genuine(key, "", body, 1_700_000_000)


EXAMPLES = [text for text in re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL) if "[adapters" in text]


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_an_example_of_a_host_file_is_one(example: str) -> None:
    config = decode(tomllib.loads(example), Config, "the example")
    known = {(adapter.port, adapter.name): adapter for adapter in ADAPTERS}
    for port, chosen in config.ports.items():
        assert (port, chosen) in known
    for port, tables in config.adapters.items():
        for name, table in tables.items():
            adapter = known[port, name]
            assert adapter.settings is not None
            decode(table, adapter.settings, f"[adapters.{port}.{name}]")
