"""The plugin host: every conflict is found at the start and names its culprits; what fails is fenced off."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from core.config import ConfigError
from core.host import Host
from core.http.routing import route
from core.plugins import Manifest, PluginError
from core.sdk import (
    Dataset,
    Event,
    Hooks,
    Letter,
    MenuSection,
    Permission,
    Port,
    permission,
)
from core.testing.cabinet import config_for_tests
from tests.core.strangers import (
    DoIt,
    DoThat,
    Happened,
    Row,
    Settings,
    Tides,
    Weather,
    answering,
    assembled,
    config_of,
    job,
    kind,
    plugin,
    weather,
)


def dataset(name: str) -> Dataset[Row]:
    async def apply(_: Any, rows: Any) -> list[None]:
        return [None for _ in rows]

    return Dataset(name, Row, title="Строки", apply=apply)


DECLARED: dict[str, Any] = {
    "errors": kind,
    "permissions": lambda name: Permission(name, "Право"),
    "events": lambda name: Event(name, Happened),
    "jobs": job,
    "letters": lambda name: Letter(name, "Тема", "Текст"),
    "datasets": dataset,
    "menu_sections": lambda name: MenuSection(name, "Раздел"),
}


@pytest.mark.parametrize("hook", DECLARED)
def test_a_name_must_start_with_its_plugin(hook: str) -> None:
    for name in ("thing", "other.thing", "alphabet.thing"):
        with pytest.raises(PluginError, match=f"plugin 'alpha': {hook} '{name}' must start with 'alpha.'"):
            assembled(plugin("alpha", **{hook: [DECLARED[hook](name)]}))


@pytest.mark.parametrize("hook", DECLARED)
def test_a_name_declared_twice_is_refused(hook: str) -> None:
    twice = [DECLARED[hook]("alpha.thing"), DECLARED[hook]("alpha.thing")]
    with pytest.raises(PluginError, match=f"{hook}: 'alpha.thing' is declared twice by 'alpha'"):
        assembled(plugin("alpha", **{hook: twice}))


@pytest.mark.parametrize("hook", DECLARED)
def test_a_bare_name_of_the_core_has_one_owner(hook: str) -> None:
    core = tuple(plugin(name, **{hook: [DECLARED[hook]("thing")]}) for name in ("left", "right"))
    with pytest.raises(PluginError, match=f"{hook}: 'thing' is declared by both 'left' and 'right'"):
        assembled(core=core)


def test_a_route_has_one_owner() -> None:
    left = plugin("left", places=("shared",), routes=[answering("/api/v1/shared/a", "left_a")])
    right = plugin("right", places=("shared",), routes=[answering("/api/v1/shared/b", "right_b")])
    with pytest.raises(PluginError, match="places: 'shared' is declared by both 'left' and 'right'"):
        assembled(left, right)
    twice = [answering("/api/v1/left/a", "left_a"), answering("/api/v1/left/a", "left_b")]
    with pytest.raises(PluginError, match="routes: 'GET /api/v1/left/a' is declared twice by 'left'"):
        assembled(plugin("left", routes=twice))


def test_an_operation_id_has_one_owner() -> None:
    left = plugin("left", routes=[answering("/api/v1/left/a", "greet")])
    right = plugin("right", routes=[answering("/api/v1/right/a", "greet")])
    with pytest.raises(PluginError, match="operations: 'greet' is declared by both 'left' and 'right'"):
        assembled(left, right)


@pytest.mark.parametrize(
    "path", ["/api/v1/other", "/api/v1/alphabet", "/api/v1/staff/other/x", "/api/v1/exchange/other", "/other", "/"]
)
def test_a_route_stays_in_its_plugins_place(path: str) -> None:
    with pytest.raises(PluginError, match=rf"plugin 'alpha': route '{path}' is outside of /api/v1/alpha"):
        assembled(plugin("alpha", routes=[answering(path, "greet")]))


@pytest.mark.parametrize(
    "path", ["/api/v1/alpha", "/api/v1/alpha/{id:str}", "/api/v1/staff/alpha/x", "/api/v1/exchange/alpha", "/alpha/x"]
)
def test_a_plugins_places_are_these(path: str) -> None:
    assert len(assembled(plugin("alpha", routes=[answering(path, "greet")])).routes) == 1


def test_a_route_must_say_who_may_call_it() -> None:
    handler = answering("/api/v1/alpha", "greet")
    del handler.opt["access"]
    with pytest.raises(PluginError, match=r"plugin 'alpha': .*handler does not say who may call it"):
        assembled(plugin("alpha", routes=[handler]))
    with pytest.raises(TypeError, match="access"):
        route("GET", "/api/v1/alpha", operation_id="greet")  # type: ignore[call-arg]


def test_a_route_asks_for_a_permission_that_somebody_declares() -> None:
    routes = [answering("/api/v1/alpha", "greet", access=permission("alpha.greet"))]
    with pytest.raises(PluginError, match=r"operation 'greet' asks for 'alpha\.greet', which nobody declares"):
        assembled(plugin("alpha", routes=routes))
    assembled(plugin("alpha", routes=routes, permissions=[Permission("alpha.greet", "Здороваться")]))


def test_a_permission_is_held_by_roles_that_there_are() -> None:
    with pytest.raises(PluginError, match=r"permission 'alpha\.greet': no such role: Сторож"):
        assembled(plugin("alpha", permissions=[Permission("alpha.greet", "Здороваться", ("Сторож",))]))


# ---- events and jobs
def test_a_payload_means_one_event_and_one_order() -> None:
    left = plugin("left", events=[Event("left.happened", Happened)])
    right = plugin("right", events=[Event("right.happened", Happened)])
    with pytest.raises(PluginError, match=r"events 'left\.happened' and 'right\.happened' have the same payload type"):
        assembled(left, right)
    orders = [job("alpha.first", DoIt), job("alpha.second", DoIt)]
    with pytest.raises(PluginError, match=r"jobs 'alpha\.first' and 'alpha\.second' take the same payload type"):
        assembled(plugin("alpha", jobs=orders))


def test_a_job_waits_for_an_event_that_somebody_publishes() -> None:
    waiting = plugin("alpha", jobs=[job("alpha.react", Happened, on=Happened)])
    with pytest.raises(PluginError, match=r"job 'alpha\.react' waits for Happened, which no enabled plugin publishes"):
        assembled(waiting)
    both = assembled(waiting, plugin("beta", events=[Event("beta.happened", Happened, outgoing=True)]))
    assert both.routing.events[Happened].jobs == (("alpha.react", None),)
    assert both.routing.events[Happened].outgoing


def test_orders_find_their_jobs() -> None:
    manifest = assembled(plugin("alpha", jobs=[job("alpha.first", DoIt), job("alpha.second", DoThat)]))
    assert manifest.routing.jobs == {DoIt: "alpha.first", DoThat: "alpha.second"}


# ---- ports and adapters
def test_a_port_and_its_protocol_have_one_owner() -> None:
    left = plugin("left", ports=[Port("weather", Weather)])
    with pytest.raises(PluginError, match="ports: 'weather' is declared by both 'left' and 'right'"):
        assembled(left, plugin("right", ports=[Port("weather", Tides)]))
    with pytest.raises(PluginError, match="protocols: 'Weather' is declared by both 'left' and 'right'"):
        assembled(left, plugin("right", ports=[Port("climate", Weather)]))


def test_an_adapter_has_one_owner() -> None:
    left = plugin("left", ports=[Port("weather", Weather)], adapters=[weather()])
    with pytest.raises(PluginError, match="adapters: 'weather sunny' is declared by both 'left' and 'right'"):
        assembled(left, plugin("right", adapters=[weather()]))


def test_an_adapter_is_for_a_port_that_somebody_declares() -> None:
    with pytest.raises(PluginError, match="adapter 'sunny' is for the port 'weather', which nobody declares"):
        assembled(plugin("alpha", adapters=[weather()]))


def test_a_port_that_is_called_has_an_adapter() -> None:
    with pytest.raises(PluginError, match="plugin 'alpha' requires the port Weather, which nobody declares"):
        assembled(plugin("alpha", requires=[Weather]))
    without = plugin("alpha", ports=[Port("weather", Weather)], requires=[Weather])
    with pytest.raises(PluginError, match=r"plugin 'alpha' requires the port 'weather': choose one in \[ports\]"):
        assembled(without)
    offering = plugin("beta", adapters=[weather(), weather("rainy")])
    assert assembled(without, offering, ports={"weather": "rainy"}).adapters["weather"].name == "rainy"


def test_the_default_adapter_is_taken_unless_the_host_chooses() -> None:
    ports = plugin("alpha", ports=[Port("weather", Weather, "sunny")], adapters=[weather(), weather("rainy")])
    assert assembled(ports).adapters["weather"].name == "sunny"
    assert assembled(ports, ports={"weather": "rainy"}).adapters["weather"].name == "rainy"


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"ports": {"wether": "sunny"}}, r"\[ports\] wether: no such port \(known: weather\)"),
        ({"ports": {"weather": "foggy"}}, r"\[ports\] weather: no adapter 'foggy' \(known: sunny\)"),
        ({"adapters": {"wether": {"sunny": {}}}}, r"\[adapters\] wether: no such port \(known: weather\)"),
        ({"adapters": {"weather": {"suny": {}}}}, r"\[adapters.weather.suny\]: no such adapter \(known: sunny\)"),
        ({"plugins": {"gamma": {"days": 1}}}, r"\[plugins.gamma\]: no such plugin is enabled"),
        ({"plugins": {"beta": {"days": 1}}}, r"\[plugins.beta\]: the plugin has no settings"),
        ({"plugins": {"alpha": {"dais": 1}}}, r"\[plugins.alpha\]: .*unknown field `dais`"),
        ({"plugins": {"alpha": {"days": "1"}}}, r"\[plugins.alpha\]: Expected `int`, got `str` - at `\$.days`"),
        ({"optional": ["gamma"]}, r"\[host\] optional: 'gamma' is not among \[host\] plugins"),
        ({"optional": ["alpha"], "plugins": {"alpha": {"dais": 1}}}, r"\[plugins.alpha\]: .*unknown field `dais`"),
    ],
)
def test_a_misspelt_host_file_is_refused(changes: dict[str, Any], text: str) -> None:
    alpha = plugin("alpha", settings=Settings, ports=[Port("weather", Weather, "sunny")], adapters=[weather()])
    with pytest.raises(ConfigError, match=text):
        assembled(alpha, plugin("beta"), **changes)


@pytest.mark.parametrize(
    ("roles", "text"),
    [
        ({"contracts.wiew": ["Энергетик"]}, r"\[roles\] contracts.wiew: no such permission"),
        ({"contracts.view": ["Сторож"]}, r"\[roles\] contracts.view: no such role: Сторож"),
    ],
)
def test_misspelt_roles_are_refused(tmp_path: Path, roles: dict[str, list[str]], text: str) -> None:
    with pytest.raises(ConfigError, match=text):
        Host(config_for_tests(f"sqlite:///{tmp_path}/x.db", tmp_path, roles=roles))


def test_settings_are_decoded_and_have_defaults() -> None:
    alpha = plugin("alpha", settings=Settings)
    assert assembled(alpha).settings[Settings] == Settings(1)
    assert assembled(alpha, plugins={"alpha": {"days": 5}}).settings[Settings] == Settings(5)
    with pytest.raises(PluginError, match="settings: 'Settings' is declared by both 'alpha' and 'beta'"):
        assembled(alpha, plugin("beta", settings=Settings))


# ---- what is enabled
def test_a_plugin_that_is_not_installed_stops_the_start() -> None:
    for optional in ([], ["gamma"]):
        with pytest.raises(PluginError, match=r"plugin 'gamma' is enabled .* not installed \(installed: alpha\)"):
            assembled(plugin("alpha"), enabled=["alpha", "gamma"], optional=optional)


def test_a_plugin_is_enabled_once() -> None:
    with pytest.raises(PluginError, match="plugin 'alpha' is enabled twice"):
        assembled(plugin("alpha"), enabled=["alpha", "alpha"])
    with pytest.raises(PluginError, match="plugin 'alpha' is enabled twice"):
        assembled(plugin("alpha"), core=(plugin("alpha"),))


def test_an_installed_plugin_that_is_not_enabled_is_not_even_imported(tmp_path: Path) -> None:
    def explode() -> type[Hooks]:
        raise AssertionError("imported")

    config = config_for_tests(f"sqlite:///{tmp_path}/x.db", tmp_path)
    assert Host(config, available={"alpha": explode}).manifest.quarantined == {}


def test_an_entry_point_and_its_plugin_have_one_name() -> None:
    beta = plugin("beta")
    with pytest.raises(PluginError, match="the entry point is called 'alpha' but the plugin calls itself 'beta'"):
        Host(config_of("alpha"), available={"alpha": lambda: beta})
    for name in ("staff", "exchange", "Alpha", "al-pha", "al.pha", "1st"):
        with pytest.raises(PluginError, match=f"plugin '{name}': not a name for a plugin"):
            assembled(plugin(name))


def test_a_need_that_is_not_met_stops_the_start() -> None:
    with pytest.raises(PluginError, match="plugin 'alpha' needs beta, gamma, which is not running: enable it too"):
        assembled(plugin("alpha", needs=("beta", "gamma")))
    assembled(plugin("alpha", needs=("beta",)), plugin("beta"))


CARELESS = """
from sqlalchemy.orm import Mapped, mapped_column
from core.sdk import Base, Hooks
from tests.core.strangers import assembled

class Careless(Hooks):
    name = "careless"
    __module__ = "careless.plugin"

class Thing(Base):
    __module__ = "careless.models"
    __tablename__ = "{table}"
    id: Mapped[str] = mapped_column(primary_key=True)

assembled(Careless)
"""


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("somebody_elses", "plugin 'careless': table 'somebody_elses' must start with 'careless_'"),
        ("carelessly_named", "plugin 'careless': table 'carelessly_named' must start with 'careless_'"),
        ("careless_thing", ""),
    ],
)
def test_a_table_bears_its_plugins_name(table: str, said: str) -> None:
    # in a process of its own: a declared table stays in the metadata for good
    command = [sys.executable, "-c", CARELESS.format(table=table)]
    done = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, timeout=60)
    assert said in done.stderr
    assert (done.returncode == 0) == (not said), done.stderr


def test_the_order_of_the_host_file_decides_nothing() -> None:
    plugins = [plugin(name, permissions=[Permission(f"{name}.view", name)]) for name in ("alpha", "beta", "gamma")]

    def owners(manifest: Manifest) -> dict[tuple[str, str], str]:
        return dict(manifest.owners)

    assert owners(assembled(*plugins)) == owners(assembled(*reversed(plugins)))
