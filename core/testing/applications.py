"""Applications for cabinets under test. One takes long to build, so one that a cabinet has left serves the next."""

from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import NamedTuple

from core.app import create_app, serve
from core.host import Host
from core.http.middleware import Observer
from core.testing.description import Description


class Application(NamedTuple):
    """An application and what its answers are held to."""

    app: Observer
    description: Description


@contextmanager
def application(host: Host) -> Iterator[Application]:
    """The application of a host, not running; nobody else has it meanwhile."""
    left = _left(_what_makes_it(host))
    taken = left.pop() if left else _created(host)
    serve(taken.app, host)
    yield taken
    left.append(taken)


@lru_cache(maxsize=8)
def _left(made_of: Hashable) -> list[Application]:
    return []


def _what_makes_it(host: Host) -> Hashable:
    """What `create_app` takes from a host: equal for two hosts whose applications are alike."""
    routes = frozenset((path, handler.fn) for handler in host.manifest.routes for path in handler.paths)
    closed = frozenset((name, tuple(places)) for name, places in host.manifest.closed.items())
    settings = host.config.host
    return routes, closed, settings.max_body, tuple(settings.trusted_proxies)


def _created(host: Host) -> Application:
    app = create_app(host)
    return Application(app, Description(app.app.state.description))
