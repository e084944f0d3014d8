"""A verifier of our own in a folder, and a cabinet that trusts an authority."""

from pathlib import Path

import pytest

from core.sdk import AdapterHost
from core.signatures.adapters.builtin import BuiltinSettings, BuiltinVerifier, make_builtin
from core.testing.clock import MovableClock
from core.testing.signing import Authority

INN, OTHER_INN = "7830002293", "7707083893"


@pytest.fixture
def verifier_host(clock: MovableClock, tmp_path: Path) -> AdapterHost:
    return AdapterHost(clock, tmp_path, "https://lk.example.ru", "Тестэнерго")


@pytest.fixture
def builtin(verifier_host: AdapterHost) -> BuiltinVerifier:
    """The verifier with its defaults."""
    return make_builtin(BuiltinSettings(), verifier_host)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    """Trusted by whatever keeps its data in `tmp_path`: the cabinet, and `builtin`."""
    return Authority().trust(tmp_path)
